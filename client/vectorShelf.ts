/**
 * The vectors that slices of this session are made from, fetched when somebody needs them and kept for the page's life.
 *
 * Rule S6 in docs/SPEC.md. It does not know what a vector is for.
 */
import { KnownError } from '#lib/knownError.ts';
import { sayProblems } from '#lib/parsed.ts';
import { readVectorFile } from '#lib/formats/vectorFile.ts';
import type { Vectors } from '#lib/slice/direction.ts';
import { filesOf, type SliceRecipe } from '#lib/slice/recipe.ts';
import type { Files } from './files.ts';
import { createStore, type Store } from './store.ts';

/** Vectors by the digest of their file. */
export type VectorMap = ReadonlyMap<string, Float32Array>;

export type VectorShelf = {
  /** Those of a recipe, as far as they are here. */
  readonly of: Vectors;
  /** All that are here; a new map after every arrival. */
  readonly loaded: Store<VectorMap>;
  /** Fetches those of a recipe. Rejects with a KnownError whose words are for the screen. */
  readonly load: (recipe: Pick<SliceRecipe, 'axes' | 'origin'>) => Promise<VectorMap>;
};

export function openVectorShelf(files: Pick<Files, 'load'>): VectorShelf {
  const loaded = createStore<VectorMap>(new Map());

  async function fetchVector(digest: string): Promise<Float32Array> {
    const here = loaded.getSnapshot().get(digest);
    if (here) return here;
    const file = readVectorFile(await files.load(digest));
    if (!file.ok) throw new KnownError('fileBroken', `The file ${digest.slice(0, 12)}… is no vector: ${sayProblems(file.problems)}`);
    loaded.set(new Map([...loaded.getSnapshot(), [digest, file.value.values]]));
    return file.value.values;
  }

  return {
    of: (digest) => loaded.getSnapshot().get(digest),
    loaded,
    load: async (recipe) => new Map(await Promise.all(filesOf(recipe).map(async (digest) => [digest, await fetchVector(digest)] as const))),
  };
}
