/**
 * Whether neighbours in a picture are neighbours in truth (trustworthiness), and the other way round (continuity).
 *
 * Venna and Kaski 2001, in the form of scikit-learn: T(k) = 1 − 2/(n·k·(2n − 3k − 1)) · Σᵢ Σⱼ max(0, r(i, j) − k), over the k nearest
 * neighbours j of i in the picture, with r the rank of j among i's neighbours in truth. 1 is best. Of points equally far, the one
 * that comes first counts as nearer. Rule R1 in docs/SPEC.md.
 */
type Rows = readonly ArrayLike<number>[];

/** @throws unless 1 ≤ k < n/2 and both have the same number of points */
export function trustworthiness(truth: Rows, picture: Rows, k: number): number {
  const count = truth.length;
  if (picture.length !== count) throw new Error(`${picture.length} points in the picture for ${count} in truth`);
  if (!(Number.isInteger(k) && k >= 1 && k < count / 2)) throw new Error(`${k} neighbours of ${count} points: it takes a whole number from 1 to below half of the points`);
  let sum = 0;
  for (let point = 0; point < count; point++) {
    const ranks = new Int32Array(count);
    for (const [rank, other] of nearest(truth, point).entries()) ranks[other] = rank + 1;
    for (const other of nearest(picture, point).slice(0, k)) sum += Math.max(0, ranks[other]! - k);
  }
  return 1 - (2 / (count * k * (2 * count - 3 * k - 1))) * sum;
}

/** The same with the roles exchanged: whether neighbours in truth are kept together in the picture. */
export const continuity = (truth: Rows, picture: Rows, k: number): number => trustworthiness(picture, truth, k);

/** All other points, nearest first. */
function nearest(rows: Rows, point: number): readonly number[] {
  const own = rows[point]!;
  const squares = rows.map((row) => {
    let sum = 0;
    for (let axis = 0; axis < own.length; axis++) sum += (row[axis]! - own[axis]!) ** 2;
    return sum;
  });
  return rows
    .map((_, index) => index)
    .filter((index) => index !== point)
    .sort((one, other) => squares[one]! - squares[other]! || one - other);
}
