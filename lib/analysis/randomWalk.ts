/**
 * What explained variance a random walk has, to be shown beside that of a training run.
 *
 * A walk of many independent steps in many dimensions looks low-dimensional too: its principal components are cosines, with shares
 * 6/(π²·k²) for a long walk, 60.8 % and 15.2 % for the first two (Antognini and Sohl-Dickstein 2018). For T points the shares are
 * those of the covariance of the walk, which are known in closed form. Rule R9 in docs/SPEC.md.
 */

/** Which rows the components are made of: all T points less their mean, or the differences of the others to the last, as they are. */
export type WalkRows = 'centred' | 'differences';

/** Shares of the first `count` components of a walk of T points, as the number of dimensions grows beyond T. @throws unless T is 2 or more */
export function walkShares(points: number, count: number, rows: WalkRows): readonly number[] {
  if (!(Number.isInteger(points) && points >= 2)) throw new Error(`${points} points are no walk`);
  const steps = points - 1;
  // Centred: 1/(4·sin²(πk/2T)), summing to (T² − 1)/6. From a fixed end: of the matrix min(i, j), summing to n(n + 1)/2.
  const total = rows === 'centred' ? (points ** 2 - 1) / 6 : (steps * (steps + 1)) / 2;
  return Array.from({ length: Math.min(count, steps) }, (_, index) => {
    const angle = rows === 'centred' ? (Math.PI * (index + 1)) / (2 * points) : (Math.PI * (2 * index + 1)) / (2 * (2 * steps + 1));
    return 1 / (4 * Math.sin(angle) ** 2) / total;
  });
}

/** The limit of the centred shares for a long walk: 6/(π²·k²). */
export const LONG_WALK_SHARES = [1, 2, 3].map((k) => 6 / (Math.PI * k) ** 2);
