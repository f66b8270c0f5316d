/** A button, or a link that looks like one. An icon alone needs a label. It knows no domain words. */
import type { ButtonHTMLAttributes, ReactNode, Ref } from 'react';
import { Icon, type IconName } from './Icon.tsx';
import styles from './Button.module.css';

export type ButtonTone = 'plain' | 'accent' | 'quiet' | 'danger';

type Looks = {
  readonly tone?: ButtonTone;
  readonly size?: 'small' | 'medium' | 'large';
  readonly icon?: IconName;
  readonly children?: ReactNode;
};

type ButtonProps = Looks &
  Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'children'> & { readonly label?: string; readonly ref?: Ref<HTMLButtonElement> };

const classOf = ({ tone = 'plain', size = 'medium', icon, children }: Looks): string =>
  [styles.button, styles[tone], styles[size], icon && children === undefined ? styles.square : ''].join(' ');

export function Button({ tone, size, icon, children, label, className, type = 'button', ...rest }: ButtonProps) {
  const looks: Looks = { ...(tone && { tone }), ...(size && { size }), ...(icon && { icon }), children };
  return (
    <button {...rest} type={type} className={`${classOf(looks)} ${className ?? ''}`} {...(label !== undefined && { 'aria-label': label, title: rest.title ?? label })}>
      {icon && <Icon name={icon} />}
      {children}
    </button>
  );
}

export function ButtonLink({ href, ...looks }: Looks & { readonly href: string }) {
  return (
    <a href={href} className={classOf(looks)}>
      {looks.icon && <Icon name={looks.icon} />}
      {looks.children}
    </a>
  );
}
