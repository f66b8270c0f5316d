/** Tabs by the WAI-ARIA pattern: arrow keys move between them, only the chosen one is in the tab order. */
import { useId, useRef, type KeyboardEvent, type ReactNode } from 'react';
import { Icon, type IconName } from './Icon.tsx';
import styles from './Tabs.module.css';

export type TabItem<T extends string> = { readonly id: T; readonly title: string; readonly icon?: IconName; readonly count?: number };

type TabsProps<T extends string> = {
  readonly label: string;
  readonly items: readonly TabItem<T>[];
  readonly chosen: T;
  readonly onChoose: (id: T) => void;
  readonly children: ReactNode;
};

export function Tabs<T extends string>({ label, items, chosen, onChoose, children }: TabsProps<T>) {
  const id = useId();
  const row = useRef<HTMLDivElement>(null);

  const move = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    const at = items.findIndex((item) => item.id === chosen);
    const next = items[(at + step + items.length) % items.length];
    if (!next) return;
    onChoose(next.id);
    row.current?.querySelector<HTMLButtonElement>(`#${CSS.escape(`${id}-${next.id}`)}`)?.focus();
  };

  return (
    <div className={styles.tabs}>
      <div className={styles.row} role="tablist" aria-label={label} ref={row} onKeyDown={move}>
        {items.map((item) => (
          <button
            key={item.id}
            id={`${id}-${item.id}`}
            type="button"
            role="tab"
            className={styles.tab}
            aria-selected={item.id === chosen}
            aria-controls={`${id}-panel`}
            tabIndex={item.id === chosen ? 0 : -1}
            onClick={() => onChoose(item.id)}
          >
            {item.icon && <Icon name={item.icon} />}
            {item.title}
            {item.count !== undefined && item.count > 0 && <span className={styles.count}>{item.count}</span>}
          </button>
        ))}
      </div>
      <div id={`${id}-panel`} role="tabpanel" aria-labelledby={`${id}-${chosen}`} className={styles.panel} tabIndex={0}>
        {children}
      </div>
    </div>
  );
}
