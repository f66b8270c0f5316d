/** A short state in words with a sign of its own shape, so that colour never says it alone. */
import type { ReactNode } from 'react';
import { Icon, type IconName } from './Icon.tsx';
import styles from './Badge.module.css';

export type BadgeTone = 'quiet' | 'ok' | 'warn' | 'danger' | 'accent';

type BadgeProps = { readonly icon: IconName; readonly tone?: BadgeTone; readonly title?: string; readonly children: ReactNode };

export function Badge({ icon, tone = 'quiet', title, children }: BadgeProps) {
  return (
    <span className={`${styles.badge} ${styles[tone]}`} {...(title !== undefined && { title })}>
      <Icon name={icon} />
      <span>{children}</span>
    </span>
  );
}
