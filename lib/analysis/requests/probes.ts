/** The random vectors that units of traces, densities and filter-normalised curvature send through the Hessian: the same for whoever computes or checks. */
import { filterScales } from '#lib/analysis/normalisedCurvature.ts';
import { groupOf, restricted } from '#lib/analysis/parameterGroup.ts';
import type { Multiply } from '#lib/analysis/productMethod.ts';
import { randomSigns } from '#lib/analysis/spectralDensity.ts';
import { hessianAt } from '#lib/network/derivatives/derivatives.ts';
import { layoutOf } from '#lib/network/layout.ts';
import type { Subject } from '#lib/network/subject.ts';
import { createRandom } from '#lib/random.ts';
import { differentiableOf, parametersOf, seedOfUnit } from './askedPoint.ts';
import type { DensityRequest } from './density.ts';
import type { FilterCurvatureRequest } from './filterCurvature.ts';
import type { TraceRequest } from './trace.ts';

export type ProbedRequest = TraceRequest | DensityRequest | FilterCurvatureRequest;

/** One probe of a unit, counted from 0, and the Hessian that it goes through, both of the parameters that the request is about; in float64. */
export function probeOf(request: ProbedRequest, unit: number, index: number, subject: Subject): { readonly multiply: Multiply; readonly vector: Float64Array } {
  const layout = layoutOf(subject.manifest.network);
  const parameters = parametersOf(request, subject);
  const group = groupOf(layout, request.kind === 'filterCurvature' ? 'all' : request.parameters);
  const multiply = restricted(group, hessianAt(differentiableOf(request, subject), Float64Array.from(parameters)));
  const random = createRandom(seedOfUnit(request.seed, unit));
  for (let before = 0; before < index; before++) randomSigns(group.size, random);
  const signs = randomSigns(group.size, random);
  if (request.kind !== 'filterCurvature') return { multiply, vector: signs };
  const scales = filterScales(parameters, layout);
  return { multiply, vector: signs.map((sign, at) => sign * scales[at]!) };
}
