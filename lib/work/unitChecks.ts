/**
 * What of a unit's result the server can recompute cheaply: one point of one slice in float64, and what it says of the result.
 *
 * Null where nothing of a kind can be checked that cheaply, or the network is too large for it: then the result stays what its author says.
 * It computes no loss; the caller brings the truth. Rule U20 in docs/SPEC.md.
 */
import { fromJsonNumber, type JsonNumber } from '#lib/analysis/requests/jsonNumber.ts';
import { CURVE_PLACES, sliceAlongCurve } from '#lib/analysis/requests/curve.ts';
import type { AnalysisRequest, RequestOf, UnitOf } from '#lib/analysis/requests/requests.ts';
import { costOfSample } from '#lib/network/cost.ts';
import { STANDARD_MODE } from '#lib/network/mode.ts';
import type { SubjectManifest } from '#lib/network/subject.ts';
import { placeOnCurve } from '#lib/slice/curve.ts';
import { passesIn, type Axis, type SliceRecipe } from '#lib/slice/recipe.ts';
import { endsSeverity } from './curvatureAgreement.ts';
import type { Truth } from './agreement.ts';

export type UnitCheck = {
  readonly recipe: SliceRecipe;
  readonly at: readonly [a: number, b: number];
  /** Null where the truth agrees, else what it says against the result. */
  readonly disagreement: (truths: readonly Truth[]) => string | null;
  /** What was recomputed, in words, to stand beside the result. */
  readonly words: string;
};

/** Multiply-adds that a check may cost: some seconds of one thread. */
const MOST_COST = 1e9;
/** A loss computed in float64 twice differs by the order of its sums; along a curve the bend was rounded to float32 as well. */
const LOSS_TOLERANCE = 1e-8;
const CURVE_TOLERANCE = 1e-4;

/** Whatever it is, the point at 0 is the checkpoint. */
const AXIS: Axis = { direction: { kind: 'random', seed: 0, normalisation: 'none', vectors: 'layer' }, min: -1, max: 1, count: 3 };

/** @param pick a number in [0, 1) that nobody else knows: it chooses what is looked at */
export function checkOf(request: AnalysisRequest, unit: number, result: unknown, manifest: SubjectManifest, pick: number): UnitCheck | null {
  const check = wantedCheck(request, unit, result, manifest, pick);
  return check && costOfSample(manifest.network) * passesIn(check.recipe) <= MOST_COST ? check : null;
}

function wantedCheck(request: AnalysisRequest, unit: number, result: unknown, manifest: SubjectManifest, pick: number): UnitCheck | null {
  switch (request.kind) {
    case 'checkpointLosses':
      return lossCheck(request, unit, result as UnitOf<'checkpointLosses'>, manifest);
    case 'curve':
      return curveCheck(request, result as UnitOf<'curve'>, manifest, pick);
    case 'spectrum':
      return spectrumCheck(request, result as UnitOf<'spectrum'>);
    default:
      return null;
  }
}

function lossCheck({ subject, samples, loss, mode }: RequestOf<'checkpointLosses'>, unit: number, { sets }: UnitOf<'checkpointLosses'>, { checkpoints }: SubjectManifest): UnitCheck {
  // At a checkpoint itself, statistics that move with the weights are its own.
  const here = mode.batchNorm === 'interpolated' ? { ...mode, batchNorm: 'frozen' as const } : mode;
  return {
    recipe: { format: 1, subject, samples, loss, mode: here, centre: checkpoints[unit]!.id, axes: [AXIS] },
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
    recipe: sliceAlongCurve(request, bend, manifest),
    at: placeOnCurve(request.shape, place / (CURVE_PLACES - 1)),
    words: 'the server computed the loss at one place of the curve again, in float64',
    disagreement: ([truth]) => {
      const mean = truth!.lossSum / request.samples;
      return isNear(along[place]!, mean, CURVE_TOLERANCE) ? null : `a loss of ${along[place]} at place ${place} of the curve, float64 says ${mean}`;
    },
  };
}

function spectrumCheck({ subject, checkpoint, samples, loss, parameters, rescaled, steps }: RequestOf<'spectrum'>, { largest, least }: UnitOf<'spectrum'>): UnitCheck | null {
  // No slice is around a rescaled network, nor of named tensors.
  if (typeof parameters === 'object' || rescaled) return null;
  const [high, low] = [largest[0]!, least[0]!];
  return {
    recipe: { format: 1, subject, samples: [samples], loss, mode: STANDARD_MODE, centre: checkpoint, axes: [AXIS], measure: { kind: 'convexity', parameters, tolerance: 1e-5, steps } },
    at: [0, 0],
    words: 'the server computed the outermost eigenvalue at both ends again, in float64',
    disagreement: ([truth]) => {
      const ends = truth?.curvature;
      if (!ends) return null;
      const said = { min: low.value, max: high.value, minError: low.error, maxError: high.error };
      return endsSeverity(said, ends) <= 1 ? null : `eigenvalues from ${low.value} to ${high.value}, float64 says ${ends.min} to ${ends.max}`;
    },
  };
}

function isNear(said: JsonNumber, truth: number, tolerance: number): boolean {
  const value = fromJsonNumber(said);
  if (!Number.isFinite(truth) || !Number.isFinite(value)) return Object.is(value, truth);
  return Math.abs(value - truth) <= tolerance * Math.abs(truth) + 1e-12;
}
