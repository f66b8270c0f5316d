/**
 * The notes that can be seen on a slice: its own, and those of other slices of the same network at their
 * least-squares projection, with how far out of the slice they really are.
 */
import { useMemo } from 'react';
import type { Session } from '#client/sessionTypes.ts';
import { sayProblems } from '#lib/parsed.ts';
import type { Annotation } from '#lib/session/document.ts';
import { hueOf } from '#lib/session/people.ts';
import type { SubjectWeights } from '#lib/network/subject.ts';
import type { Vectors } from '#lib/slice/direction.ts';
import { placeOnSlice, pointOnSlice } from '#lib/slice/pointOnSlice.ts';
import { filesOf, type SliceRecipe } from '#lib/slice/recipe.ts';
import { useStore } from '#components/useStore.ts';
import { geometryOf } from './frames.ts';
import { pinLayerOf, type PinLayer } from './pinLayers.ts';
import { useOffPath } from './useOffPath.ts';
import type { View } from './useView.ts';

export type PlacedNote = {
  readonly id: string;
  readonly note: Annotation;
  readonly a: number;
  readonly b: number;
  /** Distance from the slice in parameter space; 0 for its own notes. */
  readonly outOfPlane: number;
  /** Whether it was placed on the slice that is shown. */
  readonly isOwn: boolean;
  readonly hue: number;
} & PinLayer;

type Foreign = { readonly id: string; readonly a: number; readonly b: number; readonly c: number; readonly outOfPlane: number };

/** Projections of points that were asked for before; a note that is edited keeps its place. */
const projected = new Map<string, Foreign | null>();

export function usePins(session: Session, { slice, sliceId, layer }: View): readonly PlacedNote[] {
  const annotations = useStore(session.annotations);
  const slices = useStore(session.slices);
  const subjects = useStore(session.subjects);
  const vectors = useStore(session.vectors.loaded);
  const subject = subjects.find(({ id }) => id === slice?.recipe.subject) ?? null;

  const others = useMemo(() => {
    const found: { readonly id: string; readonly note: Annotation; readonly recipe: SliceRecipe }[] = [];
    for (const [id, note] of annotations) {
      const recipe = note.slice === sliceId ? undefined : slices.get(note.slice)?.recipe;
      if (recipe && recipe.subject === slice?.recipe.subject && [recipe, slice.recipe].every((each) => filesOf(each).every((digest) => vectors.has(digest)))) found.push({ id, note, recipe });
    }
    return found;
  }, [annotations, slices, slice, sliceId, vectors]);

  const key = subject && slice && others.length > 0 ? others.map(({ id }) => id).join(' ') : null;
  const foreign = useOffPath(sliceId ?? '', key, () =>
    others.flatMap(({ id, note, recipe }) => (subject && slice ? (project(id, note, recipe, slice.recipe, subject, sliceId ?? '', session.vectors.of) ?? []) : [])),
  );

  return useMemo(() => {
    const pins: PlacedNote[] = [];
    const layerAt = (c = 0): PinLayer => (slice ? pinLayerOf(slice.recipe, layer, c) : { layer: null, layersAway: 0 });
    for (const [id, note] of annotations) {
      if (note.slice === sliceId) pins.push({ id, note, a: note.a, b: note.b, outOfPlane: 0, isOwn: true, hue: hueOf(note.by), ...layerAt(note.c) });
    }
    for (const { id, a, b, c, outOfPlane } of foreign ?? []) {
      const note = annotations.get(id);
      if (note) pins.push({ id, note, a, b, outOfPlane, isOwn: false, hue: hueOf(note.by), ...layerAt(c) });
    }
    return pins;
  }, [annotations, foreign, slice, sliceId, layer]);
}

function project(id: string, note: Annotation, from: SliceRecipe, to: SliceRecipe, subject: SubjectWeights, target: string, vectors: Vectors): Foreign | null {
  const key = `${target} ${note.slice} ${note.a} ${note.b} ${note.c ?? ''}`;
  const before = projected.get(key);
  if (before !== undefined) return before && { ...before, id };
  const source = geometryOf(from, subject, vectors);
  const destination = geometryOf(to, subject, vectors);
  let outcome: Foreign | null = null;
  if (source.ok && destination.ok) {
    const { coordinates, outOfPlane } = destination.value.projector.project(pointOnSlice(from, source.value.frame, note.a, note.b, note.c));
    const place = placeOnSlice(to, coordinates);
    outcome = place && { id, ...place, outOfPlane };
  } else {
    console.info(`note ${id} cannot be placed here`, [source, destination].map((each) => (each.ok ? '' : sayProblems(each.problems))).join(' '));
  }
  projected.set(key, outcome);
  return outcome;
}
