/** The shelf of samples against a server that counts what is fetched from it. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createSampleShelf } from '#client/sampleShelf.ts';
import type { SubjectManifest } from '#lib/network/subject.ts';
import { BUILTINS, builtin } from '#tests/support/builtins.ts';
import { lineSubject, planeRecipe } from '#tests/support/subjects.ts';

const { manifest, sets, id } = builtin('sine-10k');
const recipe = planeRecipe({ subject: id, samples: [{ set: 'train', count: 10_000 }] });
/** Two inputs and a target, in float32. */
const PART_BYTES = 1024 * 3 * 4;

/** What was asked for, as places in the dataset; `spoil` changes an answer. */
function serve(spoil: (answer: Response, count: number) => Response = (answer) => answer): string[] {
  const asked: string[] = [];
  const parts = manifest.dataset.parts!;
  vi.stubGlobal('fetch', async (address: string) => {
    const digest = /\/builtins\/([0-9a-f]{64})\.safetensors$/.exec(address)![1]!;
    const set = parts.train.some((part) => part.digest === digest) ? 'train' : 'test';
    asked.push(`${set} ${parts[set].findIndex((part) => part.digest === digest)}`);
    return spoil(new Response(readFileSync(path.join(BUILTINS, `${digest}.safetensors`))), asked.length);
  });
  return asked;
}

afterEach(() => vi.unstubAllGlobals());

describe('the shelf of samples', () => {
  it('[L21] a tile fetches the part of its shard and no other, once, however many ask for it', async () => {
    const asked = serve();
    const shelf = createSampleShelf();
    const [one, other] = await Promise.all([shelf.load(recipe, manifest, 3), shelf.load(recipe, manifest, 3)]);
    expect(asked).toEqual(['train 3']);
    expect(one).toEqual([{ set: 'train', first: 3072, samples: { count: 1024, inputs: sets.train.inputs.slice(6144, 8192), targets: sets.train.targets.slice(3072, 4096) } }]);
    expect(other[0]).toBe(one[0]);
    await shelf.load(recipe, manifest, 3);
    await shelf.load({ ...recipe, samples: [{ set: 'train', count: 10_000 }, { set: 'test', count: 4000 }] }, manifest, 3);
    expect(asked).toEqual(['train 3', 'test 3']);
  });

  it('[L21] memory holds the parts used last, up to its cap; what was let go is fetched anew', async () => {
    const asked = serve();
    const shelf = createSampleShelf('', 2 * PART_BYTES);
    for (const shard of [0, 1, 0, 2]) await shelf.load(recipe, manifest, shard);
    expect(shelf.bytes()).toBe(2 * PART_BYTES);
    for (const shard of [0, 2, 1]) await shelf.load(recipe, manifest, shard);
    expect(asked).toEqual(['train 0', 'train 1', 'train 2', 'train 1']);
    expect(shelf.bytes()).toBe(2 * PART_BYTES);
  });

  it('[L21] a part that is not what its hash says is refused in words, and fetched again the next time', async () => {
    const asked = serve((answer, count) => (count === 1 ? new Response(new Uint8Array(8)) : count === 2 ? new Response('', { status: 503 }) : answer));
    const shelf = createSampleShelf();
    await expect(shelf.load(recipe, manifest, 0)).rejects.toThrow(/^a file of sine-10k has hash [0-9a-f]{64}, expected/);
    await expect(shelf.load(recipe, manifest, 0)).rejects.toThrow('samples of sine-10k cannot be fetched (503)');
    expect(shelf.bytes()).toBe(0);
    expect((await shelf.load(recipe, manifest, 0))[0]!.samples.count).toBe(1024);
    expect(asked).toEqual(['train 0', 'train 0', 'train 0']);
  });

  it('[L21] a dataset that is not in parts needs nothing of it', async () => {
    const asked = serve();
    expect(await createSampleShelf().load(planeRecipe(), lineSubject().manifest satisfies SubjectManifest)).toEqual([]);
    expect(asked).toEqual([]);
  });
});
