/** Symmetric matrices with known eigenvalues, as products. */
import type { Multiply } from '#lib/analysis/productMethod.ts';

export const diagonalOf = (values: readonly number[]): Multiply => (vector) => vector.map((entry, index) => values[index]! * entry);

/** 1, 2, …, 100 */
export const HUNDRED = Array.from({ length: 100 }, (_, index) => index + 1);

/** The same eigenvalues in other axes: I − 2·w·wᵀ on both sides, with the unit vector w. */
export function turnedDiagonal(values: readonly number[]): Multiply {
  const raw = values.map((_, index) => Math.sin(3 * index + 1));
  const length = Math.hypot(...raw);
  const mirror = (vector: Float64Array): Float64Array => {
    const along = vector.reduce((sum, entry, index) => sum + (entry * raw[index]!) / length, 0);
    return vector.map((entry, index) => entry - (2 * along * raw[index]!) / length);
  };
  const multiply = diagonalOf(values);
  return (vector) => mirror(multiply(mirror(vector)));
}
