/**
 * The mode of a recipe made ready to evaluate, with the samples that it needs from the subject.
 *
 * Statistics that stand still and those that move along an axis are both stored ones: the frame says where they are. It evaluates nothing.
 */
import { STORED_MODE, type EvaluationMode } from '#lib/network/forward.ts';
import { firstOf, type Samples, type Subject } from '#lib/network/subject.ts';
import type { SliceRecipe } from './recipe.ts';

/** @param recipe one whose problems are none: its training samples exist */
export const evaluationModeOf = (recipe: Pick<SliceRecipe, 'mode'>, { sets }: Pick<Subject, 'sets'>): EvaluationMode => evaluationModeWith(recipe, (count) => firstOf(sets.train, count));

/** @param trainOf the first so many training samples */
export function evaluationModeWith({ mode: { batchNorm, dropout } }: Pick<SliceRecipe, 'mode'>, trainOf: (count: number) => Samples): EvaluationMode {
  return { batchNorm: statistics(), dropout: dropout === 'off' ? null : dropout };

  function statistics(): EvaluationMode['batchNorm'] {
    if (typeof batchNorm === 'string') return STORED_MODE.batchNorm;
    if (batchNorm.policy === 'batch') return batchNorm;
    return { policy: 'recomputed', samples: trainOf(batchNorm.samples), batch: batchNorm.batch };
  }
}
