/** The worker's side of lib/wire/workerMessages.ts, run in this process on the CPU backend. */
import { beforeAll, describe, expect, test } from 'vitest';
import { createRandom } from '#lib/random.ts';
import { weightsOf } from '#lib/network/subject.ts';
import { layoutOf } from '#lib/network/layout.ts';
import { pointsOf, tileKey, tilesOf, tilingOf } from '#lib/work/tile.ts';
import { sliceIdOf, type SliceRecipe } from '#lib/slice/recipe.ts';
import { samplesIn } from '#lib/slice/shards.ts';
import { decodeTileResult } from '#lib/wire/tileCodec.ts';
import type { FromWorker, ToWorker } from '#lib/wire/workerMessages.ts';
import { frameOf } from '#lib/slice/frame.ts';
import { createTruth } from '#server/truth.ts';
import { MODAL_CNN } from '#tests/network/networks.ts';
import { subjectOf } from '#tests/slice/subjects.ts';
import { lineSubject, planeRecipe, strayingSubject } from '#tests/support/subjects.ts';
import { truthAt } from './engines.ts';

const heard: FromWorker[] = [];
const waiting: (() => void)[] = [];
const scope = globalThis as unknown as { postMessage: (message: FromWorker) => void; onmessage: (event: { data: ToWorker }) => void };
const post = (message: ToWorker): void => scope.onmessage({ data: message });

async function answerTo(job: number): Promise<FromWorker> {
  for (;;) {
    const found = heard.find((message) => 'job' in message && message.job === job);
    if (found) return found;
    await new Promise<void>((resolve) => waiting.push(resolve));
  }
}

const subject = lineSubject();
const tilesIn = (recipe: SliceRecipe) => tilesOf(tilingOf(recipe, subject.manifest));
const planeAt = (seed: number): SliceRecipe => {
  const recipe = planeRecipe();
  const direction = { kind: 'random', seed, normalisation: 'none', vectors: 'layer' } as const;
  return { ...recipe, axes: [{ ...recipe.axes[0]!, direction }, recipe.axes[1]!] };
};

describe('evaluate.worker', () => {
  beforeAll(async () => {
    scope.postMessage = (message) => {
      heard.push(message);
      for (const wake of waiting.splice(0)) wake();
    };
    await import('#workers/evaluate.worker.ts');
    post({ kind: 'start', wish: 'cpu' });
    post({ kind: 'subject', subject });
  });

  test('[C8] a tile comes back as the bytes of its result, in the order of its points', async () => {
    const recipe = planeRecipe();
    const [tile] = tilesIn(recipe);
    post({ kind: 'evaluate', job: 1, recipe, tile: tileKey(tile!) });
    const answer = await answerTo(1);
    if (answer.kind !== 'evaluated') throw new Error(JSON.stringify(answer));
    expect(heard[0]).toEqual({ kind: 'started', report: { backend: 'cpu', title: 'CPU', why: 'CPU, as chosen', isSoftwareAdapter: false } });
    const result = decodeTileResult(answer.bytes);
    if (!result.ok) throw new Error('not a tile result');
    const points = pointsOf(tilingOf(recipe, subject.manifest), tile!);
    expect(result.value.points).toBe(points.length);
    const job = { network: subject.manifest.network, loss: recipe.loss, ...frameOf(recipe, subject), sets: [{ set: 'train' as const, samples: subject.sets.train }] };
    for (const [index, { a, b }] of points.entries()) {
      expect(result.value.sets[0]!.lossSum[index]).toBeCloseTo(truthAt(job, a, b)[0]!.lossSum, 4);
    }
    expect(answer.ms).toBeGreaterThan(0);
    expect(answer.engine).toBe('TensorFlow.js operators on CPU');
  });

  test('[C8] jobs are answered in the order they came; a cancelled one says so and the next is computed', async () => {
    const recipe = planeRecipe();
    const key = tileKey(tilesIn(recipe)[0]!);
    for (const job of [10, 11, 12]) post({ kind: 'evaluate', job, recipe, tile: key });
    post({ kind: 'cancel', job: 11 });
    await answerTo(12);
    const answers = heard.filter((message) => 'job' in message && message.job >= 10);
    expect(answers.map((message) => [message.kind, 'job' in message && message.job])).toEqual([['evaluated', 10], ['cancelled', 11], ['evaluated', 12]]);
  });

  test('[C1] slices that are no longer used give their tensors back', async () => {
    const counts: number[] = [];
    for (let index = 0; index < 8; index++) {
      const recipe = planeAt(100 + index);
      post({ kind: 'evaluate', job: 20 + index, recipe, tile: tileKey(tilesIn(recipe)[0]!) });
      const answer = await answerTo(20 + index);
      if (answer.kind === 'evaluated') counts.push(answer.held.tensors);
    }
    expect(counts).toHaveLength(8);
    expect(new Set(counts.slice(3)).size).toBe(1);
  });

  test('[S6] [S7] [S8] layers of a volume, oblique planes and vectors from files give what float64 gives there', async () => {
    const random = createRandom(3);
    const drawn = (length: number) => Float32Array.from({ length }, () => random.normal() / 3);
    const { size, bufferSize } = layoutOf(MODAL_CNN);
    const samples = { count: 6, inputs: drawn(6 * 32), targets: Float32Array.of(0, 1, 2, 0, 1, 2) };
    const cnn = subjectOf(MODAL_CNN, [drawn(size), drawn(size)], { buffers: [new Float32Array(bufferSize).fill(1), new Float32Array(bufferSize).fill(1)], train: samples });
    const digest = 'd'.repeat(64);
    const vector = drawn(size);
    const axis = { min: -0.5, max: 0.5, count: 3 } as const;
    const volume: SliceRecipe = {
      ...planeRecipe({ subject: cnn.id, loss: 'crossEntropy', samples: [{ set: 'train', count: 6 }], centre: 'w0' }),
      axes: [
        { direction: { kind: 'towards', checkpoint: 'w1', length: 'difference', orthogonal: false }, ...axis },
        { direction: { kind: 'random', seed: 5, normalisation: 'filter', vectors: 'layer' }, ...axis },
        { direction: { kind: 'vector', digest, title: 'PC1' }, ...axis },
      ],
    };
    const cut: SliceRecipe = { ...volume, cut: { at: [0.1, 0.2, -0.3], u: [0.6, 0, 0.8], v: [0, 1, 0], ranges: [axis, axis] } };
    const truth = createTruth(() => cnn, (name) => (name === digest ? vector : undefined));
    post({ kind: 'subject', subject: cnn });
    post({ kind: 'vector', digest, values: vector });
    let job = 60;
    for (const recipe of [volume, cut]) {
      const tiling = tilingOf(recipe, cnn.manifest);
      for (const tile of tilesOf(tiling)) {
        post({ kind: 'evaluate', job: ++job, recipe, tile: tileKey(tile) });
        const answer = await answerTo(job);
        if (answer.kind !== 'evaluated') throw new Error(JSON.stringify(answer));
        const result = decodeTileResult(answer.bytes);
        for (const [index, { a, b, c }] of pointsOf(tiling, tile).entries()) {
          expect(result.ok && result.value.sets[0]!.lossSum[index]).toBeCloseTo(truth.at(recipe, a, b, c)[0]!.lossSum, 4);
        }
      }
    }
    expect(tilesOf(tilingOf(volume, cnn.manifest))).toHaveLength(3);
  });

  test('[C8] what cannot be computed is answered in words', async () => {
    const recipe = { ...planeRecipe(), subject: 'f'.repeat(64) };
    post({ kind: 'evaluate', job: 40, recipe, tile: `${sliceIdOf(recipe)}/0/0/0` });
    expect(await answerTo(40)).toMatchObject({ kind: 'failed', message: expect.stringContaining('before its subject') });
  });

  test('[L21] [T6] a tile over one shard is computed from the parts that came before it alone, to the same bits as from the whole dataset', async () => {
    const whole = strayingSubject(2500, 16);
    const recipe = planeRecipe({ subject: whole.id, samples: [{ set: 'train', count: 2500 }] }, [3, 3]);
    const key = tileKey(tilesOf(tilingOf(recipe, whole.manifest)).find(({ shard }) => shard === 1)!);
    const bytesOf = async (job: number): Promise<Uint8Array> => {
      const answer = await answerTo(job);
      if (answer.kind !== 'evaluated') throw new Error(JSON.stringify(answer));
      return answer.bytes;
    };
    post({ kind: 'subject', subject: weightsOf(whole) });
    post({ kind: 'evaluate', job: 900, recipe, tile: key });
    expect(await answerTo(900)).toMatchObject({ kind: 'failed', message: 'sample 1024 of train is not here' });
    post({ kind: 'samples', key: 'second', subject: whole.id, part: { set: 'train', first: 1024, samples: samplesIn(whole.sets.train, { first: 1024, count: 1024 }) } });
    post({ kind: 'evaluate', job: 901, recipe, tile: key });
    // Let go of at once: who came before has it still.
    post({ kind: 'letGo', keys: ['second'] });
    const inParts = await bytesOf(901);
    const other = { ...recipe, axes: [recipe.axes[1]!, recipe.axes[0]!] };
    post({ kind: 'evaluate', job: 902, recipe: other, tile: tileKey(tilesOf(tilingOf(other, whole.manifest)).find(({ shard }) => shard === 1)!) });
    expect(await answerTo(902)).toMatchObject({ kind: 'failed', message: 'sample 1024 of train is not here' });
    // The same slice prepared anew, from everything: three others push it out.
    post({ kind: 'subject', subject: whole });
    for (const [at, seed] of [31, 32, 33].entries()) {
      const another = { ...recipe, axes: [{ ...recipe.axes[0]!, direction: { kind: 'random', seed, normalisation: 'none', vectors: 'layer' } as const }, recipe.axes[1]!] };
      post({ kind: 'evaluate', job: 910 + at, recipe: another, tile: tileKey(tilesOf(tilingOf(another, whole.manifest))[0]!) });
      await bytesOf(910 + at);
    }
    post({ kind: 'evaluate', job: 920, recipe, tile: key });
    expect(await bytesOf(920)).toEqual(inParts);
  });
});
