/** What a surface that leaves says of itself: the facts of the panel, as far as whoever writes it knows them. */
import type { SubjectManifest } from '#lib/network/subject.ts';
import { honestyFacts, sliceFacts } from '#lib/session/honesty/facts.ts';
import type { HonestyFact, HonestyInput } from '#lib/session/honesty/fact.ts';
import { sliceIdOf, type SliceRecipe } from '#lib/slice/recipe.ts';
import type { SurfaceView } from '#lib/work/surface.ts';

/** What the weights are needed for, and who has none leaves out. */
export type FromWeights = Pick<HonestyInput, 'geography' | 'centreNorm' | 'spread' | 'madeOf'>;

/** A slice with the network that it is of, and the other networks that its recipe names, in its order. */
export type AboutSlice = { readonly recipe: SliceRecipe; readonly network: SubjectManifest; readonly runs: readonly SubjectManifest[] };

export const WITHOUT_WEIGHTS: FromWeights = { geography: null, centreNorm: null, spread: null, madeOf: () => undefined };

export function surfaceHonesty(surface: Pick<SurfaceView, 'counts' | 'sets'>, { recipe, network: manifest, runs }: AboutSlice, backends: readonly string[], known: FromWeights = WITHOUT_WEIGHTS): readonly HonestyFact[] {
  return [...sliceFacts(recipe, manifest, sliceIdOf(recipe)), ...honestyFacts({ recipe, manifest, runs, measured: surface.counts(surface.sets[0]!), backends, ...known })];
}
