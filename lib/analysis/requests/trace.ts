/** The trace of the Hessian at a checkpoint by Hutchinson's estimator: random probes, a few to a unit, so that several devices share them. */
import * as z from 'zod/mini';
import { curvaturePointFields, curvaturePointProblems, wholeFrom, type CurvaturePoint } from './curvaturePoint.ts';
import { PRODUCT_PASSES, type AnalysisKind } from './kind.ts';

export type TraceRequest = CurvaturePoint & { readonly kind: 'trace'; readonly format: 1; readonly probes: number; readonly seed: number };

/** zᵀ·H·z of the unit's probes, in order. */
export type TraceSamples = { readonly size: number; readonly samples: readonly number[] };

export const PROBES_PER_UNIT = 10;
export const MOST_PROBES = 1000;

/** Probes of a unit: ten, and in the last one what is left. */
export const probesOfUnit = ({ probes }: Pick<TraceRequest, 'probes'>, unit: number): number => Math.min(PROBES_PER_UNIT, probes - unit * PROBES_PER_UNIT);

export const trace: AnalysisKind<TraceRequest, TraceSamples> = {
  title: 'Trace of the Hessian',
  request: z.strictObject({ kind: z.literal('trace'), format: z.literal(1), ...curvaturePointFields, probes: wholeFrom(2, MOST_PROBES), seed: wholeFrom(0, 0xffff) }),
  unit: z.strictObject({ size: z.int(), samples: z.array(z.number()).check(z.minLength(1), z.maxLength(PROBES_PER_UNIT)) }),
  problemsOf: curvaturePointProblems,
  units: ({ probes }) => Math.ceil(probes / PROBES_PER_UNIT),
  passes: ({ samples, probes }) => samples.count * PRODUCT_PASSES * Math.min(probes, PROBES_PER_UNIT),
  runsOn: () => 'device',
  inputsOf: () => [],
  keepsFiles: false,
  filesOf: () => [],
};
