/** How far a vector is from being an eigenvector: its Rayleigh quotient λ = vᵀ·A·v and ‖A·v − λ·v‖, v made a unit vector. One product. */
import { dot, normOf } from '#lib/slice/vectors.ts';
import type { Multiply } from './productMethod.ts';

export type EigenResidual = {
  readonly quotient: number;
  /** An eigenvalue lies within this distance of the quotient. */
  readonly residual: number;
};

/** NaN for a vector of length 0. */
export function eigenResidual(multiply: Multiply, vector: Float64Array): EigenResidual {
  const length = normOf(vector);
  const unit = vector.map((value) => value / length);
  const product = multiply(unit);
  const quotient = dot(unit, product);
  return { quotient, residual: normOf(product.map((value, index) => value - quotient * unit[index]!)) };
}
