/** A network's checkpoints on a slice: the training path and the named ones, each with its distance from the slice. */
import type { Session } from '#client/sessionTypes.ts';
import type { VectorMap } from '#client/vectorShelf.ts';
import { checkpointsOnSlice, type Geography } from '#lib/analysis/checkpointsOnSlice.ts';
import type { SubjectWeights } from '#lib/network/subject.ts';
import { sayProblems } from '#lib/parsed.ts';
import type { Vectors } from '#lib/slice/direction.ts';
import { filesOf, type SliceRecipe } from '#lib/slice/recipe.ts';
import { useStore } from '#components/useStore.ts';
import { geometryOf } from './frames.ts';
import { useOffPath } from './useOffPath.ts';
import type { View } from './useView.ts';

export type GeographyOutcome = { readonly kind: 'known'; readonly geography: Geography } | { readonly kind: 'refused'; readonly reason: string };

/** Null until it is computed. */
export function useTrajectory(session: Session, { slice, sliceId }: View): GeographyOutcome | null {
  const subjects = useStore(session.subjects);
  const vectors = useStore(session.vectors.loaded);
  return useTrajectoryOf(sliceId, slice?.recipe ?? null, subjects.find(({ id }) => id === slice?.recipe.subject) ?? null, vectors);
}

export function useTrajectoryOf(sliceId: string | null, recipe: SliceRecipe | null, subject: SubjectWeights | null, vectors: VectorMap): GeographyOutcome | null {
  const isReady = recipe && subject && filesOf(recipe).every((digest) => vectors.has(digest));
  return useOffPath(sliceId ?? '', isReady ? sliceId : null, () => {
    if (!recipe || !subject) throw new Error('a key was given without slice and network');
    return geographyOf(recipe, subject, (digest) => vectors.get(digest));
  });
}

function geographyOf(recipe: SliceRecipe, subject: SubjectWeights, vectors: Vectors): GeographyOutcome {
  const geometry = geometryOf(recipe, subject, vectors);
  return geometry.ok ? { kind: 'known', geography: checkpointsOnSlice(recipe, subject, geometry.value) } : { kind: 'refused', reason: sayProblems(geometry.problems) };
}
