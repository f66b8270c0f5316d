/**
 * How much memory a Hessian takes: written out, and as products with vectors. Row 34 of the field's list: that second derivatives are
 * "infeasible for large nets" is true of the matrix and false of Hv. It knows no device; whoever asks says how much memory there is.
 */

/** Of a float32, as engines keep it. */
const NUMBER_BYTES = 4;

export type HessianSize = {
  /** p × p numbers of float32. */
  readonly matrixBytes: number;
  /** One vector of p numbers: what a product Hv takes in, and gives back. */
  readonly vectorBytes: number;
  /** Products that write the matrix out, one column each. */
  readonly products: number;
};

/** @param parameters p, one or more @throws RangeError for anything else */
export function hessianSizeOf(parameters: number): HessianSize {
  if (!Number.isInteger(parameters) || parameters < 1) throw new RangeError(`a Hessian needs one parameter or more, found ${parameters}`);
  return { matrixBytes: parameters ** 2 * NUMBER_BYTES, vectorBytes: parameters * NUMBER_BYTES, products: parameters };
}

/** The most parameters whose whole Hessian fits into so much memory, with nothing beside it: ⌊√(bytes/4)⌋. */
export const largestWhole = (bytes: number): number => Math.floor(Math.sqrt(bytes / NUMBER_BYTES));
