/** vᵀ·A·v with ‖v‖ and ‖A·v‖, by one product: what a symmetric matrix says of one vector. It knows no networks. */
import { dot, normOf } from '#lib/slice/vectors.ts';
import type { Multiply } from './productMethod.ts';

export type QuadraticForm = { readonly value: number; readonly length: number; readonly productLength: number };

/** |value| is at most length · productLength, whatever the matrix. */
export function quadraticForm(multiply: Multiply, vector: Float64Array): QuadraticForm {
  const product = multiply(vector);
  return { value: dot(vector, product), length: normOf(vector), productLength: normOf(product) };
}
