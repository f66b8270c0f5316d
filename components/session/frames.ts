/** Frames made so far, since a frame of a large network takes a while and many things are asked of it. */
import { attempt } from '#lib/knownError.ts';
import type { Parsed } from '#lib/parsed.ts';
import type { SubjectWeights } from '#lib/network/subject.ts';
import type { Vectors } from '#lib/slice/direction.ts';
import { axesFrameOf, frameOf, type Frame } from '#lib/slice/frame.ts';
import { projectorOf, type Projector } from '#lib/slice/projection.ts';
import { filesOf, sliceIdOf, type SliceRecipe } from '#lib/slice/recipe.ts';

/** `axes` is the frame of the directions themselves: of the volume, for an oblique plane in one. */
export type Geometry = { readonly frame: Frame; readonly axes: Frame; readonly projector: Projector };

/** Two directions of a large network are about a megabyte. */
const KEPT = 16;

const known = new Map<string, Parsed<Geometry>>();

/** Refused where the recipe's directions span nothing, in words. */
export function geometryOf(recipe: SliceRecipe, subject: SubjectWeights, vectors: Vectors): Parsed<Geometry> {
  const id = sliceIdOf(recipe);
  const geometry = known.get(id) ?? make(recipe, subject, vectors);
  // What is refused while a file is on its way is not refused for ever.
  if (!geometry.ok && filesOf(recipe).some((digest) => !vectors(digest))) return geometry;
  known.delete(id);
  known.set(id, geometry);
  for (const oldest of known.keys()) {
    if (known.size <= KEPT) break;
    known.delete(oldest);
  }
  return geometry;
}

const make = (recipe: SliceRecipe, subject: SubjectWeights, vectors: Vectors): Parsed<Geometry> =>
  attempt(() => {
    const frame = frameOf(recipe, subject, vectors);
    return { frame, axes: recipe.cut ? axesFrameOf(recipe, subject, vectors) : frame, projector: projectorOf(frame) };
  });
