/** A choice from a list, by the browser's own control: it works with every keyboard and phone. */
import type { ReactNode } from 'react';
import { Field } from './Field.tsx';
import styles from './Field.module.css';

export type Option<T extends string> = { readonly value: T; readonly title: string };

type SelectProps<T extends string> = {
  readonly label: ReactNode;
  readonly value: T;
  readonly options: readonly Option<T>[];
  readonly onChange: (value: T) => void;
  readonly hint?: ReactNode;
  readonly problem?: string | undefined;
};

export function Select<T extends string>({ label, value, options, onChange, hint, problem }: SelectProps<T>) {
  return (
    <Field label={label} hint={hint} problem={problem}>
      {(parts) => (
        <select
          {...parts}
          className={styles.input}
          value={value}
          onChange={(event) => {
            const chosen = options.find((option) => option.value === event.target.value);
            if (chosen) onChange(chosen.value);
          }}
        >
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.title}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
