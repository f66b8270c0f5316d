/** Fields that are seldom wanted, behind one line that says how they stand. The browser's own element: it works with every keyboard. */
import { useState, type ReactNode } from 'react';
import { Icon } from './Icon.tsx';
import styles from './Disclosure.module.css';

type DisclosureProps = {
  readonly title: string;
  readonly id?: string;
  /** How what is inside stands, said while it is closed. */
  readonly summary?: string;
  /** Whether it must not be closed now: something inside asks for attention. */
  readonly isHeldOpen?: boolean;
  /** Whether it is open before anybody touches it. */
  readonly isOpenAtFirst?: boolean;
  /** Whether what is inside is made only while it is open. */
  readonly isMadeWhenOpen?: boolean;
  readonly children: ReactNode;
};

export function Disclosure({ title, id, summary, isHeldOpen = false, isOpenAtFirst = false, isMadeWhenOpen = false, children }: DisclosureProps) {
  const [isOpen, setOpen] = useState(isOpenAtFirst);
  const isShown = isOpen || isHeldOpen;
  return (
    <details id={id} className={styles.disclosure} open={isShown} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className={styles.summary}>
        <span className={styles.title}>{title}</span>
        <Icon name="chevron" />
        {summary !== undefined && !isShown && <span className={styles.how}>{summary}</span>}
      </summary>
      <div className={styles.inside}>{(isShown || !isMadeWhenOpen) && children}</div>
    </details>
  );
}
