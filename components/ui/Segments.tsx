/** A few choices side by side, one of them on: radio buttons that look like one control. */
import { useId, type ReactNode } from 'react';
import { Icon, type IconName } from './Icon.tsx';
import styles from './Segments.module.css';

export type Segment<T extends string> = { readonly value: T; readonly title: string; readonly icon?: IconName };

type SegmentsProps<T extends string> = {
  readonly label: string;
  readonly value: T;
  readonly segments: readonly Segment<T>[];
  readonly onChange: (value: T) => void;
  /** Whether the label is read only by screen readers. */
  readonly isLabelHidden?: boolean;
  /** What the choice means. */
  readonly hint?: ReactNode;
};

export function Segments<T extends string>({ label, value, segments, onChange, isLabelHidden = false, hint }: SegmentsProps<T>) {
  const name = useId();
  return (
    <fieldset className={styles.segments} {...(hint !== undefined && { 'aria-describedby': `${name}-hint` })}>
      <legend className={isLabelHidden ? 'aside' : styles.legend}>{label}</legend>
      <div className={styles.row}>
        {segments.map((segment) => (
          <label key={segment.value} className={styles.segment}>
            <input type="radio" className="aside" name={name} checked={segment.value === value} onChange={() => onChange(segment.value)} />
            {segment.icon && <Icon name={segment.icon} />}
            <span>{segment.title}</span>
          </label>
        ))}
      </div>
      {hint !== undefined && (
        <p className={styles.hint} id={`${name}-hint`}>
          {hint}
        </p>
      )}
    </fieldset>
  );
}
