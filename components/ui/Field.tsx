/** A labelled input with room for a hint and for what is wrong with it, tied together for screen readers. */
import { useId, type ReactNode } from 'react';
import { Icon } from './Icon.tsx';
import styles from './Field.module.css';

export type FieldParts = { readonly id: string; readonly 'aria-describedby': string | undefined; readonly 'aria-invalid': boolean };

type FieldProps = {
  readonly label: ReactNode;
  readonly hint?: ReactNode;
  readonly problem?: string | undefined;
  /** Drawn with the attributes that tie it to its label and messages. */
  readonly children: (parts: FieldParts) => ReactNode;
};

export function Field({ label, hint, problem, children }: FieldProps) {
  const id = useId();
  const described = [hint === undefined ? '' : `${id}-hint`, problem === undefined ? '' : `${id}-problem`].filter((part) => part !== '').join(' ');
  return (
    <div className={styles.field}>
      <label className={styles.label} htmlFor={id}>
        {label}
      </label>
      {children({ id, 'aria-describedby': described === '' ? undefined : described, 'aria-invalid': problem !== undefined })}
      {hint !== undefined && (
        <p className={styles.hint} id={`${id}-hint`}>
          {hint}
        </p>
      )}
      <ProblemText id={`${id}-problem`} text={problem} />
    </div>
  );
}

/** What is wrong, in words; nothing while all is well. */
export function ProblemText({ id, text }: { readonly id?: string; readonly text: string | undefined }) {
  if (text === undefined) return null;
  return (
    <p className={styles.problem} role="alert" {...(id !== undefined && { id })}>
      <Icon name="warning" /> {text}
    </p>
  );
}

type TextFieldProps = {
  readonly label: ReactNode;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly hint?: ReactNode;
  readonly problem?: string | undefined;
  readonly maxLength?: number;
  readonly placeholder?: string;
  readonly inputMode?: 'text' | 'decimal' | 'numeric';
  readonly onBlur?: () => void;
};

export function TextField({ label, value, onChange, hint, problem, ...input }: TextFieldProps) {
  return (
    <Field label={label} hint={hint} problem={problem}>
      {(parts) => <input {...parts} {...input} className={styles.input} value={value} autoComplete="off" spellCheck={false} onChange={(event) => onChange(event.target.value)} />}
    </Field>
  );
}
