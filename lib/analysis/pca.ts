/**
 * Principal components of a few long vectors: the axes along which a training run spread out.
 *
 * With T vectors of p numbers and T ≪ p, the T×T Gram matrix is decomposed instead of the p×p covariance:
 * X·Xᵀ = U·S²·Uᵀ and vₖ = Xᵀ·uₖ / sₖ. Singular values are taken as sₖ = ‖Xᵀ·uₖ‖: the square root of an eigenvalue of the Gram matrix
 * would lose those below 1e-8 of the largest. Li et al. 2018, section 7, takes differences to the last checkpoint and centres them.
 */
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { dot, normOf } from '#lib/slice/vectors.ts';

export type Components = {
  /** Unit vectors as long as a row, most important first; the largest entry of each is positive. Fewer than asked for at low rank. */
  readonly axes: readonly Float64Array[];
  /** All of them, descending: one per row. */
  readonly singularValues: readonly number[];
  /** Share of the total variance (of the sum of squares where the rows are not centred), one per row. */
  readonly explained: readonly number[];
  /** What was taken away from every row; zeros where the rows are not centred. */
  readonly mean: Float64Array;
  /** Coordinates of every row, less the mean, on the axes. */
  readonly scores: readonly (readonly number[])[];
};

/** Below this share of the largest singular value, an axis is rounding noise. */
const RANK_FLOOR = 1e-7;

/**
 * @param rows T vectors of equal length
 * @param isCentred whether the mean row is taken away first, as scikit-learn does
 */
export function principalComponents(rows: readonly (Float32Array | Float64Array)[], count: number, isCentred: boolean): Components {
  const length = rows[0]?.length ?? 0;
  const mean = new Float64Array(length);
  if (isCentred) for (const row of rows) for (let index = 0; index < length; index++) mean[index]! += row[index]! / rows.length;
  const centred = rows.map((row) => Float64Array.from(row, (value, index) => value - mean[index]!));
  const gram = Matrix.zeros(rows.length, rows.length);
  for (const [i, one] of centred.entries()) {
    for (let j = 0; j <= i; j++) {
      const other = centred[j]!;
      let sum = 0;
      for (let index = 0; index < length; index++) sum += one[index]! * other[index]!;
      gram.set(i, j, sum);
      gram.set(j, i, sum);
    }
  }
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(gram, { assumeSymmetric: true });
  const order = realEigenvalues.map((_, index) => index).sort((one, other) => realEigenvalues[other]! - realEigenvalues[one]!);
  const turned = order.map((column) => {
    const along = new Float64Array(length);
    for (const [row, values] of centred.entries()) {
      const weight = eigenvectorMatrix.get(row, column);
      for (let index = 0; index < length; index++) along[index]! += weight * values[index]!;
    }
    return { along, singular: normOf(along) };
  });
  // Values that are nothing but rounding may come out of order.
  turned.sort((one, other) => other.singular - one.singular);
  const singularValues = turned.map(({ singular }) => singular);
  const squares = singularValues.map((singular) => singular ** 2);
  const total = squares.reduce((sum, square) => sum + square, 0);
  const axes = turned
    .slice(0, count)
    .filter(({ singular }) => singular > RANK_FLOOR * singularValues[0]!)
    .map(({ along, singular }) => withLargestPositive(along.map((value) => value / singular)));
  return {
    axes,
    singularValues,
    explained: squares.map((square) => (total === 0 ? 0 : square / total)),
    mean,
    scores: centred.map((row) => axes.map((axis) => dot(row, axis))),
  };
}

function withLargestPositive(axis: Float64Array): Float64Array {
  let largest = 0;
  for (const value of axis) if (Math.abs(value) > Math.abs(largest)) largest = value;
  return largest < 0 ? axis.map((value) => -value) : axis;
}
