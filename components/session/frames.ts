/** Frames made so far, since a frame of a large network takes a while and many things are asked of it. */
import { attempt } from '#lib/knownError.ts';
import type { Parsed } from '#lib/parsed.ts';
import type { Subject } from '#lib/network/subject.ts';
import { frameOf, type Frame } from '#lib/slice/frame.ts';
import { projectorOf, type Projector } from '#lib/slice/projection.ts';
import { sliceIdOf, type SliceRecipe } from '#lib/slice/recipe.ts';

export type Geometry = { readonly frame: Frame; readonly projector: Projector };

/** Two directions of a large network are about a megabyte. */
const KEPT = 16;

const known = new Map<string, Parsed<Geometry>>();

/** Refused where the recipe's directions span nothing, in words. */
export function geometryOf(recipe: SliceRecipe, subject: Subject): Parsed<Geometry> {
  const id = sliceIdOf(recipe);
  const geometry = known.get(id) ?? make(recipe, subject);
  known.delete(id);
  known.set(id, geometry);
  for (const oldest of known.keys()) {
    if (known.size <= KEPT) break;
    known.delete(oldest);
  }
  return geometry;
}

const make = (recipe: SliceRecipe, subject: Subject): Parsed<Geometry> =>
  attempt(() => {
    const frame = frameOf(recipe, subject);
    return { frame, projector: projectorOf(frame) };
  });
