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
    const squares = squaresFrom(truth, point);
    for (const other of nearest(squaresFrom(picture, point), point, k)) sum += Math.max(0, rankOf(squares, point, other) - k);
  }
  return 1 - (2 / (count * k * (2 * count - 3 * k - 1))) * sum;
}

/** The same with the roles exchanged: whether neighbours in truth are kept together in the picture. */
export const continuity = (truth: Rows, picture: Rows, k: number): number => trustworthiness(picture, truth, k);

/** Squared distances of all points from one. */
function squaresFrom(rows: Rows, point: number): Float64Array {
  const own = rows[point]!;
  return Float64Array.from(rows, (row) => {
    let sum = 0;
    for (let axis = 0; axis < own.length; axis++) sum += (row[axis]! - own[axis]!) ** 2;
    return sum;
  });
}

/** The k points nearest to one, nearest first. */
function nearest(squares: Float64Array, point: number, k: number): readonly number[] {
  const found: number[] = [];
  for (let other = 0; other < squares.length; other++) {
    if (other === point || (found.length === k && !(squares[other]! < squares[found[k - 1]!]!))) continue;
    // Of equal ones the earlier stays in front.
    let place = Math.min(found.length, k - 1);
    for (; place > 0 && squares[other]! < squares[found[place - 1]!]!; place--) found[place] = found[place - 1]!;
    found[place] = other;
  }
  return found;
}

/** How manieth of the others one is, counted from 1 by nearness. */
function rankOf(squares: Float64Array, point: number, other: number): number {
  const own = squares[other]!;
  let rank = 1;
  for (let each = 0; each < squares.length; each++) if (each !== point && (squares[each]! < own || (squares[each] === own && each < other))) rank++;
  return rank;
}
