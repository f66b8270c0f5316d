/**
 * The samples of large datasets that this device has: part by part, fetched when a tile is computed from them.
 *
 * Memory holds the parts used last. A part's file never changes, so the browser's own HTTP cache keeps what was fetched, also over reloads,
 * and what memory let go comes from there. Each is checked against its hash. It does not know who computes. Rule L21 in docs/SPEC.md.
 */
import { LeastRecent } from '#lib/leastRecent.ts';
import { sayProblems } from '#lib/parsed.ts';
import { readPart } from '#lib/formats/subjectFile.ts';
import { bytesOfPart, type SamplePart, type SubjectManifest } from '#lib/network/subject.ts';
import type { SliceRecipe } from '#lib/slice/recipe.ts';
import { partsOfTile, type PartOfSet } from '#lib/slice/shards.ts';
import { fetchFile } from './subjects.ts';

/** Of samples as numbers, in memory. */
const MOST_BYTES = 64 * 2 ** 20;

export type SampleShelf = {
  /** The parts that a tile of a slice is computed from; none where the dataset is not kept in parts. Rejects with words where one cannot be had. */
  readonly load: (recipe: SliceRecipe, manifest: SubjectManifest, shard?: number) => Promise<readonly SamplePart[]>;
  /** Bytes of samples in memory. */
  readonly bytes: () => number;
};

/** @param origin of the server; empty where it is the page's own */
export function createSampleShelf(origin = '', mostBytes = MOST_BYTES): SampleShelf {
  const held = new LeastRecent<SamplePart>(mostBytes);
  const onTheWay = new Map<string, Promise<SamplePart>>();

  async function fetchPart(manifest: SubjectManifest, { set, part }: PartOfSet): Promise<SamplePart> {
    const file = manifest.dataset.parts![set][part]!;
    const outcome = readPart(manifest, set, part, await fetchFile(file.digest, `samples of ${manifest.name}`, origin));
    if (!outcome.ok) throw new Error(sayProblems(outcome.problems));
    return outcome.value;
  }

  /** Asked for twice, it is fetched once. A failure is not kept: the next call tries again. */
  function onItsWay(manifest: SubjectManifest, wanted: PartOfSet): Promise<SamplePart> {
    const { digest } = manifest.dataset.parts![wanted.set][wanted.part]!;
    const here = held.use(digest);
    if (here) return Promise.resolve(here);
    let promise = onTheWay.get(digest);
    if (!promise) {
      promise = fetchPart(manifest, wanted)
        .then((part) => {
          held.put(digest, part, bytesOfPart(part));
          held.trim(new Set([digest]));
          return part;
        })
        .finally(() => onTheWay.delete(digest));
      onTheWay.set(digest, promise);
    }
    return promise;
  }

  return {
    load: async (recipe, manifest, shard) => (manifest.dataset.parts ? Promise.all(partsOfTile(recipe, shard).map((wanted) => onItsWay(manifest, wanted))) : []),
    bytes: () => held.size,
  };
}
