/** A measured figure beside its targets, and how a table of them is printed. */

export type Figure = {
  readonly title: string;
  /** Null where it could not be measured; `detail` says why. */
  readonly measured: number | null;
  readonly pass: number;
  readonly stretch: number;
  /** `times`: larger is better; `error` and `growth`: smaller is. */
  readonly kind: 'times' | 'error' | 'growth';
  /** The two rates of a ratio, or what was held. */
  readonly detail: string;
};

export type Verdict = 'stretch' | 'pass' | 'below' | 'not measured';

export function verdictOf({ measured, pass, stretch, kind }: Figure): Verdict {
  if (measured === null) return 'not measured';
  const reaches = (target: number) => (kind === 'times' ? measured >= target : measured <= target);
  if (reaches(stretch)) return 'stretch';
  return reaches(pass) ? 'pass' : 'below';
}

export function print(figures: readonly Figure[]): void {
  const rows = [
    ['figure', 'measured', 'pass', 'stretch', 'verdict', 'from'],
    ...figures.map((figure) => [figure.title, ...[figure.measured, figure.pass, figure.stretch].map((value) => shown(value, figure.kind)), verdictOf(figure), figure.detail]),
  ];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  for (const row of rows) console.log(row.map((cell, column) => cell.padEnd(widths[column]!)).join('  ').trimEnd());
}

/** One figure in a line, as it becomes known. */
export const lineOf = (figure: Figure): string => `${figure.title}: ${shown(figure.measured, figure.kind)} (${verdictOf(figure)}; ${figure.detail})`;

function shown(value: number | null, kind: Figure['kind']): string {
  if (value === null) return '-';
  if (kind === 'times') return `×${value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2)}`;
  return kind === 'error' ? value.toExponential(1) : String(value);
}

export const median = (values: readonly number[]): number => values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)]!;

/** Points by the clock, and by the seconds that processors spent: on a busy machine the second says more. */
export type Rate = { readonly perSecond: number; readonly perProcessorSecond: number };

/** Points per second, short. */
export const rateWords = (rate: number): string => (rate >= 100 ? Math.round(rate).toLocaleString('en-GB') : rate.toPrecision(3));
