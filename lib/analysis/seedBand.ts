/**
 * Mean and band of the same curve under several seeds: m ± s, with s the sample standard deviation over seeds (divided by n − 1).
 *
 * Where a curve has no finite value there is no mean: leaving it out would make the rest look better than it is.
 */

export type SeedBand = { readonly mean: Float64Array; readonly deviation: Float64Array };

/** @param curves of equal length, one per seed; two or more */
export function seedBand(curves: readonly ArrayLike<number>[]): SeedBand {
  const length = curves[0]?.length ?? 0;
  const mean = new Float64Array(length);
  const deviation = new Float64Array(length);
  for (let at = 0; at < length; at++) {
    const values = curves.map((curve) => curve[at]!);
    const middle = values.reduce((sum, value) => sum + value, 0) / values.length;
    mean[at] = values.every(Number.isFinite) ? middle : NaN;
    deviation[at] = Math.sqrt(values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1));
  }
  return { mean, deviation };
}
