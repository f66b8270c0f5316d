/**
 * Principal components of a few long vectors: the axes along which a training run spread out.
 *
 * Of T vectors of p numbers, T ≪ p, the T×T Gram matrix is decomposed instead of the p×p covariance (where T > p, that):
 * X·Xᵀ = U·S²·Uᵀ and vₖ = Xᵀ·uₖ / sₖ. Singular values are taken as sₖ = ‖Xᵀ·uₖ‖: the square root of an eigenvalue of the Gram matrix
 * would lose those below 1e-8 of the largest. Li et al. 2018, section 7, takes differences to the last checkpoint and centres them.
 */
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { dot, normOf } from '#lib/slice/vectors.ts';

export type Components = {
  /** Unit vectors as long as a row, most important first; the largest entry of each is positive. Fewer than asked for at low rank. */
  readonly axes: readonly Float64Array[];
  /** All of them, descending: as many as there are rows or columns, whichever are fewer. */
  readonly singularValues: readonly number[];
  /** Share of the total variance (of the sum of squares where the rows are not centred), one for each of those. */
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
  const turned = rows.length <= length ? fromRows(centred, length) : fromColumns(centred, length);
  // Values that are nothing but rounding may come out of order.
  turned.sort((one, other) => other.singular - one.singular);
  const singularValues = turned.map(({ singular }) => singular);
  const squares = singularValues.map((singular) => singular ** 2);
  const total = squares.reduce((sum, square) => sum + square, 0);
  const axes = turned
    .slice(0, count)
    .filter(({ singular }) => singular > RANK_FLOOR * singularValues[0]!)
    .map(({ axis }) => withLargestPositive(axis));
  return {
    axes,
    singularValues,
    explained: squares.map((square) => (total === 0 ? 0 : square / total)),
    mean,
    scores: centred.map((row) => axes.map((axis) => dot(row, axis))),
  };
}

type Found = { readonly axis: Float64Array; readonly singular: number };

/** Few rows of many numbers: X·Xᵀ = U·S²·Uᵀ, vₖ = Xᵀ·uₖ / sₖ. */
function fromRows(rows: readonly Float64Array[], length: number): Found[] {
  return eigenvectorsOf(gramOf(rows)).map((weights) => {
    const along = new Float64Array(length);
    for (const [row, values] of rows.entries()) for (let index = 0; index < length; index++) along[index]! += weights[row]! * values[index]!;
    const singular = normOf(along);
    return { axis: along.map((value) => value / singular), singular };
  });
}

/** Many rows of few numbers: the vₖ are the eigenvectors of Xᵀ·X, and sₖ = ‖X·vₖ‖. */
function fromColumns(rows: readonly Float64Array[], length: number): Found[] {
  const columns = Array.from({ length }, (_, index) => Float64Array.from(rows, (row) => row[index]!));
  return eigenvectorsOf(gramOf(columns)).map((axis) => ({ axis, singular: normOf(Float64Array.from(rows, (row) => dot(row, axis))) }));
}

/** All products of some vectors with each other. */
function gramOf(vectors: readonly Float64Array[]): Matrix {
  const gram = Matrix.zeros(vectors.length, vectors.length);
  for (const [i, one] of vectors.entries()) {
    for (let j = 0; j <= i; j++) {
      const product = dot(one, vectors[j]!);
      gram.set(i, j, product);
      gram.set(j, i, product);
    }
  }
  return gram;
}

/** Largest eigenvalue first. */
function eigenvectorsOf(gram: Matrix): readonly Float64Array[] {
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(gram, { assumeSymmetric: true });
  const order = realEigenvalues.map((_, index) => index).sort((one, other) => realEigenvalues[other]! - realEigenvalues[one]!);
  return order.map((column) => Float64Array.from(eigenvectorMatrix.getColumn(column)));
}

function withLargestPositive(axis: Float64Array): Float64Array {
  let largest = 0;
  for (const value of axis) if (Math.abs(value) > Math.abs(largest)) largest = value;
  return largest < 0 ? axis.map((value) => -value) : axis;
}
