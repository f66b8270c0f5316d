/** A symmetric matrix written out from its products with the unit vectors, and its exact eigenvalues: for a few hundred parameters. */
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import type { ProductMethod } from './productMethod.ts';

/** More than this, and the matrix alone is 32 MB and its eigenvalues take minutes. */
export const DENSE_SIZE = 2000;

/** Row-major [size, size]; rows and columns are averaged, which takes away the rounding that differs between them. @throws when it is too large, or stopped */
export function* denseMatrix(size: number): ProductMethod<null, Float64Array> {
  if (size > DENSE_SIZE) throw new Error(`a matrix of ${size} × ${size} is not written out; at most ${DENSE_SIZE}`);
  const matrix = new Float64Array(size * size);
  const vector = new Float64Array(size);
  for (let row = 0; row < size; row++) {
    vector.fill(0);
    vector[row] = 1;
    const product = yield { vector, done: row, of: size, estimate: () => null };
    if (!product) throw new Error('the matrix was stopped before it was complete');
    matrix.set(product, row * size);
  }
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < row; column++) {
      const mean = (matrix[row * size + column]! + matrix[column * size + row]!) / 2;
      matrix[row * size + column] = mean;
      matrix[column * size + row] = mean;
    }
  }
  return matrix;
}

/** Ascending. */
export function eigenvaluesOf(matrix: Float64Array, size: number): readonly number[] {
  const { realEigenvalues } = new EigenvalueDecomposition(Matrix.from1DArray(size, size, matrix), { assumeSymmetric: true });
  return realEigenvalues.toSorted((one, other) => one - other);
}
