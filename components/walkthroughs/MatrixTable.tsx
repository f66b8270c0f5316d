/** A matrix as a table between brackets; with a handler its entries are fields. */
import type { Matrix } from 'ml-matrix';
import styles from './Matrix.module.css';

type MatrixTableProps = {
  /** What is read out for the table. */
  readonly label: string;
  readonly matrix: Matrix;
};

/** At most five digits after the point, and none that are zero. */
export const shortNumber = (value: number): string => {
  const rounded = Math.abs(value) < 5e-13 ? 0 : value;
  if (rounded !== 0 && (Math.abs(rounded) < 1e-4 || Math.abs(rounded) >= 1e7)) return rounded.toExponential(2).replace('-', '−');
  return String(Number(rounded.toFixed(5))).replace('-', '−');
};

/** A difference that may be as small as rounding: two digits and a power of ten. */
export const tinyNumber = (value: number): string => (value === 0 ? '0' : value.toExponential(1).replace('e-', 'e−').replace('e+', 'e'));

export function MatrixTable({ label, matrix }: MatrixTableProps) {
  return (
    // A wide one may have to be scrolled, by keyboard too.
    <div className={styles.scroll} role="group" aria-label={label} {...(matrix.columns > 3 && { tabIndex: 0 })}>
      <table className={styles.matrix}>
        <tbody>
          {matrix.to2DArray().map((row, at) => (
            <tr key={at}>
              {row.map((value, column) => (
                <td key={column}>{shortNumber(value)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

type MatrixFieldsProps = {
  readonly entries: readonly (readonly string[])[];
  readonly onChange: (row: number, column: number, text: string) => void;
};

export function MatrixFields({ entries, onChange }: MatrixFieldsProps) {
  return (
    <div className={styles.scroll}>
      <table className={styles.matrix}>
        <tbody>
          {entries.map((row, at) => (
            <tr key={at}>
              {row.map((text, column) => (
                <td key={column}>
                  <input
                    className={styles.entry}
                    inputMode="decimal"
                    aria-label={`Row ${at + 1}, column ${column + 1}`}
                    aria-invalid={entryOf(text) === null}
                    value={text}
                    onChange={(event) => onChange(at, column, event.target.value)}
                  />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** The number a field holds; null where it holds none. */
export function entryOf(text: string): number | null {
  const value = Number(text.trim().replace('−', '-').replace(',', '.'));
  return text.trim() === '' || !Number.isFinite(value) || Math.abs(value) > 1e6 ? null : value;
}
