/** A switch (acts at once) or a checkbox (part of a form), with its label on the same line. */
import { useId, type ReactNode } from 'react';
import styles from './Toggle.module.css';

type ToggleProps = {
  readonly label: ReactNode;
  readonly isOn: boolean;
  readonly onChange: (isOn: boolean) => void;
  readonly kind?: 'switch' | 'checkbox';
  readonly hint?: ReactNode;
  readonly disabled?: boolean;
};

export function Toggle({ label, isOn, onChange, kind = 'switch', hint, disabled = false }: ToggleProps) {
  const id = useId();
  return (
    <div className={styles.toggle}>
      <input
        id={id}
        type="checkbox"
        className={kind === 'switch' ? styles.switch : styles.box}
        checked={isOn}
        disabled={disabled}
        onChange={(event) => onChange(event.target.checked)}
        {...(kind === 'switch' && { role: 'switch' })}
        {...(hint !== undefined && { 'aria-describedby': `${id}-hint` })}
      />
      <label htmlFor={id}>{label}</label>
      {hint !== undefined && (
        <p className={styles.hint} id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}
