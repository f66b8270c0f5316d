/**
 * What of shared curvatures the server can recompute: eigenvalues and eigenvectors of a spectrum, one random vector of a trace, a density or a
 * filter-normalised curvature, the highest place of a box. Rule U20 in docs/SPEC.md.
 */
import type { QuadraticForm } from '#lib/analysis/quadraticForm.ts';
import { fromJsonNumber } from '#lib/analysis/requests/jsonNumber.ts';
import type { ProbedRequest } from '#lib/analysis/requests/probes.ts';
import type { RequestOf, UnitOf } from '#lib/analysis/requests/requests.ts';
import { probesOfUnit } from '#lib/analysis/requests/trace.ts';
import { momentOf } from '#lib/analysis/spectralDensity.ts';
import { STANDARD_MODE } from '#lib/network/mode.ts';
import { endsSeverity } from './curvatureAgreement.ts';
import { ANY_AXIS, isNear, SUM_TOLERANCE, type UnitCheck } from './unitCheck.ts';

/** ‖Hv − λv‖ beside the larger eigenvalue, as for eigenvalues: float32 products, rounding of the file, a sample on the other side of a kink. */
const EIGENVECTOR_TOLERANCE = 1e-3;
/** |vᵀHv| beside ‖v‖·‖Hv‖, for the same reasons. */
const FORM_TOLERANCE = 1e-3;
/** The way to a high place was rounded to float32: what that changes, beside the rise. */
const RISE_TOLERANCE = 1e-4;
/** Of a box, beside 1: the same rounding. */
const BOX_TOLERANCE = 1e-6;

/** Both ends again, where the group has a name, and both vectors. */
export function spectrumChecks(request: RequestOf<'spectrum'>, result: UnitOf<'spectrum'>): readonly UnitCheck[] {
  const { largest, least, vectors } = result;
  const [high, low] = [largest[0]!, least[0]!];
  const { subject, checkpoint, samples, loss, parameters, rescaled, steps } = request;
  // No slice is around a rescaled network.
  if (rescaled) return [];
  const here = { format: 1, subject, samples: [samples], loss, mode: STANDARD_MODE, centre: checkpoint } as const;
  const ends: UnitCheck[] =
    typeof parameters === 'object'
      ? []
      : [
          {
            of: 'point',
            recipe: { ...here, axes: [ANY_AXIS], measure: { kind: 'convexity', parameters, tolerance: 1e-5, steps } },
            at: [0, 0],
            words: 'the server computed the outermost eigenvalue at both ends again, in float64',
            disagreement: ([truth]) => {
              const found = truth?.curvature;
              if (!found) return null;
              const said = { min: low.value, max: high.value, minError: low.error, maxError: high.error };
              return endsSeverity(said, found) <= 1 ? null : `eigenvalues from ${low.value} to ${high.value}, float64 says ${found.min} to ${found.max}`;
            },
          },
        ];
  // Where a network has one parameter, both are the same vector.
  const said = vectors.largest === vectors.least ? [{ digest: vectors.largest, ...high }] : [{ digest: vectors.largest, ...high }, { digest: vectors.least, ...low }];
  const scale = Math.max(Math.abs(high.value), Math.abs(low.value));
  const vectorsCheck: UnitCheck = {
    of: 'eigenvectors',
    group: parameters,
    recipe: { ...here, axes: said.map(({ digest }) => ({ direction: { kind: 'vector', digest, title: '' }, min: -1, max: 1, count: 3 })) },
    words: 'the server multiplied both eigenvectors by the Hessian in float64, and each came out as its eigenvalue times itself',
    disagreement: (found) => {
      for (const [index, { quotient, residual }] of found.entries()) {
        const { value, error } = said[index]!;
        const allowed = EIGENVECTOR_TOLERANCE * scale + 2 * error;
        if (!(Math.abs(quotient - value) <= allowed)) return `an eigenvector of ${value}, along which float64 finds ${quotient}`;
        if (!(residual <= allowed)) return `an eigenvector of ${value} that the Hessian turns: ‖Hv − λv‖ is ${residual}, ${allowed} is allowed`;
      }
      return null;
    },
  };
  return [...ends, vectorsCheck];
}

/** One probe of those that the unit sent through the Hessian. */
export function probeCheck(request: Exclude<ProbedRequest, { kind: 'density' }>, unit: number, { samples }: { readonly samples: readonly number[] }, pick: number): UnitCheck {
  const wanted = probesOfUnit(request, unit);
  const probe = Math.floor(pick * wanted);
  return {
    of: 'form',
    request,
    unit,
    probe,
    words: `the server took one of ${wanted} probes again, in float64`,
    disagreement: ({ value, length, productLength }) => {
      if (samples.length !== wanted) return `${samples.length} probes, asked for ${wanted}`;
      const said = samples[probe]!;
      return Math.abs(said - value) <= FORM_TOLERANCE * length * productLength ? null : `${said} at probe ${probe}, float64 says ${value}`;
    },
  };
}

/** The first two moments of a start's measure are vᵀHv and ‖Hv‖² of its unit vector, so one product tells of all nodes and weights together. */
export function densityCheck(request: RequestOf<'density'>, unit: number, measure: UnitOf<'density'>): UnitCheck {
  return {
    of: 'form',
    request,
    unit,
    probe: 0,
    words: 'the server compared its mean and its mean square with one product in float64',
    disagreement: (found) => {
      if (measure.nodes.length !== measure.weights.length) return `${measure.nodes.length} nodes with ${measure.weights.length} weights`;
      return momentDisagreement(measure, found);
    },
  };
}

function momentDisagreement(measure: UnitOf<'density'>, { value, length, productLength }: QuadraticForm): string | null {
  const scale = productLength / length;
  const wanted = [1, value / length ** 2, scale ** 2];
  for (const [order, truth] of wanted.entries()) {
    const said = momentOf(measure, order);
    if (!(Math.abs(said - truth) <= 2 * FORM_TOLERANCE * scale ** order)) return `a moment of order ${order} of ${said}, float64 says ${truth}`;
  }
  return null;
}

/** The loss at the checkpoint and at the place that is said to be highest, and that this place lies in the box. */
export function boxCheck(request: RequestOf<'boxSharpness'>, { loss, highest, worst }: UnitOf<'boxSharpness'>): UnitCheck {
  return {
    of: 'boxPlace',
    request,
    worst,
    words: 'the server computed the loss here and at the highest place again, in float64, and that place lies in the box',
    disagreement: (found) => {
      if (!found) return 'the file of its highest place is of another network';
      if (!(found.reach <= 1 + BOX_TOLERANCE)) return `a highest place ${found.reach} times as far out as the box reaches`;
      if (!isNear(loss, found.loss, SUM_TOLERANCE)) return `a loss of ${loss}, float64 says ${found.loss}`;
      const said = fromJsonNumber(highest);
      const isSame = Number.isFinite(found.there) ? Math.abs(said - found.there) <= RISE_TOLERANCE * Math.abs(found.there - found.loss) + SUM_TOLERANCE * Math.abs(found.there) : Object.is(said, found.there);
      return isSame ? null : `a loss of ${highest} at its highest place, float64 says ${found.there}`;
    },
  };
}
