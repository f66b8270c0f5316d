/**
 * The singular value decomposition on foot: AᵀA, its eigenvalues, σ = √λ, V, U = A·V/σ, with every matrix on the way, and beside it
 * what a library finds directly.
 *
 * Going through AᵀA loses singular values below about 2.6e-8 of the largest in float64 (3.3e-4 in float32), because squares of them
 * drown in rounding; which of them are doubtful is said. Rule R3 in docs/SPEC.md.
 */
import { EigenvalueDecomposition, Matrix, SingularValueDecomposition } from 'ml-matrix';

export type SvdWalk = {
  readonly matrix: Matrix;
  /** Step 1: AᵀA, symmetric. */
  readonly gram: Matrix;
  /** Step 2: det(AᵀA − λ·I) = Σ coefficient[k]·λ^k, constant term first; null above MOST_COEFFICIENTS columns, where it says nothing. */
  readonly characteristic: readonly number[] | null;
  /** Its roots, descending, as many as A has rows or columns, whichever are fewer. */
  readonly eigenvalues: readonly number[];
  /** Step 3. */
  readonly singularValues: readonly number[];
  /** Columns vᵢ, the eigenvectors; the largest entry of each is positive. */
  readonly v: Matrix;
  /** Columns uᵢ = A·vᵢ/σᵢ; where σᵢ is too small for that, a unit vector at right angles to the others. */
  readonly u: Matrix;
  /** How many of the u came from A·v/σ. */
  readonly divided: number;
  /** U·Σ·Vᵀ. */
  readonly product: Matrix;
  /** ‖A − U·Σ·Vᵀ‖_F / ‖A‖_F. */
  readonly residual: number;
  /** The same values by a library, without AᵀA. */
  readonly direct: readonly number[];
  /** Largest difference between the two, as a share of the largest value. */
  readonly difference: number;
  /** From which value on the way through AᵀA is not to be trusted; null when all are fine. */
  readonly doubtfulFrom: number | null;
};

/** Below this share of the largest, a singular value found through AᵀA in float64 is off by more than 1 %. */
export const GRAM_FLOOR = 2.6e-8;
const MOST_COEFFICIENTS = 6;

/** @param rows row-major, all of the same length */
export function svdWalk(rows: readonly ArrayLike<number>[]): SvdWalk {
  const matrix = new Matrix(rows.map((row) => Array.from(row)));
  const gram = matrix.transpose().mmul(matrix);
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(gram, { assumeSymmetric: true });
  const count = Math.min(matrix.rows, matrix.columns);
  const order = realEigenvalues
    .map((_, index) => index)
    .sort((one, other) => realEigenvalues[other]! - realEigenvalues[one]!)
    .slice(0, count);
  const eigenvalues = order.map((index) => realEigenvalues[index]!);
  const singularValues = eigenvalues.map((value) => Math.sqrt(Math.max(0, value)));
  const v = Matrix.zeros(matrix.columns, count);
  for (const [rank, column] of order.entries()) v.setColumn(rank, withLargestPositive(eigenvectorMatrix.getColumn(column)));
  const doubtful = singularValues.findIndex((value) => !(value > GRAM_FLOOR * singularValues[0]!));
  const divided = doubtful < 0 ? count : doubtful;
  const u = leftVectors(matrix, v, singularValues, divided);
  const product = u.clone().mulRowVector(singularValues).mmul(v.transpose());
  const direct = new SingularValueDecomposition(matrix, { autoTranspose: true }).diagonal.slice(0, count).toSorted((one, other) => other - one);
  const norm = matrix.norm('frobenius');
  return {
    matrix,
    gram,
    characteristic: gram.rows <= MOST_COEFFICIENTS ? characteristicOf(gram) : null,
    eigenvalues,
    singularValues,
    v,
    u,
    divided,
    product,
    residual: norm === 0 ? 0 : Matrix.sub(matrix, product).norm('frobenius') / norm,
    direct,
    difference: norm === 0 ? 0 : Math.max(...direct.map((value, rank) => Math.abs(value - singularValues[rank]!))) / direct[0]!,
    doubtfulFrom: doubtful < 0 ? null : doubtful,
  };
}

/** U·Σ·Vᵀ with the first `rank` columns only: the nearest matrix of that rank. */
export function rankApproximation({ u, v, singularValues }: Pick<SvdWalk, 'u' | 'v' | 'singularValues'>, rank: number): Matrix {
  const most = Math.min(rank, singularValues.length);
  if (most === 0) return Matrix.zeros(u.rows, v.rows);
  return u.subMatrix(0, u.rows - 1, 0, most - 1).mulRowVector(singularValues.slice(0, most)).mmul(v.subMatrix(0, v.rows - 1, 0, most - 1).transpose());
}

/** A·v/σ for the first columns; then unit vectors at right angles to all so far, from the axes that are least spoken for. */
function leftVectors(matrix: Matrix, v: Matrix, singularValues: readonly number[], divided: number): Matrix {
  const u = Matrix.zeros(matrix.rows, v.columns);
  const found: number[][] = [];
  for (let rank = 0; rank < divided; rank++) found.push(matrix.mmul(v.getColumnVector(rank)).div(singularValues[rank]!).to1DArray());
  for (let axis = 0; found.length < v.columns && axis < matrix.rows; axis++) {
    const rest = Array.from({ length: matrix.rows }, (_, row) => (row === axis ? 1 : 0));
    for (let pass = 0; pass < 2; pass++) {
      for (const other of found) {
        const along = other.reduce((sum, value, row) => sum + value * rest[row]!, 0);
        for (const [row, value] of other.entries()) rest[row]! -= along * value;
      }
    }
    const length = Math.hypot(...rest);
    // An axis within the span of what was found leaves next to nothing; at least one of the others does not.
    if (length > 0.5 / Math.sqrt(matrix.rows)) found.push(rest.map((value) => value / length));
  }
  for (const [rank, column] of found.entries()) u.setColumn(rank, column);
  return u;
}

/** Coefficients of det(M − λ·I), constant first, by Faddeev and LeVerrier. */
function characteristicOf(matrix: Matrix): readonly number[] {
  const size = matrix.rows;
  const coefficients = Array.from({ length: size + 1 }, () => 0);
  coefficients[size] = 1;
  let term = Matrix.zeros(size, size);
  for (let k = 1; k <= size; k++) {
    term = matrix.mmul(term).add(Matrix.eye(size).mul(coefficients[size - k + 1]!));
    coefficients[size - k] = -matrix.mmul(term).trace() / k;
  }
  // Of det(λ·I − M), whose sign differs for an odd size.
  return coefficients.map((value) => (size % 2 === 0 ? value : -value));
}

function withLargestPositive(column: readonly number[]): number[] {
  const largest = column.reduce((most, value) => (Math.abs(value) > Math.abs(most) ? value : most), 0);
  return column.map((value) => (largest < 0 ? -value : value));
}
