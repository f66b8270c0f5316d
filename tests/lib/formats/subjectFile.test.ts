/** The files of a network whose dataset is kept in parts: as they are in the repository, and broken in every way. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { createRandom } from '#lib/random.ts';
import { readPart, readSubject, readWeights } from '#lib/formats/subjectFile.ts';
import { samplesOf } from '#lib/network/datasets/generated.ts';
import { sine } from '#lib/network/datasets/planeClasses.ts';
import { filesOfSubject, isWhole, samplesFrom, subjectIdOf, type SubjectManifest } from '#lib/network/subject.ts';
import { partsOfTile } from '#lib/slice/shards.ts';
import { BUILTINS, builtin } from '#tests/support/builtins.ts';
import { planeRecipe } from '#tests/support/subjects.ts';

const manifest = JSON.parse(readFileSync(path.join(BUILTINS, 'sine-10k.json'), 'utf8')) as SubjectManifest;
const bytesOf = (digest: string): Uint8Array => readFileSync(path.join(BUILTINS, `${digest}.safetensors`));
const wordsOf = (outcome: ReturnType<typeof readSubject> | ReturnType<typeof readPart>): string => (outcome.ok ? 'read' : outcome.problems.map(({ message }) => message).join());
const parts = manifest.dataset.parts!;

describe('a dataset in parts', () => {
  it('[G7] has a file for each 1024 samples of a set, and together they are the samples that it was made of', () => {
    expect([parts.train.length, parts.test.length, filesOfSubject(manifest).length]).toEqual([10, 4, 15]);
    const { sets } = builtin('sine-10k');
    expect(sets.train).toEqual(samplesOf(sine.generate(createRandom(201), 10_000)));
    expect(sets.test).toEqual(samplesOf(sine.generate(createRandom(202), 4000)));
  });

  it('[G7] one part is read without the others: its samples, at their places', () => {
    const read = readPart(manifest, 'train', 9, bytesOf(parts.train[9]!.digest));
    if (!read.ok) throw new Error(wordsOf(read));
    const { train } = builtin('sine-10k').sets;
    expect(read.value).toEqual({ set: 'train', first: 9216, samples: { count: 784, inputs: train.inputs.slice(9216 * 2), targets: train.targets.slice(9216) } });
    const weights = readWeights(manifest, bytesOf(manifest.file.digest));
    expect(weights.ok && [weights.value.checkpoints.length, isWhole(weights.value)]).toEqual([6, false]);
  });

  it('[G7] a part that was changed, is another or is missing is refused in words', () => {
    const [first, second] = parts.train.map(({ digest }) => bytesOf(digest));
    const changed = Uint8Array.from(first!);
    changed[changed.length - 1]! ^= 1;
    for (const wrong of [changed, second!, first!.subarray(0, 100)]) expect(wordsOf(readPart(manifest, 'train', 0, wrong))).toMatch(/^a file of sine-10k has hash [0-9a-f]{64}, expected [0-9a-f]{64}$/);
    const missing = parts.test[2]!.digest;
    expect(wordsOf(readSubject(manifest, (digest) => (digest === missing ? undefined : bytesOf(digest))))).toBe(`the file ${missing} of sine-10k is not at hand`);
  });

  it('[G7] a manifest that names too few parts, or the parts of another set, is refused', () => {
    const withParts = (changed: typeof parts): SubjectManifest => ({ ...manifest, dataset: { ...manifest.dataset, parts: changed } });
    expect(wordsOf(readSubject(withParts({ ...parts, train: parts.train.slice(1) }), bytesOf))).toBe('sine-10k has 10000 train samples, which are not 9 parts of 1024');
    expect(wordsOf(readSubject(withParts({ ...parts, test: parts.train.slice(6) }), bytesOf))).toBe('sine-10k: tensors x and y must hold 928 samples of 2 numbers');
    // Other samples are another network: no tile of one is taken for a tile of the other.
    const swapped = withParts({ ...parts, train: [parts.train[1]!, parts.train[0]!, ...parts.train.slice(2)] });
    expect(subjectIdOf(swapped)).not.toBe(subjectIdOf(manifest));
  });

  it('[G7] a run of samples is found in the parts that hold it, joined where it lies across two', () => {
    const { train } = builtin('sine-10k').sets;
    const here = [2, 1].map((part) => {
      const read = readPart(manifest, 'train', part, bytesOf(parts.train[part]!.digest));
      if (!read.ok) throw new Error(wordsOf(read));
      return read.value;
    });
    for (const [first, count] of [[1024, 1024], [2000, 100], [1500, 1572]] as const) {
      expect(samplesFrom(here, { set: 'train', first, count })).toEqual({ count, inputs: train.inputs.slice(first * 2, (first + count) * 2), targets: train.targets.slice(first, first + count) });
    }
    expect(() => samplesFrom(here, { set: 'train', first: 3000, count: 100 })).toThrow('sample 3072 of train is not here');
    expect(() => samplesFrom(here, { set: 'test', first: 1024, count: 1 })).toThrow('sample 1024 of test is not here');
  });

  it('[G7] a tile is computed from the parts of its shard, and a slice that is not divided from all that it needs', () => {
    const recipe = planeRecipe({ samples: [{ set: 'train', count: 3000 }, { set: 'test', count: 1500 }] });
    expect(partsOfTile(recipe, 1)).toEqual([{ set: 'train', part: 1 }, { set: 'test', part: 1 }]);
    expect(partsOfTile(recipe, 2)).toEqual([{ set: 'train', part: 2 }]);
    const few = planeRecipe({ samples: [{ set: 'test', count: 1024 }] });
    expect(partsOfTile(few)).toEqual([{ set: 'test', part: 0 }]);
    const recomputed = planeRecipe({ samples: [{ set: 'test', count: 10 }], mode: { batchNorm: { policy: 'recomputed', samples: 1025, batch: 64 }, dropout: 'off' } });
    expect(partsOfTile(recomputed)).toEqual([{ set: 'test', part: 0 }, { set: 'train', part: 0 }, { set: 'train', part: 1 }]);
  });
});
