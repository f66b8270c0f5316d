/**
 * The singular value decomposition by a library, without AᵀA, in the order and with the signs of another one beside it.
 *
 * Singular vectors are known up to their sign, and those of equal values only as a space: comparing them needs both put in line.
 * Rule R11 in docs/SPEC.md.
 */
import { Matrix, SingularValueDecomposition } from 'ml-matrix';

export type Decomposition = {
  /** Columns uᵢ and vᵢ, values descending. */
  readonly u: Matrix;
  readonly v: Matrix;
  readonly singularValues: readonly number[];
};

/** As many columns as the matrix has rows or columns, whichever are fewer. */
export function directSvd(matrix: Matrix): Decomposition {
  const found = new SingularValueDecomposition(matrix, { autoTranspose: true });
  const order = found.diagonal
    .map((_, index) => index)
    .sort((one, other) => found.diagonal[other]! - found.diagonal[one]!)
    .slice(0, Math.min(matrix.rows, matrix.columns));
  return { u: found.leftSingularVectors.subMatrixColumn(order), v: found.rightSingularVectors.subMatrixColumn(order), singularValues: order.map((index) => found.diagonal[index]!) };
}

export type SvdComparison = {
  /** The other decomposition, each pair of columns turned to the signs of the first. */
  readonly aligned: Decomposition;
  /** Largest difference of singular values, as a share of the largest. */
  readonly values: number;
  /** Largest difference between entries of columns. */
  readonly u: number;
  readonly v: number;
};

/** How another decomposition of the same matrix differs once its signs are those of the first. */
export function svdComparison(own: Decomposition, other: Decomposition): SvdComparison {
  const signs = own.singularValues.map((_, rank) => (own.v.getColumnVector(rank).dot(other.v.getColumnVector(rank)) < 0 ? -1 : 1));
  const aligned = { u: other.u.clone().mulRowVector(signs), v: other.v.clone().mulRowVector(signs), singularValues: other.singularValues };
  const apart = (one: Matrix, another: Matrix): number => Matrix.sub(one, another).abs().max();
  const largest = other.singularValues[0] ?? 0;
  return {
    aligned,
    values: largest === 0 ? 0 : Math.max(...other.singularValues.map((value, rank) => Math.abs(value - own.singularValues[rank]!))) / largest,
    u: apart(own.u, aligned.u),
    v: apart(own.v, aligned.v),
  };
}
