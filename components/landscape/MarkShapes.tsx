/** A person's cursor, a pin and a checkpoint's whisker as they look, wherever they stand: over a plane or over a curve. They do not know where. */
import { formatLoss } from '#lib/session/words.ts';
import { pinWords, type PersonCursor, type Pin } from './marks.ts';
import { PinShape } from './PinShape.tsx';
import styles from './Overlay.module.css';

export function PersonMark({ person: { name, colour }, isNamed }: { readonly person: PersonCursor; readonly isNamed: boolean }) {
  return (
    <span className={styles.person} style={{ ['--person' as string]: colour }}>
      <svg className={styles.arrow} viewBox="0 0 16 16" aria-hidden="true">
        <path d="M1 1 6 15 8.5 8.5 15 6Z" />
      </svg>
      {isNamed && <span className={styles.name}>{name}</span>}
    </span>
  );
}

export function PinMark({ pin, onPin }: { readonly pin: Pin; readonly onPin: (id: string) => void }) {
  return (
    <button type="button" className={styles.pin} data-kind={pin.kind} data-far={pin.distance === null ? undefined : ''} data-beside={pin.isBeside ? '' : undefined} onClick={() => onPin(pin.id)} aria-label={pinWords(pin, formatLoss)}>
      <PinShape kind={pin.kind} />
      <span className={styles.pinText} aria-hidden="true">
        {pin.text}
      </span>
    </button>
  );
}

/** How far off the slice a checkpoint lies, as a line that rises from its place; nothing for one that lies on it. @param length in pixels */
export function Whisker({ length }: { readonly length: number }) {
  return length === 0 ? null : (
    <span className={styles.whisker} data-whisker="" style={{ height: `${length}px` }} aria-hidden="true">
      <span className={styles.cap} />
    </span>
  );
}
