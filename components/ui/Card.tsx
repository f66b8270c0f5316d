'use client';
/** A small window that opens from a button, stays out of the way of the rest, and closes with Esc or a click elsewhere. */
import { useEffect, useEffectEvent, useRef, type ReactNode } from 'react';
import { Button } from './Button.tsx';
import styles from './Card.module.css';

type CardProps = {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
  /** Where it hangs inside its positioned parent. */
  readonly place?: 'below-right' | 'below-left' | 'middle';
};

export function Card({ title, onClose, children, place = 'below-right' }: CardProps) {
  const card = useRef<HTMLDivElement>(null);
  const close = useEffectEvent(onClose);

  useEffect(() => {
    const opener = document.activeElement;
    const element = card.current;
    element?.focus();
    const onPointer = (event: PointerEvent) => {
      const target = event.target;
      // The opener closes the card by its own click; closing here first would open it again.
      if (!(target instanceof Node) || element?.contains(target) || opener?.contains(target)) return;
      close();
    };
    document.addEventListener('pointerdown', onPointer);
    return () => {
      document.removeEventListener('pointerdown', onPointer);
      if (opener instanceof HTMLElement && (document.activeElement === document.body || element?.contains(document.activeElement))) opener.focus();
    };
  }, []);

  return (
    <div
      ref={card}
      role="dialog"
      aria-label={title}
      tabIndex={-1}
      className={`${styles.card} ${styles[place]}`}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.stopPropagation();
        onClose();
      }}
    >
      <div className={styles.head}>
        <h2>{title}</h2>
        <Button tone="quiet" size="small" icon="close" label="Close" onClick={onClose} />
      </div>
      {children}
    </div>
  );
}
