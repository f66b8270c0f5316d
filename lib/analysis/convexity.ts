/**
 * How far from convex a loss is at a point: |λmin / λmax| of its Hessian (Li et al. 2018, section 6, figure 7).
 *
 * The number is scale free, and it does not tell λmin = −1 from λmin = 1; so both eigenvalues and a sign go with it.
 * A small one does not prove convexity; only a negative λmin proves the contrary. Rule E9 in docs/SPEC.md.
 */
import { lanczos, type Extremes, type LanczosOptions } from './lanczos.ts';
import type { ProductMethod } from './productMethod.ts';

export type Convexity = Extremes & {
  /** |λmin / λmax|, the number of the paper; NaN where both are zero. */
  readonly ratio: number;
  /** What is drawn: −λmin / λmax where λmin is negative beyond its error, else 0. Infinite where no eigenvalue is positive. */
  readonly nonConvexity: number;
  /** Whether an eigenvalue is negative beyond doubt. */
  readonly hasNegative: boolean;
  readonly products: number;
};

/** Sure enough for a picture with four digits. */
export const CONVEXITY_TOLERANCE = 1e-5;

/** The ends of the colours of a convexity map, those of the paper: 0 is as convex as can be seen, 0.5 strongly non-convex. */
export const CONVEXITY_RANGE = { min: 0, max: 0.5 } as const;

/** A zero eigenvalue comes out as something this small beside the largest. */
const ROUNDING = 1e-12;

export function convexityOf({ min, max, minError, maxError }: Extremes, products: number): Convexity {
  const hasNegative = min + minError < -ROUNDING * Math.max(Math.abs(min), Math.abs(max));
  return {
    min,
    max,
    minError,
    maxError,
    products,
    hasNegative,
    ratio: Math.abs(min / max),
    nonConvexity: hasNegative ? (max > 0 ? -min / max : Infinity) : 0,
  };
}

/** Both ends by Lanczos, until both are sure; at most `steps` products. */
export function* convexity({ size, steps, start, tolerance = CONVEXITY_TOLERANCE }: Omit<LanczosOptions, 'ends'>): ProductMethod<Convexity, Convexity> {
  const method = lanczos({ size, steps, start, tolerance });
  let step = method.next();
  while (!step.done) {
    const { vector, done, of, estimate } = step.value;
    const product = yield {
      vector,
      done,
      of,
      estimate: () => {
        const extremes = estimate();
        return extremes && convexityOf(extremes, done);
      },
    };
    step = method.next(product);
  }
  return convexityOf(step.value, step.value.values.length);
}
