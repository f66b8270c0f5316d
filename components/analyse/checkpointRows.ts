/** What a slice shows of every checkpoint and what it misses of it, as rows of a table: sorted, and as CSV. Pure. */
import type { Bead } from '#lib/analysis/checkpointsOnSlice.ts';
import { csvText } from '#lib/formats/csv.ts';
import { formatCoordinate, formatCount, formatLoss, formatShare } from '#lib/session/words.ts';

export type CheckpointRow = Bead & {
  /** The loss of the slice at the checkpoint's place; null where that is not known, or outside the picture. */
  readonly shown: number | null;
  /** The checkpoint's own loss; null until it is computed. */
  readonly own: number | null;
};

export type ColumnKey = 'of' | 'title' | 'epoch' | 'a' | 'b' | 'c' | 'outOfPlane' | 'captured' | 'shown' | 'own' | 'ratio';

type Column = {
  readonly key: ColumnKey;
  readonly title: string;
  /** Its name in a file. */
  readonly name: string;
  readonly valueOf: (row: CheckpointRow) => number | string | null;
  readonly textOf: (row: CheckpointRow) => string;
};

export type Order = { readonly key: ColumnKey; readonly isRising: boolean };

const numeric = (key: ColumnKey, title: string, name: string, valueOf: (row: CheckpointRow) => number | null, words: (value: number) => string): Column => ({
  key,
  title,
  name,
  valueOf,
  textOf: (row) => {
    const value = valueOf(row);
    return value === null ? '–' : words(value);
  },
});

/** ln(true / shown), whose square the fitting error is the mean of; null where there is none. */
const ratioOf = ({ own, shown }: CheckpointRow): number | null => (own !== null && shown !== null && own > 0 && shown > 0 ? Math.log(own / shown) : null);

const ALL: readonly Column[] = [
  { key: 'of', title: 'network', name: 'network', valueOf: ({ of = '' }) => of, textOf: ({ of = '' }) => of },
  { key: 'title', title: 'checkpoint', name: 'checkpoint', valueOf: ({ title }) => title, textOf: ({ title }) => title },
  numeric('epoch', 'epoch', 'epoch', ({ epoch }) => epoch, formatCount),
  numeric('a', 'α', 'alpha', ({ a }) => a, (value) => formatCoordinate(value)),
  numeric('b', 'β', 'beta', ({ b }) => b, (value) => formatCoordinate(value)),
  numeric('c', 'γ', 'gamma', ({ c }) => c, (value) => formatCoordinate(value)),
  numeric('outOfPlane', 'off the slice', 'out_of_plane_distance', ({ outOfPlane }) => outOfPlane, (value) => (value === 0 ? 'on it' : formatLoss(value))),
  numeric('captured', 'captured', 'captured_fraction', ({ captured }) => captured, formatShare),
  numeric('shown', 'slice loss', 'slice_loss', ({ shown }) => shown, formatLoss),
  numeric('own', 'true loss', 'true_loss', ({ own }) => own, formatLoss),
  numeric('ratio', 'ln true/slice', 'ln_true_over_slice', ratioOf, (value) => formatCoordinate(value, 0.001)),
];

/** @param dimensions of the picture: 1 to 3 @param hasLosses false for a map of something else */
export const columnsFor = (rows: readonly CheckpointRow[], dimensions: number, hasLosses: boolean): readonly Column[] =>
  ALL.filter(({ key }) => {
    if (key === 'of') return rows.some(({ of }) => of !== undefined);
    if (key === 'epoch') return rows.some(({ epoch }) => epoch !== null);
    if (key === 'b') return dimensions > 1;
    if (key === 'c') return dimensions > 2;
    if (key === 'shown' || key === 'ratio') return hasLosses;
    return true;
  });

/** What is not known comes last either way; what is equal stays in the order of training. */
export function sorted(rows: readonly CheckpointRow[], { key, isRising }: Order): readonly CheckpointRow[] {
  const { valueOf } = ALL.find((column) => column.key === key)!;
  return rows.toSorted((one, other) => {
    const [a, b] = [valueOf(one), valueOf(other)];
    if (a === null || b === null) return Number(a === null) - Number(b === null);
    const order = typeof a === 'string' || typeof b === 'string' ? String(a).localeCompare(String(b), 'en', { numeric: true }) : a - b;
    return isRising ? order : -order;
  });
}

export const checkpointsCsv = (notes: readonly string[], rows: readonly CheckpointRow[], columns: readonly Column[]): string =>
  csvText(notes, columns.map(({ name }) => name), rows.map((row) => columns.map(({ valueOf }) => valueOf(row))));
