/**
 * Principal components of a few long vectors: the axes along which a training run spread out.
 *
 * With T vectors of p numbers and T ≪ p, the T×T Gram matrix is decomposed instead of the p×p covariance:
 * X·Xᵀ = U·S²·Uᵀ and vₖ = Xᵀ·uₖ / sₖ. Li et al. 2018, section 7, takes differences to the last checkpoint and centres them.
 */
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';

export type Components = {
  /** Unit vectors as long as a row, most important first; the largest entry of each is positive. Fewer than asked for at low rank. */
  readonly axes: readonly Float64Array[];
  /** All of them, descending: one per row. */
  readonly singularValues: readonly number[];
  /** Share of the total variance (of the sum of squares where the rows are not centred), one per row. */
  readonly explained: readonly number[];
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
  const squares = order.map((index) => Math.max(0, realEigenvalues[index]!));
  const total = squares.reduce((sum, square) => sum + square, 0);
  const singularValues = squares.map(Math.sqrt);
  const axes: Float64Array[] = [];
  for (const [rank, column] of order.slice(0, count).entries()) {
    if (!(singularValues[rank]! > RANK_FLOOR * singularValues[0]!)) break;
    const axis = new Float64Array(length);
    for (const [row, values] of centred.entries()) {
      const weight = eigenvectorMatrix.get(row, column) / singularValues[rank]!;
      for (let index = 0; index < length; index++) axis[index]! += weight * values[index]!;
    }
    axes.push(withLargestPositive(axis));
  }
  return { axes, singularValues, explained: squares.map((square) => (total === 0 ? 0 : square / total)) };
}

function withLargestPositive(axis: Float64Array): Float64Array {
  let largest = 0;
  for (const value of axis) if (Math.abs(value) > Math.abs(largest)) largest = value;
  return largest < 0 ? axis.map((value) => -value) : axis;
}
