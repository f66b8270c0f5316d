/** A network's checkpoints on a slice: the training path and the named ones, each with its distance from the slice. */
import type { Session } from '#client/sessionTypes.ts';
import type { VectorMap } from '#client/vectorShelf.ts';
import type { Subject } from '#lib/network/subject.ts';
import { axisFacts, type AxisFacts } from '#lib/slice/frame.ts';
import { sayProblems } from '#lib/parsed.ts';
import type { Vectors } from '#lib/slice/direction.ts';
import { placeOnSlice } from '#lib/slice/pointOnSlice.ts';
import { filesOf, type SliceRecipe } from '#lib/slice/recipe.ts';
import { useStore } from '#components/useStore.ts';
import { geometryOf } from './frames.ts';
import { useOffPath } from './useOffPath.ts';
import type { View } from './useView.ts';

export type Bead = {
  readonly id: string;
  readonly title: string;
  readonly epoch: number | null;
  readonly a: number;
  readonly b: number;
  /** In a volume; else 0. */
  readonly c: number;
  readonly outOfPlane: number;
};

export type Geography = {
  readonly facts: AxisFacts;
  /** In order of training; empty when the network has no trajectory. */
  readonly trajectory: readonly Bead[];
  /** Checkpoints that are not part of the trajectory. */
  readonly checkpoints: readonly Bead[];
  /** Share of the trajectory's squared distances from the centre that lies within the slice; null without a trajectory. */
  readonly captured: number | null;
};

export type GeographyOutcome = { readonly kind: 'known'; readonly geography: Geography } | { readonly kind: 'refused'; readonly reason: string };

/** Null until it is computed. */
export function useTrajectory(session: Session, { slice, sliceId }: View): GeographyOutcome | null {
  const subjects = useStore(session.subjects);
  const vectors = useStore(session.vectors.loaded);
  return useTrajectoryOf(sliceId, slice?.recipe ?? null, subjects.find(({ id }) => id === slice?.recipe.subject) ?? null, vectors);
}

export function useTrajectoryOf(sliceId: string | null, recipe: SliceRecipe | null, subject: Subject | null, vectors: VectorMap): GeographyOutcome | null {
  const isReady = recipe && subject && filesOf(recipe).every((digest) => vectors.has(digest));
  return useOffPath(sliceId ?? '', isReady ? sliceId : null, () => {
    if (!recipe || !subject) throw new Error('a key was given without slice and network');
    return geographyOf(recipe, subject, (digest) => vectors.get(digest));
  });
}

function geographyOf(recipe: SliceRecipe, subject: Subject, vectors: Vectors): GeographyOutcome {
  const geometry = geometryOf(recipe, subject, vectors);
  if (!geometry.ok) return { kind: 'refused', reason: sayProblems(geometry.problems) };
  const { frame, axes, projector } = geometry.value;
  const { checkpoints, trajectory } = subject.manifest;
  let within = 0;
  let total = 0;
  const beads = checkpoints.flatMap(({ id, title, epoch }, row): readonly Bead[] => {
    const parameters = subject.checkpoints[row]!;
    const { coordinates, outOfPlane, captured } = projector.project(parameters);
    if (trajectory.includes(id)) {
      const distance = squaredDistance(parameters, frame.origin);
      total += distance;
      within += captured * distance;
    }
    const place = placeOnSlice(recipe, coordinates);
    return place ? [{ id, title, epoch: epoch ?? null, ...place, outOfPlane }] : [];
  });
  const beadOf = (id: string) => beads.find((bead) => bead.id === id);
  return {
    kind: 'known',
    geography: {
      facts: axisFacts(axes),
      trajectory: trajectory.flatMap((id) => beadOf(id) ?? []),
      checkpoints: beads.filter(({ id }) => !trajectory.includes(id)),
      captured: total > 0 ? within / total : null,
    },
  };
}

function squaredDistance(one: Float32Array, other: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < one.length; index++) sum += (one[index]! - other[index]!) ** 2;
  return sum;
}
