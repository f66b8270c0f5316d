/**
 * What explained variance a random walk has, to be shown beside that of a training run.
 *
 * A walk of many independent steps in many dimensions looks low-dimensional too: its principal components are cosines, with shares
 * 6/(π²·k²) for a long walk, 60.8 % and 15.2 % for the first two (Antognini and Sohl-Dickstein 2018). For T points the shares are
 * those of the covariance of the walk, which are known in closed form. Rule R9 in docs/SPEC.md.
 */

/** What the points are compared with: their mean, or one of them (from 0), as they are. */
export type WalkOrigin = 'mean' | number;

/**
 * Shares of the first `count` components of a walk of T points, as the number of dimensions grows beyond T.
 *
 * @throws unless T is 2 or more and the origin is one of the points
 */
export function walkShares(points: number, count: number, origin: WalkOrigin): readonly number[] {
  if (!(Number.isInteger(points) && points >= 2)) throw new Error(`${points} points are no walk`);
  if (origin === 'mean') return shares(centred(points), count);
  if (!(Number.isInteger(origin) && origin >= 0 && origin < points)) throw new Error(`a walk of ${points} points has no point ${origin}`);
  // Seen from one of its points, the walk before it and the walk after it are independent.
  return shares([...fromEnd(origin), ...fromEnd(points - 1 - origin)], count);
}

/** T points less their mean: 1/(4·sin²(πk/2T)) for k from 1 to T − 1. */
const centred = (points: number): readonly number[] => Array.from({ length: points - 1 }, (_, index) => 1 / (4 * Math.sin((Math.PI * (index + 1)) / (2 * points)) ** 2));

/** n steps away from a point: the eigenvalues of the matrix min(i, j), 1/(4·sin²(π(2k − 1)/(4n + 2))). */
const fromEnd = (steps: number): readonly number[] => Array.from({ length: steps }, (_, index) => 1 / (4 * Math.sin((Math.PI * (2 * index + 1)) / (2 * (2 * steps + 1))) ** 2));

function shares(variances: readonly number[], count: number): readonly number[] {
  const total = variances.reduce((sum, variance) => sum + variance, 0);
  return variances.toSorted((one, other) => other - one).slice(0, count).map((variance) => variance / total);
}

/** What the best `axes` axes of such a walk show of it: all of it where there are no more dimensions than axes. */
export const walkShare = (points: number, dimensions: number, axes: number, origin: WalkOrigin): number =>
  axes >= dimensions ? 1 : walkShares(points, axes, origin).reduce((sum, share) => sum + share, 0);
