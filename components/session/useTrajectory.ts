/** A network's checkpoints on a slice: the training path and the named ones, each with its distance from the slice. */
import type { Session } from '#client/sessionTypes.ts';
import type { VectorMap } from '#client/vectorShelf.ts';
import { checkpointsOnSlice, type Geography } from '#lib/analysis/checkpointsOnSlice.ts';
import type { SubjectWeights } from '#lib/network/subject.ts';
import { sayProblems } from '#lib/parsed.ts';
import type { Vectors } from '#lib/slice/direction.ts';
import { filesOf, type SliceRecipe } from '#lib/slice/recipe.ts';
import type { Run } from '#lib/slice/runs.ts';
import { useStore } from '#components/useStore.ts';
import { geometryOf } from './frames.ts';
import { useOffPath } from './useOffPath.ts';
import type { View } from './useView.ts';

export type GeographyOutcome = { readonly kind: 'known'; readonly geography: Geography } | { readonly kind: 'refused'; readonly reason: string };

const NO_RUNS: readonly Run[] = [];

/** Null until it is computed. */
export function useTrajectory(session: Session, { slice, sliceId }: View): GeographyOutcome | null {
  const subjects = useStore(session.subjects);
  const vectors = useStore(session.vectors.loaded);
  const recipe = slice?.recipe ?? null;
  const runs = recipe?.runs?.map((id) => subjects.find((each) => each.id === id)) ?? [];
  // A picture with some of the runs would say that it has all of them.
  const isWhole = runs.every((run) => run !== undefined);
  return useTrajectoryOf(sliceId, recipe, (isWhole && subjects.find(({ id }) => id === recipe?.subject)) || null, vectors, runs.flatMap((run) => run ?? []));
}

/** @param runs the other networks that the recipe names, once all of them are here */
export function useTrajectoryOf(sliceId: string | null, recipe: SliceRecipe | null, subject: SubjectWeights | null, vectors: VectorMap, runs: readonly Run[] = NO_RUNS): GeographyOutcome | null {
  const isReady = recipe && subject && filesOf(recipe).every((digest) => vectors.has(digest));
  return useOffPath(sliceId ?? '', isReady ? sliceId : null, () => {
    if (!recipe || !subject) throw new Error('a key was given without slice and network');
    return geographyOf(recipe, subject, (digest) => vectors.get(digest), runs);
  });
}

function geographyOf(recipe: SliceRecipe, subject: SubjectWeights, vectors: Vectors, runs: readonly Run[]): GeographyOutcome {
  const geometry = geometryOf(recipe, subject, vectors);
  return geometry.ok ? { kind: 'known', geography: checkpointsOnSlice(recipe, subject, geometry.value, runs) } : { kind: 'refused', reason: sayProblems(geometry.problems) };
}
