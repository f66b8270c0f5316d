/** What stands at the end of a run: one line for a backend. */
import type { Row } from './checks.ts';
import type { BackendName } from './options.ts';
import { HOST_ONLY } from './runCase.ts';

export function summaryOf(backend: BackendName, rows: readonly Row[]): string {
  const count = (status: Row['status']): number => rows.filter((row) => row.status === status).length;
  const unsupported = [...new Set(rows.filter(({ status }) => status === 'unsupported').map(({ kind }) => kind))];
  const words = unsupported.length > 0 ? ` (${unsupported.join(', ')})` : '';
  const onHost = rows.filter(({ kind, status }) => status === 'pass' && HOST_ONLY.has(kind)).length;
  const host = onHost > 0 && backend !== 'float64' ? `; ${onHost} of those that passed are computed on the host, whatever the backend` : '';
  return `${backend}: ${count('pass')} passed, ${count('fail')} failed, ${count('unsupported')} unsupported${words}${nearest(rows)}${host}`;
}

/** The case that comes nearest to what it is allowed, or is furthest beyond it: errors of different kinds compare only by their tolerances. */
function nearest(rows: readonly Row[]): string {
  const used = ({ error, tolerance }: Row): number => (tolerance! > 0 ? error! / tolerance! : error! > 0 ? Infinity : 0);
  const [worst] = rows.filter(({ error, tolerance }) => error !== null && tolerance !== null).toSorted((one, other) => used(other) - used(one));
  return worst ? `; nearest to its tolerance: ${worst.case}, off by ${worst.error!.toExponential(2)} of ${worst.tolerance!.toExponential(2)}` : '';
}
