/**
 * The mode of a recipe made ready to evaluate, with the samples that it needs from the subject.
 *
 * Statistics that stand still and those that move along an axis are both stored ones: the frame says where they are. It evaluates nothing.
 */
import { STORED_MODE, type EvaluationMode } from '#lib/network/forward.ts';
import { firstOf, type Subject } from '#lib/network/subject.ts';
import type { SliceRecipe } from './recipe.ts';

/** @param recipe one whose problems are none: its training samples exist */
export function evaluationModeOf({ mode: { batchNorm, dropout } }: Pick<SliceRecipe, 'mode'>, { sets }: Pick<Subject, 'sets'>): EvaluationMode {
  return { batchNorm: statistics(), dropout: dropout === 'off' ? null : dropout };

  function statistics(): EvaluationMode['batchNorm'] {
    if (typeof batchNorm === 'string') return STORED_MODE.batchNorm;
    if (batchNorm.policy === 'batch') return batchNorm;
    return { policy: 'recomputed', samples: firstOf(sets.train, batchNorm.samples), batch: batchNorm.batch };
  }
}
