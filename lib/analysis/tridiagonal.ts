/** Eigenvalues and eigenvectors of a symmetric tridiagonal matrix, ascending. */
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';

export type TridiagonalEigen = {
  /** Ascending. */
  readonly values: readonly number[];
  /** Row `row` of the eigenvector that belongs to value `index`; vectors are of unit length. */
  readonly component: (row: number, index: number) => number;
};

/** @param off one shorter than `diagonal`; what is beyond is not read */
export function tridiagonalEigen(diagonal: readonly number[], off: readonly number[]): TridiagonalEigen {
  const matrix = Matrix.zeros(diagonal.length, diagonal.length);
  for (const [index, value] of diagonal.entries()) {
    matrix.set(index, index, value);
    if (index + 1 === diagonal.length) break;
    matrix.set(index, index + 1, off[index]!);
    matrix.set(index + 1, index, off[index]!);
  }
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(matrix, { assumeSymmetric: true });
  const order = realEigenvalues.map((_, index) => index).sort((one, other) => realEigenvalues[one]! - realEigenvalues[other]!);
  return { values: order.map((index) => realEigenvalues[index]!), component: (row, index) => eigenvectorMatrix.get(row, order[index]!) };
}
