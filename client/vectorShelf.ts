/**
 * The vectors that slices of this session are made from, fetched when somebody needs them and kept for the page's life.
 *
 * What was made here is held here first, and kept in the session when a slice of it is placed. Rule S6 in docs/SPEC.md. It does not know
 * what a vector is for.
 */
import { digestOf } from '#lib/digest.ts';
import { KnownError } from '#lib/knownError.ts';
import { sayProblems } from '#lib/parsed.ts';
import { readVectorFile, writeVectorFile, type VectorFile } from '#lib/formats/vectorFile.ts';
import type { Vectors } from '#lib/slice/direction.ts';
import { filesOf, type SliceRecipe, type VectorName } from '#lib/slice/recipe.ts';
import type { Files } from './files.ts';
import { createStore, type Store } from './store.ts';

/** Vectors by the digest of their file. */
export type VectorMap = ReadonlyMap<string, Float32Array>;

type Named = Pick<SliceRecipe, 'axes' | 'origin'>;

export type VectorShelf = {
  /** Those of a recipe, as far as they are here. */
  readonly of: Vectors;
  /** What a vector is and how it was made; undefined where it is not here. */
  readonly about: (digest: string) => VectorFile | undefined;
  /** All that are here; a new map after every arrival. */
  readonly loaded: Store<VectorMap>;
  /** Fetches those of a recipe. Rejects with a KnownError whose words are for the screen. */
  readonly load: (recipe: Named) => Promise<VectorMap>;
  /** Takes one in that was made here: slices of it can be priced, and nobody else has it yet. */
  readonly hold: (file: VectorFile) => VectorName;
  /** Before a slice is placed: fetches what it needs, without which nobody can say what it spans, and keeps in the session what only this page has. Rejects as load and Files.keep. */
  readonly ready: (recipe: Named) => Promise<void>;
};

export function openVectorShelf(files: Pick<Files, 'load' | 'keep'>): VectorShelf {
  const loaded = createStore<VectorMap>(new Map());
  const abouts = new Map<string, VectorFile>();
  /** Made here, and not in the session yet. */
  const held = new Map<string, Uint8Array<ArrayBuffer>>();

  function take(digest: string, file: VectorFile): void {
    abouts.set(digest, file);
    loaded.set(new Map([...loaded.getSnapshot(), [digest, file.values]]));
  }

  async function fetchVector(digest: string): Promise<Float32Array> {
    const here = loaded.getSnapshot().get(digest);
    if (here) return here;
    const file = readVectorFile(await files.load(digest));
    if (!file.ok) throw new KnownError('fileBroken', `The file ${digest.slice(0, 12)}… is no vector: ${sayProblems(file.problems)}`);
    take(digest, file.value);
    return file.value.values;
  }

  const load = async (recipe: Named): Promise<VectorMap> => new Map(await Promise.all(filesOf(recipe).map(async (digest) => [digest, await fetchVector(digest)] as const)));

  return {
    of: (digest) => loaded.getSnapshot().get(digest),
    about: (digest) => abouts.get(digest),
    loaded,
    load,
    hold(file) {
      const bytes = writeVectorFile(file);
      const digest = digestOf(bytes);
      if (!abouts.has(digest)) {
        held.set(digest, bytes);
        take(digest, file);
      }
      return { digest, title: file.title };
    },
    async ready(recipe) {
      await load(recipe);
      for (const digest of filesOf(recipe)) {
        const bytes = held.get(digest);
        if (!bytes) continue;
        await files.keep(bytes);
        held.delete(digest);
      }
    },
  };
}
