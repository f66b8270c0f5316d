/** Questions for the inspector, made of a slice and the weights that are here. */
import { firstOf, type Subject } from '#lib/network/subject.ts';
import { placeOnCurve } from '#lib/slice/curve.ts';
import type { Vectors } from '#lib/slice/direction.ts';
import { evaluationModeOf } from '#lib/slice/evaluationMode.ts';
import type { SliceRecipe } from '#lib/slice/recipe.ts';
import type { InspectQuestion, Spot } from '#lib/wire/inspectMessages.ts';
import { geometryOf } from '#components/session/frames.ts';

/** The coordinates of the frame: those of the slice, but for a curve, which lies within a plane. */
function inFrame({ curve }: SliceRecipe, spot: Spot): Spot {
  if (!curve) return spot;
  const [a, b] = placeOnCurve(curve.kind, spot.a);
  return { a, b };
}

/** Null where the axes of the slice span nothing. */
export function questionOf(ask: InspectQuestion['ask'], recipe: SliceRecipe, subject: Subject, vectors: Vectors, spots: readonly Spot[]): InspectQuestion | null {
  const geometry = geometryOf(recipe, subject, vectors);
  if (!geometry.ok) return null;
  return {
    ask,
    network: subject.manifest.network,
    loss: recipe.loss,
    mode: evaluationModeOf(recipe, subject),
    frame: geometry.value.frame,
    sets: recipe.samples.map(({ set, count }) => ({ set, samples: firstOf(subject.sets[set], count) })),
    spots: spots.map((spot) => inFrame(recipe, spot)),
  };
}

/** Why the gradient that belongs to the picture cannot be had here, in words; null where it can. */
export function whyNoGradient({ mode: { batchNorm, dropout } }: Pick<SliceRecipe, 'mode'>): string | null {
  if (dropout !== 'off') return 'The exact gradient is computed with dropout off only; this slice has it on.';
  if (batchNorm === 'interpolated') return 'Batch-norm statistics move along this slice, so its slope is not that of the weights alone.';
  if (batchNorm !== 'frozen') return 'Batch-norm statistics are measured anew at every point of this slice, which the exact gradient does not follow.';
  return null;
}
