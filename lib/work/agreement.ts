/**
 * Whether a returned result can be believed: first its form, then one point of it against float64.
 *
 * Nothing here computes a loss; the caller brings the truth at the probed point. Rules V1–V4 in docs/SPEC.md.
 */
import { parsed, refused, type Parsed } from '#lib/parsed.ts';
import { isClassification, type LossName } from '#lib/network/loss.ts';
import type { SliceRecipe } from '#lib/slice/recipe.ts';
import { curvatureForm, endsSeverity, said, type Ends } from './curvatureAgreement.ts';
import { statusOf, type TileResult } from './tileResult.ts';

/** Relative difference that honest float32 stays within: 25 times the worst path measured, and a floor for tiny losses. */
export const LOSS_TOLERANCE = { relative: 5e-5, absolute: 1e-6 } as const;

/** Losses past this may be infinite in float32 where float64 is finite. */
const FLOAT32_EDGE = 1e30;

/** V1, V2: as many points and the very sets that were asked for, and sums that a loss can have. */
export function checkForm(result: TileResult, recipe: SliceRecipe, points: number): Parsed<TileResult> {
  if (result.points !== points) return refused(`${result.points} points, this tile has ${points}`);
  if (result.sets.length !== recipe.samples.length) return refused(`${result.sets.length} sets, asked for ${recipe.samples.length}`);
  for (const [index, { set, samples, lossSum, correct, curvature }] of result.sets.entries()) {
    const asked = recipe.samples[index]!;
    if (set !== asked.set || samples !== asked.count) return refused(`${samples} ${set} samples, asked for ${asked.count} ${asked.set}`);
    if (!isClassification(recipe.loss) && correct.some((value) => value > 0)) return refused('correct answers counted for a loss without classes');
    if (lossSum.some((value) => value < 0)) return refused('a sum of losses below zero');
    const why = curvatureForm(curvature, recipe.measure, points);
    if (why !== null) return refused(why);
  }
  return parsed(result);
}

/** What float64 says at one point, over one set. */
export type Truth = { readonly lossSum: number; readonly correct: number; readonly curvature?: Ends | undefined };

/** V3: whether the returned sums agree with the truth; null, or what differs in words. */
export function disagreement(loss: LossName, samples: number, returned: Truth, truth: Truth): string | null {
  const mean = returned.lossSum / samples;
  const expected = truth.lossSum / samples;
  if (!Number.isFinite(mean) || !Number.isFinite(expected)) {
    const sameStatus = statusOf(mean) === statusOf(expected);
    return sameStatus || Math.abs(expected) > FLOAT32_EDGE || !Number.isFinite(expected) ? null : `loss ${mean}, expected ${expected}`;
  }
  const allowed = Math.max(LOSS_TOLERANCE.absolute, LOSS_TOLERANCE.relative * Math.abs(expected));
  if (Math.abs(mean - expected) > allowed) return `loss ${mean}, expected ${expected} within ${allowed}`;
  // Two best outputs may lie within rounding of each other, so a few answers may differ.
  if (isClassification(loss) && Math.abs(returned.correct - truth.correct) > Math.max(2, samples * 0.01)) {
    return `${returned.correct} correct, expected ${truth.correct}`;
  }
  if (truth.curvature && !(endsSeverity(returned.curvature, truth.curvature) <= 1)) return `eigenvalues ${said(returned.curvature)}, expected ${said(truth.curvature)}`;
  return null;
}
