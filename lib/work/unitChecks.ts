/**
 * What of a unit's result the server can recompute cheaply, in float64: one point of one slice, a product or two with the Hessian, the highest
 * place of a box.
 *
 * None where nothing of a kind can be checked that cheaply, or the network is too large for it: then the result stays what its author says.
 * It computes no loss; the caller brings the truth. Rule U20 in docs/SPEC.md.
 */
import { CURVE_PLACES, sliceAlongCurve } from '#lib/analysis/requests/curve.ts';
import { GRADIENT_PASSES, PRODUCT_PASSES } from '#lib/analysis/requests/kind.ts';
import type { AnalysisRequest, RequestOf, UnitOf } from '#lib/analysis/requests/requests.ts';
import { costOfSample } from '#lib/network/cost.ts';
import type { SubjectManifest } from '#lib/network/subject.ts';
import { placeOnCurve } from '#lib/slice/curve.ts';
import { passesIn } from '#lib/slice/recipe.ts';
import { boxCheck, densityCheck, probeCheck, spectrumChecks } from './curvatureChecks.ts';
import { ANY_AXIS, isNear, SUM_TOLERANCE, type UnitCheck } from './unitCheck.ts';

/** Multiply-adds that a check may cost: some seconds of one thread. */
const MOST_COST = 1e9;
/** Of a loss along a curve, whose bend was rounded to float32. */
const CURVE_TOLERANCE = 1e-4;
/**
 * All that can be recomputed within what a check may cost; the result stands if none disagrees.
 * @param pick a number in [0, 1) that nobody else knows: it chooses what is looked at
 */
export function checksOf(request: AnalysisRequest, unit: number, result: unknown, manifest: SubjectManifest, pick: number): readonly UnitCheck[] {
  return wantedChecks(request, unit, result, manifest, pick).filter((check) => costOfSample(manifest.network) * passesOf(check) <= MOST_COST);
}

function passesOf(check: UnitCheck): number {
  switch (check.of) {
    case 'point':
      return passesIn(check.recipe);
    case 'eigenvectors':
      return check.recipe.axes.length * (GRADIENT_PASSES + PRODUCT_PASSES) * check.recipe.samples[0]!.count;
    case 'boxPlace':
      return 2 * check.request.samples.count;
    case 'form':
      return (GRADIENT_PASSES + PRODUCT_PASSES) * check.request.samples.count;
  }
}

function wantedChecks(request: AnalysisRequest, unit: number, result: unknown, manifest: SubjectManifest, pick: number): readonly UnitCheck[] {
  switch (request.kind) {
    case 'checkpointLosses':
      return [lossCheck(request, unit, result as UnitOf<'checkpointLosses'>, manifest)];
    case 'curve':
      return [curveCheck(request, result as UnitOf<'curve'>, manifest, pick)];
    case 'spectrum':
      return spectrumChecks(request, result as UnitOf<'spectrum'>);
    case 'trace':
    case 'filterCurvature':
      return [probeCheck(request, unit, result as UnitOf<'trace' | 'filterCurvature'>, pick)];
    case 'density':
      return [densityCheck(request, unit, result as UnitOf<'density'>)];
    case 'boxSharpness':
      return [boxCheck(request, result as UnitOf<'boxSharpness'>)];
    default:
      return [];
  }
}

function lossCheck({ subject, samples, loss, mode }: RequestOf<'checkpointLosses'>, unit: number, { sets }: UnitOf<'checkpointLosses'>, { checkpoints }: SubjectManifest): UnitCheck {
  // At a checkpoint itself, statistics that move with the weights are its own.
  const here = mode.batchNorm === 'interpolated' ? { ...mode, batchNorm: 'frozen' as const } : mode;
  return {
    recipe: { format: 1, subject, samples, loss, mode: here, centre: checkpoints[unit]!.id, axes: [ANY_AXIS] },
    of: 'point',
    at: [0, 0],
    words: 'the server computed it again in float64',
    disagreement: (truths) => {
      if (sets.length !== truths.length) return `losses of ${sets.length} sets, asked for ${truths.length}`;
      for (const [index, truth] of truths.entries()) {
        const said = sets[index]!;
        const mean = truth.lossSum / samples[index]!.count;
        if (!isNear(said.loss, mean, SUM_TOLERANCE)) return `a loss of ${said.loss}, float64 says ${mean}`;
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
