/**
 * What is measured at every point of a slice where it is not the loss: how convex the loss is there.
 *
 * It says what is asked for and checks it; workers compute it. METHODS: convexity map; rule S10 in docs/SPEC.md.
 */
import * as z from 'zod/mini';
import type { Mode } from '#lib/network/mode.ts';
import type { Problem } from '#lib/parsed.ts';

export type Measure = {
  readonly kind: 'convexity';
  /** `matrices`: tensors of rank ≥ 2 only, as the reference tool does. */
  readonly parameters: 'all' | 'matrices';
  /** A Lanczos run ends where both ends of the spectrum are known to this share of the larger one. */
  readonly tolerance: number;
  /** It ends after so many products with the Hessian in any case. */
  readonly steps: number;
};

export const measureSchema: z.ZodMiniType<Measure> = z.strictObject({
  kind: z.literal('convexity'),
  parameters: z.enum(['all', 'matrices']),
  tolerance: z.number().check(z.minimum(1e-6, 'choose between 0.000001 and 0.5'), z.maximum(0.5, 'choose between 0.000001 and 0.5')),
  steps: z.int('must be a whole number').check(z.minimum(2, 'choose between 2 and 200 steps'), z.maximum(200, 'choose between 2 and 200 steps')),
});

/** A product with the Hessian passes forward and back twice: as dear as about six losses. */
const PASSES_PER_PRODUCT = 6;

/** Passes that one measurement takes for each pass of a loss. At most: a run may end early. */
export const passesPerPoint = (measure: Measure | undefined): number => (measure ? PASSES_PER_PRODUCT * measure.steps : 1);

/** Second derivatives are taken with the stored statistics and without dropout. */
export function measureProblems(measure: Measure | undefined, { batchNorm, dropout }: Mode): readonly Problem[] {
  if (!measure) return [];
  return [
    ...(batchNorm === 'frozen' || batchNorm === 'interpolated' ? [] : [{ path: 'mode.batchNorm', message: 'a convexity map needs the stored statistics of batch norm' }]),
    ...(dropout === 'off' ? [] : [{ path: 'mode.dropout', message: 'a convexity map needs dropout off' }]),
  ];
}
