/** A measured figure beside its targets, and how a table of them is printed. */

export type Figure = {
  readonly title: string;
  /** Null where it could not be measured; `detail` says why. */
  readonly measured: number | null;
  /** Null where no target was set. */
  readonly pass: number | null;
  /** Absent where there is none beyond `pass`. */
  readonly stretch?: number;
  readonly kind: Kind;
  /** The two rates of a ratio, or what was held. */
  readonly detail: string;
};

/** Larger is better for `times`, `rate` (a second) and `share`; for the others smaller is. A share and a percentage are given as 0.999 and 0.02. */
export type Kind = 'times' | 'error' | 'growth' | 'rate' | 'share' | 'percentage' | 'seconds' | 'milliseconds';

const LARGER_IS_BETTER: readonly Kind[] = ['times', 'rate', 'share'];

export type Verdict = 'stretch' | 'pass' | 'below' | 'not measured' | 'no target';

export function verdictOf({ measured, pass, stretch, kind }: Figure): Verdict {
  if (measured === null) return 'not measured';
  if (pass === null) return 'no target';
  const reaches = (target: number) => (LARGER_IS_BETTER.includes(kind) ? measured >= target : measured <= target);
  if (stretch !== undefined && reaches(stretch)) return 'stretch';
  return reaches(pass) ? 'pass' : 'below';
}

export function print(figures: readonly Figure[]): void {
  const rows = [
    ['figure', 'measured', 'pass', 'stretch', 'verdict', 'from'],
    ...figures.map((figure) => [figure.title, ...[figure.measured, figure.pass, figure.stretch ?? null].map((value) => shown(value, figure.kind)), verdictOf(figure), figure.detail]),
  ];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  for (const row of rows) console.log(row.map((cell, column) => cell.padEnd(widths[column]!)).join('  ').trimEnd());
}

/** One figure in a line, as it becomes known. */
export const lineOf = (figure: Figure): string => `${figure.title}: ${shown(figure.measured, figure.kind)} (${verdictOf(figure)}; ${figure.detail})`;

function shown(value: number | null, kind: Kind): string {
  if (value === null) return '-';
  switch (kind) {
    case 'times':
      return `×${value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2)}`;
    case 'error':
      return value.toExponential(1);
    case 'growth':
      return String(value);
    case 'rate':
      return `${rateWords(value)}/s`;
    case 'share':
      return `${Number((100 * value).toFixed(3))} %`;
    case 'percentage':
      return `${(100 * value).toFixed(1)} %`;
    case 'seconds':
      return `${value.toFixed(2)} s`;
    case 'milliseconds':
      return `${value.toFixed(1)} ms`;
  }
}

export const median = (values: readonly number[]): number => values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)]!;

/** Points by the clock, and by the seconds that processors spent: on a busy machine the second says more. */
export type Rate = { readonly perSecond: number; readonly perProcessorSecond: number };

/** Points per second, short. */
export const rateWords = (rate: number): string => (rate >= 100 ? Math.round(rate).toLocaleString('en-GB') : rate.toPrecision(3));
