/**
 * Products with a matrix that an engine's own products have filled, one in so many taken from the engine again and compared.
 *
 * For engines on which a product takes a good part of a second: a product is linear in its vector, so the matrix stands for the engine up
 * to rounding, and the sample says how far. It knows no case.
 */
import type { MultiplyLater } from '#lib/analysis/productMethod.ts';

/** One in so many is the engine's own. */
const EVERY = 10;

export type SampledProducts = {
  readonly multiply: MultiplyLater;
  /** Largest difference so far between the two, as a share of the largest number of the product; and how many were compared. */
  readonly seen: () => { readonly error: number; readonly compared: number };
};

export function sampledProducts(own: MultiplyLater, filled: MultiplyLater, differenceOf: (made: Float64Array, expected: Float64Array) => number): SampledProducts {
  let [error, compared, asked] = [0, 0, 0];
  return {
    async multiply(vector) {
      if (asked++ % EVERY > 0) return filled(vector);
      const [made, expected] = [await own(vector), await filled(vector)];
      error = Math.max(error, differenceOf(made, expected));
      compared++;
      return made;
    },
    seen: () => ({ error, compared }),
  };
}
