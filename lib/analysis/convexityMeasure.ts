/**
 * The convexity that a slice asks for at each of its points: the same steps from the same start on every machine.
 *
 * So a server that recomputes a point finds what an honest device found. It knows no points. Rule E10 in docs/SPEC.md.
 */
import type { Layout } from '#lib/network/layout.ts';
import type { Measure } from '#lib/slice/measure.ts';
import { convexity, type Convexity } from './convexity.ts';
import { groupOf, inGroup } from './parameterGroup.ts';
import type { ProductMethod } from './productMethod.ts';

/** Of the start, the same for every point, so that neighbours differ by the landscape alone. */
const SEED = 1;

/** Asks for products of vectors as long as θ. Where one is not finite it ends, and every number is NaN. */
export function* convexityOfMeasure({ parameters, tolerance, steps }: Measure, layout: Layout): ProductMethod<Convexity, Convexity> {
  const group = groupOf(layout, parameters);
  const method = inGroup(group, convexity({ size: group.size, steps, start: { seed: SEED }, tolerance }));
  let step = method.next();
  while (!step.done) {
    const product = yield step.value;
    if (product?.some((value) => !Number.isFinite(value))) return { ...NOT_FINITE, products: step.value.done + 1 };
    step = method.next(product);
  }
  return step.value;
}

const NOT_FINITE: Omit<Convexity, 'products'> = { min: NaN, max: NaN, minError: NaN, maxError: NaN, ratio: NaN, nonConvexity: NaN, hasNegative: false };
