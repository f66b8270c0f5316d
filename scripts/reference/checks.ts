/** One measured difference against its tolerance, and how many of them become the row of a case. */

export type Check = {
  /** What was compared, for the person who reads a failure. */
  readonly what: string;
  readonly error: number;
  readonly tolerance: number;
  /** Points of a surface, or numbers compared. */
  readonly points: number;
};

export type Row = {
  readonly case: string;
  readonly kind: string;
  readonly status: 'pass' | 'fail' | 'unsupported';
  readonly error: number | null;
  readonly tolerance: number | null;
  readonly points: number;
};

const isIn = ({ error, tolerance }: Check): boolean => error <= tolerance;

/** Failures, worst first; empty when the case passes. */
export const failuresOf = (checks: readonly Check[]): readonly Check[] =>
  checks.filter((check) => !isIn(check)).sort((one, other) => other.error / other.tolerance - one.error / one.tolerance);

/** The row shows the worst failure, or else the largest error of the kind of check that comes first. */
export function rowOf(name: string, kind: string, checks: readonly Check[]): Row {
  const failures = failuresOf(checks);
  const main = checks.filter(({ tolerance }) => tolerance === checks[0]?.tolerance).sort((one, other) => other.error - one.error);
  const shown = failures[0] ?? main[0];
  return {
    case: name,
    kind,
    status: shown && failures.length === 0 ? 'pass' : 'fail',
    // JSON has no infinity.
    error: shown ? (Number.isFinite(shown.error) ? shown.error : Number.MAX_VALUE) : null,
    tolerance: shown?.tolerance ?? null,
    points: checks.reduce((sum, { points }) => sum + points, 0),
  };
}
