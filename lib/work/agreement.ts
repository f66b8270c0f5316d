/**
 * Whether a returned result can be believed: first its form, then its points against float64 or against another device's.
 *
 * Nothing here computes a loss; the caller brings the truth. Rules V1–V3 in docs/SPEC.md.
 */
import { parsed, refused, type Parsed } from '#lib/parsed.ts';
import { isClassification, type LossName } from '#lib/network/loss.ts';
import type { SliceRecipe } from '#lib/slice/recipe.ts';
import { samplesOfShard } from '#lib/slice/shards.ts';
import { severityOf, type Tolerance } from './belief/tolerance.ts';
import type { Judgement } from './belief/trustBook.ts';
import { curvatureForm, endsAt, endsSeverity, type Ends } from './curvatureAgreement.ts';
import type { SetSums, TileResult } from './tileResult.ts';

/** What a loss that was measured may be off by, where neither network nor device is known: 25 times the worst path measured, and a floor for tiny losses. */
export const LOSS_TOLERANCE: Tolerance = { relative: 5e-5, absolute: 1e-6 };

/** Σℓ² is at least (Σℓ)² / n; both are added up in float32 here and there. */
const SQUARES_SLACK = 1e-4;

/** V1, V2: as many points and the very sets and samples that were asked for, and sums that a loss can have. @param shard of the dataset, where it is divided */
export function checkForm(result: TileResult, recipe: SliceRecipe, points: number, shard?: number): Parsed<TileResult> {
  if (result.points !== points) return refused(`${result.points} points, this tile has ${points}`);
  const asked = samplesOfShard(recipe, shard);
  if (result.sets.length !== asked.length) return refused(`${result.sets.length} sets, asked for ${asked.length}`);
  for (const [index, { set, samples, lossSum, lossSquares, correct, curvature }] of result.sets.entries()) {
    const run = asked[index]!;
    if (set !== run.set || samples !== run.count) return refused(`${samples} ${set} samples, asked for ${run.count} ${run.set}`);
    if (!isClassification(recipe.loss) && correct.some((value) => value > 0)) return refused('correct answers counted for a loss without classes');
    if (lossSum.some((value) => value < 0)) return refused('a sum of losses below zero');
    if ((lossSquares === undefined) === (shard !== undefined)) return refused(shard === undefined ? 'squares of losses, which are not kept of this slice' : 'no squares of losses');
    if (lossSquares?.some((value, at) => value < (lossSum[at]! ** 2 / samples) * (1 - SQUARES_SLACK))) return refused('squares of losses smaller than their sum allows');
    const why = curvatureForm(curvature, recipe.measure, points);
    if (why !== null) return refused(why);
  }
  return parsed(result);
}

/** What float64 says at one point, over one set. */
export type Truth = { readonly lossSum: number; readonly lossSquares?: number | undefined; readonly correct: number; readonly curvature?: Ends | undefined };

/** V3, V13: how many tolerances a point of a result is from the truth, over the set that is furthest; up to 1 agrees. */
export function severityAt(result: TileResult, index: number, truths: readonly Truth[], loss: LossName, tolerance: Tolerance): number {
  return Math.max(...result.sets.map((sums, set) => severity(loss, sums.samples, saidAt(sums, index), truths[set]!, tolerance)));
}

/** The points at which two devices' results differ by more than both may be off. */
export function differencesOf(one: TileResult, other: TileResult, loss: LossName, { absolute, relative }: Tolerance): readonly Judgement[] {
  const both = { absolute: 2 * absolute, relative: 2 * relative };
  const differing: Judgement[] = [];
  for (let index = 0; index < one.points; index++) {
    const by = severityAt(one, index, other.sets.map((sums) => saidAt(sums, index)), loss, both);
    if (by > 1) differing.push({ index, severity: by });
  }
  return differing;
}

const saidAt = ({ lossSum, lossSquares, correct, curvature }: SetSums, index: number): Truth => ({
  lossSum: lossSum[index]!,
  lossSquares: lossSquares?.[index],
  correct: correct[index]!,
  curvature: curvature && endsAt(curvature, index),
});

function severity(loss: LossName, samples: number, returned: Truth, truth: Truth, tolerance: Tolerance): number {
  const off = Math.max(
    severityOf(returned.lossSum / samples, truth.lossSum / samples, tolerance),
    // As a root mean square, which is off by no larger a share than the losses are.
    returned.lossSquares === undefined || truth.lossSquares === undefined ? 0 : severityOf(Math.sqrt(returned.lossSquares / samples), Math.sqrt(truth.lossSquares / samples), tolerance),
    truth.curvature ? endsSeverity(returned.curvature, truth.curvature) : 0,
  );
  if (!isClassification(loss) || !Number.isFinite(truth.lossSum)) return off;
  // Two best outputs may lie within rounding of each other, so a few answers may differ.
  return Math.max(off, Math.abs(returned.correct - truth.correct) / Math.max(2, samples * 0.01));
}
