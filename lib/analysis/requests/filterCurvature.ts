/** The mean curvature along filter-normalised directions at a checkpoint: random probes, a few to a unit, as for the trace. */
import * as z from 'zod/mini';
import { curvaturePointFields, curvaturePointProblems, wholeFrom, type CurvaturePoint } from './curvaturePoint.ts';
import { PRODUCT_PASSES, type AnalysisKind } from './kind.ts';
import { MOST_PROBES, PROBES_PER_UNIT } from './trace.ts';

/** Directions move the tensors that have filters, and no others. */
export type FilterCurvatureRequest = Omit<CurvaturePoint, 'parameters'> & { readonly kind: 'filterCurvature'; readonly format: 1; readonly probes: number; readonly seed: number };

/** zᵀ·S·H·S·z of the unit's probes, in order. */
export type FilterCurvatureSamples = { readonly samples: readonly number[] };

const { parameters: _filters, ...fields } = curvaturePointFields;

export const filterCurvature: AnalysisKind<FilterCurvatureRequest, FilterCurvatureSamples> = {
  title: 'Filter-normalised curvature',
  request: z.strictObject({ kind: z.literal('filterCurvature'), format: z.literal(1), ...fields, probes: wholeFrom(2, MOST_PROBES), seed: wholeFrom(0, 0xffff) }),
  unit: z.strictObject({ samples: z.array(z.number()).check(z.minLength(1), z.maxLength(PROBES_PER_UNIT)) }),
  problemsOf: (request, manifest) => curvaturePointProblems({ ...request, parameters: 'matrices' }, manifest),
  units: ({ probes }) => Math.ceil(probes / PROBES_PER_UNIT),
  passes: ({ samples, probes }) => samples.count * PRODUCT_PASSES * Math.min(probes, PROBES_PER_UNIT),
  runsOn: () => 'device',
  inputsOf: () => [],
  keepsFiles: false,
  filesOf: () => [],
};
