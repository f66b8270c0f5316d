/** The spectral density of the Hessian at a checkpoint by stochastic Lanczos quadrature: one random start to a unit. */
import * as z from 'zod/mini';
import type { Measure } from '#lib/analysis/spectralDensity.ts';
import { curvaturePointFields, curvaturePointProblems, wholeFrom, type CurvaturePoint } from './curvaturePoint.ts';
import { PRODUCT_PASSES, type AnalysisKind } from './kind.ts';

export type DensityRequest = CurvaturePoint & { readonly kind: 'density'; readonly format: 1; readonly starts: number; readonly steps: number; readonly seed: number };

/** Ritz values and the weights that belong to them, which sum to 1. */
export type DensityOfStart = Measure & { readonly size: number };

const numbers = z.array(z.number()).check(z.minLength(1), z.maxLength(200));

export const density: AnalysisKind<DensityRequest, DensityOfStart> = {
  title: 'Spectral density',
  request: z.strictObject({ kind: z.literal('density'), format: z.literal(1), ...curvaturePointFields, starts: wholeFrom(1, 50), steps: wholeFrom(2, 200), seed: wholeFrom(0, 0xffff) }),
  unit: z.strictObject({ size: z.int(), nodes: numbers, weights: numbers }),
  problemsOf: curvaturePointProblems,
  units: ({ starts }) => starts,
  passes: ({ samples, steps }) => samples.count * PRODUCT_PASSES * steps,
  runsOn: () => 'device',
  inputsOf: () => [],
  keepsFiles: false,
  filesOf: () => [],
};
