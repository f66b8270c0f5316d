/**
 * What of a unit's result the server can recompute cheaply: one point of one slice in float64, or one product with each eigenvector, and
 * what that says of the result.
 *
 * None where nothing of a kind can be checked that cheaply, or the network is too large for it: then the result stays what its author says.
 * It computes no loss; the caller brings the truth. Rule U20 in docs/SPEC.md.
 */
import type { EigenResidual } from '#lib/analysis/eigenResidual.ts';
import type { GroupChoice } from '#lib/analysis/parameterGroup.ts';
import { fromJsonNumber, type JsonNumber } from '#lib/analysis/requests/jsonNumber.ts';
import { CURVE_PLACES, sliceAlongCurve } from '#lib/analysis/requests/curve.ts';
import { GRADIENT_PASSES, PRODUCT_PASSES } from '#lib/analysis/requests/kind.ts';
import type { AnalysisRequest, RequestOf, UnitOf } from '#lib/analysis/requests/requests.ts';
import { costOfSample } from '#lib/network/cost.ts';
import { STANDARD_MODE } from '#lib/network/mode.ts';
import type { SubjectManifest } from '#lib/network/subject.ts';
import { placeOnCurve } from '#lib/slice/curve.ts';
import { passesIn, type Axis, type SliceRecipe } from '#lib/slice/recipe.ts';
import { endsSeverity } from './curvatureAgreement.ts';
import type { Truth } from './agreement.ts';

/** `disagreement` is null where the truth agrees, else what it says against the result. */
export type UnitCheck = {
  readonly recipe: SliceRecipe;
  /** What was recomputed, in words, to stand beside the result. */
  readonly words: string;
} & (
  | { readonly of: 'point'; readonly at: readonly [a: number, b: number]; readonly disagreement: (truths: readonly Truth[]) => string | null }
  /** The axes of the slice as eigenvectors of a group's Hessian at its centre. */
  | { readonly of: 'eigenvectors'; readonly group: GroupChoice; readonly disagreement: (found: readonly EigenResidual[]) => string | null }
);

/** Multiply-adds that a check may cost: some seconds of one thread. */
const MOST_COST = 1e9;
/** A loss computed in float64 twice differs by the order of its sums; along a curve the bend was rounded to float32 as well. */
const LOSS_TOLERANCE = 1e-8;
const CURVE_TOLERANCE = 1e-4;
/** ‖Hv − λv‖ beside the larger eigenvalue, as for eigenvalues: float32 products, rounding of the file, a sample on the other side of a kink. */
const EIGENVECTOR_TOLERANCE = 1e-3;

/** Whatever it is, the point at 0 is the checkpoint. */
const AXIS: Axis = { direction: { kind: 'random', seed: 0, normalisation: 'none', vectors: 'layer' }, min: -1, max: 1, count: 3 };

/**
 * All that can be recomputed within what a check may cost; the result stands if none disagrees.
 * @param pick a number in [0, 1) that nobody else knows: it chooses what is looked at
 */
export function checksOf(request: AnalysisRequest, unit: number, result: unknown, manifest: SubjectManifest, pick: number): readonly UnitCheck[] {
  return wantedChecks(request, unit, result, manifest, pick).filter((check) => costOfSample(manifest.network) * passesOf(check) <= MOST_COST);
}

const passesOf = (check: UnitCheck): number =>
  check.of === 'point' ? passesIn(check.recipe) : check.recipe.axes.length * (GRADIENT_PASSES + PRODUCT_PASSES) * check.recipe.samples[0]!.count;

function wantedChecks(request: AnalysisRequest, unit: number, result: unknown, manifest: SubjectManifest, pick: number): readonly UnitCheck[] {
  switch (request.kind) {
    case 'checkpointLosses':
      return [lossCheck(request, unit, result as UnitOf<'checkpointLosses'>, manifest)];
    case 'curve':
      return [curveCheck(request, result as UnitOf<'curve'>, manifest, pick)];
    case 'spectrum':
      return spectrumChecks(request, result as UnitOf<'spectrum'>);
    default:
      return [];
  }
}

function lossCheck({ subject, samples, loss, mode }: RequestOf<'checkpointLosses'>, unit: number, { sets }: UnitOf<'checkpointLosses'>, { checkpoints }: SubjectManifest): UnitCheck {
  // At a checkpoint itself, statistics that move with the weights are its own.
  const here = mode.batchNorm === 'interpolated' ? { ...mode, batchNorm: 'frozen' as const } : mode;
  return {
    recipe: { format: 1, subject, samples, loss, mode: here, centre: checkpoints[unit]!.id, axes: [AXIS] },
    of: 'point',
    at: [0, 0],
    words: 'the server computed it again in float64',
    disagreement: (truths) => {
      if (sets.length !== truths.length) return `losses of ${sets.length} sets, asked for ${truths.length}`;
      for (const [index, truth] of truths.entries()) {
        const said = sets[index]!;
        const mean = truth.lossSum / samples[index]!.count;
        if (!isNear(said.loss, mean, LOSS_TOLERANCE)) return `a loss of ${said.loss}, float64 says ${mean}`;
        if (said.correct !== truth.correct) return `${said.correct} right answers, float64 says ${truth.correct}`;
      }
      return null;
    },
  };
}

function curveCheck(request: RequestOf<'curve'>, { bend, along }: UnitOf<'curve'>, manifest: SubjectManifest, pick: number): UnitCheck {
  const place = Math.floor(pick * CURVE_PLACES);
  return {
    of: 'point',
    recipe: sliceAlongCurve(request, bend, manifest),
    at: placeOnCurve(request.shape, place / (CURVE_PLACES - 1)),
    words: 'the server computed the loss at one place of the curve again, in float64',
    disagreement: ([truth]) => {
      const mean = truth!.lossSum / request.samples;
      return isNear(along[place]!, mean, CURVE_TOLERANCE) ? null : `a loss of ${along[place]} at place ${place} of the curve, float64 says ${mean}`;
    },
  };
}

function spectrumChecks(request: RequestOf<'spectrum'>, result: UnitOf<'spectrum'>): readonly UnitCheck[] {
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
            recipe: { ...here, axes: [AXIS], measure: { kind: 'convexity', parameters, tolerance: 1e-5, steps } },
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

function isNear(said: JsonNumber, truth: number, tolerance: number): boolean {
  const value = fromJsonNumber(said);
  if (!Number.isFinite(truth) || !Number.isFinite(value)) return Object.is(value, truth);
  return Math.abs(value - truth) <= tolerance * Math.abs(truth) + 1e-12;
}
