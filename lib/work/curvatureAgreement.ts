/**
 * What the eigenvalues of a convexity map must look like, and how far from float64's they may be.
 *
 * An honest device and the server take the same Lanczos steps from the same start; a step earlier or later, rounding and a unit on the
 * other side of its kink are allowed. Nothing here computes an eigenvalue. Rule V13 in docs/SPEC.md.
 */
import type { Measure } from '#lib/slice/measure.ts';
import type { PointCurvature } from './tileResult.ts';

/** Both ends of a spectrum at one point, and how sure they are. */
export type Ends = { readonly min: number; readonly max: number; readonly minError: number; readonly maxError: number };

/** As a share of the larger end: float32 products are good to 1e-5, and a sample of many may fall on the other side of a kink. */
const ALLOWED = 1e-3;

/** Null, or what is wrong with eigenvalues whatever the truth is, in words. */
export function curvatureForm(curvature: PointCurvature | undefined, measure: Measure | undefined, points: number): string | null {
  if (!measure) return curvature ? 'eigenvalues that were not asked for' : null;
  if (!curvature) return 'no eigenvalues, which were asked for';
  const { min, max, minError, maxError, products } = curvature;
  for (let point = 0; point < points; point++) {
    if (min[point]! > max[point]!) return `a least eigenvalue ${min[point]} above the greatest ${max[point]}`;
    if (minError[point]! < 0 || maxError[point]! < 0) return 'an error below zero';
    if (Number.isNaN(min[point]!) !== Number.isNaN(max[point]!)) return 'one eigenvalue without the other';
    if (products[point]! > measure.steps) return `${products[point]} products, asked for at most ${measure.steps}`;
  }
  return null;
}

export const endsAt = ({ min, max, minError, maxError }: PointCurvature, point: number): Ends => ({
  min: min[point]!,
  max: max[point]!,
  minError: minError[point]!,
  maxError: maxError[point]!,
});

/** How many times what is allowed the eigenvalues of a point are from the truth: up to 1 agrees, ∞ is another kind of number. */
export function endsSeverity(returned: Ends | undefined, truth: Ends): number {
  if (!returned) return Infinity;
  if (!Number.isFinite(truth.min) || !Number.isFinite(truth.max)) return Number.isFinite(returned.min) ? Infinity : 0;
  // Float32 overflows long before float64 does.
  if (!Number.isFinite(returned.min) || !Number.isFinite(returned.max)) return Math.max(Math.abs(truth.min), Math.abs(truth.max)) > 1e30 ? 0 : Infinity;
  const scale = Math.max(Math.abs(truth.min), Math.abs(truth.max));
  const off = (name: 'min' | 'max', error: 'minError' | 'maxError'): number => Math.abs(returned[name] - truth[name]) / (ALLOWED * scale + 2 * truth[error] + Number.MIN_VALUE);
  return Math.max(off('min', 'minError'), off('max', 'maxError'));
}
