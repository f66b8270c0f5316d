/** What the WASM tile engine promises beyond right numbers: no growth, no writes, blocks that do not matter, infinities that stay. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Network, Step } from '#lib/network/program.ts';
import type { Engine } from '#workers/evaluator.ts';
import { createWasmEngine } from '#workers/wasm/wasmEngine.ts';
import { errorOf, jobOf, networkOf, squaresErrorOf, truthAt } from './engines.ts';
import { KERNELS, wasmEngineWith } from './wasmEngines.ts';

const DENSE = networkOf([4], [{ op: 'linear', weight: 'w', bias: 'b' }, { op: 'relu' }, { op: 'linear', weight: 'v', bias: null }], { w: [6, 4], b: [6], v: [3, 6] });
const conv = (weight: string): Step => ({ op: 'conv2d', weight, bias: null, stride: 1, padding: 1 });
/** Its second convolution goes by tiles. */
const CONV = networkOf(
  [1, 8, 8],
  [conv('k'), { op: 'relu' }, conv('l'), { op: 'relu' }, { op: 'maxpool', kernel: 2, stride: 2 }, { op: 'flatten', order: 'CHW' }, { op: 'linear', weight: 'w', bias: null }],
  { k: [8, 1, 3, 3], l: [8, 8, 3, 3], w: [3, 128] },
);
const pointsOf = (count: number) => Array.from({ length: count }, (_, index) => ({ a: Math.sin(index), b: Math.cos(2 * index) }));

describe.each(KERNELS)('%s', (kernels) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await wasmEngineWith(kernels);
  });
  afterAll(() => engine.dispose());

  test.each([['dense', DENSE], ['convolutional', CONV]] as const)('[C1] memory does not grow over 2,000 tiles of a %s network, nor over slices', async (_, network) => {
    const slice = await engine.prepare(jobOf(network, { samples: 3 }));
    const prepared = engine.held().bytes;
    expect(prepared).toBeGreaterThan(0);
    for (let tile = 0; tile < 2000; tile++) await slice.evaluate(pointsOf(1 + (tile % 5)));
    expect(engine.held().bytes).toBe(prepared);
    slice.dispose();
    for (let round = 0; round < 50; round++) {
      const again = await engine.prepare(jobOf(network, { samples: 3, seed: round + 1 }));
      expect(engine.held().bytes).toBe(prepared);
      again.dispose();
    }
  });

  test('[C1] a slice that was large leaves nothing behind', async () => {
    const own = await wasmEngineWith(kernels);
    const large = await own.prepare(jobOf(networkOf([2000], [{ op: 'linear', weight: 'w', bias: null }], { w: [1500, 2000] }), { samples: 3 }));
    expect(own.held().bytes).toBeGreaterThan(2 ** 24);
    large.dispose();
    expect(own.held().bytes).toBe(0);
    const small = await own.prepare(jobOf(DENSE));
    expect(own.held().bytes).toBeLessThan(2 ** 20);
    small.dispose();
  });

  test('[C2] the arrays of the job are bit for bit as they were', async () => {
    const job = jobOf(CONV);
    const arrays = [job.origin, ...job.directions, job.buffers, job.sets[0]!.samples.inputs, job.sets[0]!.samples.targets];
    const copies = arrays.map((array) => new Uint8Array(array.slice().buffer));
    const slice = await engine.prepare(job);
    await slice.evaluate(pointsOf(9));
    slice.dispose();
    for (const [index, array] of arrays.entries()) expect(new Uint8Array(array.slice().buffer)).toEqual(copies[index]);
  });

  test.each([['dense', DENSE], ['convolutional', CONV]] as const)('[C3] a %s network: the same point gives the same bits, whatever tile, chunk or block it is in', async (_, network) => {
    const job = jobOf(network, { samples: 700 });
    const slice = await engine.prepare(job);
    const all = (await slice.evaluate(pointsOf(7))).sets[0]!;
    for (const [index, point] of pointsOf(7).entries()) {
      const alone = (await slice.evaluate([point])).sets[0]!;
      expect(alone.lossSum[0]).toBe(all.lossSum[index]);
      expect(alone.correct[0]).toBe(all.correct[index]);
    }
    slice.dispose();
    const chunked = await wasmEngineWith(kernels, { mostSampleBytes: 1 });
    const other = await chunked.prepare(job);
    const parts = (await other.evaluate(pointsOf(7))).sets[0]!;
    expect(parts).toEqual(all);
    await chunked.dispose();
    for (const [index, { a, b }] of pointsOf(7).entries()) expect(errorOf(all.lossSum[index]!, truthAt(job, a, b)[0]!)).toBeLessThan(2e-6);
    for (const [index, { a, b }] of pointsOf(7).entries()) expect(squaresErrorOf(all.lossSquares?.[index], truthAt(job, a, b)[0]!)).toBeLessThan(4e-6);
  });

  test('[C3] train and test samples are summed apart', async () => {
    for (const network of [DENSE, CONV]) {
      const job = jobOf(network, { samples: 6 });
      const both = { ...job, sets: [...job.sets, { set: 'test' as const, samples: jobOf(network, { samples: 4, seed: 20 }).sets[0]!.samples }] };
      const slice = await engine.prepare(both);
      const { sets } = await slice.evaluate(pointsOf(2));
      slice.dispose();
      expect(sets.map(({ set, samples }) => [set, samples])).toEqual([['train', 6], ['test', 4]]);
      for (const [index, { a, b }] of pointsOf(2).entries()) {
        for (const [set, truth] of truthAt(both, a, b).entries()) expect(errorOf(sets[set]!.lossSum[index]!, truth)).toBeLessThan(5e-6);
      }
    }
  });

  test('[C3] tiles asked for at once do not mix', async () => {
    const slice = await engine.prepare(jobOf(CONV, { samples: 50 }));
    const [one, other] = await Promise.all([slice.evaluate(pointsOf(5)), slice.evaluate(pointsOf(9))]);
    expect(other.sets[0]!.lossSum.slice(0, 5)).toEqual(one.sets[0]!.lossSum);
    slice.dispose();
  });

  test('[C4] a tile stops when it is cancelled, and leaves nothing behind', async () => {
    for (const network of [DENSE, CONV]) {
      const slice = await engine.prepare(jobOf(network, { samples: 200 }));
      const before = engine.held();
      const abort = new AbortController();
      const running = slice.evaluate(pointsOf(1_000_000), abort.signal);
      setTimeout(() => abort.abort(), 30);
      await expect(running).rejects.toMatchObject({ name: 'AbortError' });
      expect(engine.held()).toEqual(before);
      expect((await slice.evaluate(pointsOf(2))).points).toBe(2);
      slice.dispose();
    }
  });

  test('[N6] a loss that is not finite keeps its kind', async () => {
    const job = { ...jobOf(networkOf([1], [{ op: 'linear', weight: 'w', bias: null }], { w: [1, 1] }), { loss: 'squaredError', samples: 3 }) };
    const moving = { ...job, origin: Float32Array.of(1), directions: [Float32Array.of(1)] };
    const slice = await engine.prepare(moving);
    const { sets } = await slice.evaluate([{ a: 0, b: 0 }, { a: 3e38, b: 0 }, { a: NaN, b: 0 }]);
    slice.dispose();
    expect(Number.isFinite(sets[0]!.lossSum[0])).toBe(true);
    expect(sets[0]!.lossSum[2]).toBeNaN();
  });

  test('[I2] one infinite number behind a convolution by tiles does not become NaN', async () => {
    // One pixel is so large that the second convolution overflows there; all its weights are positive, so nothing is ∞ − ∞.
    const network = networkOf([8, 8, 8], [conv('k'), { op: 'relu' }, conv('l'), { op: 'relu' }, { op: 'globalpool', kind: 'max' }, { op: 'linear', weight: 'w', bias: null }], { k: [8, 8, 3, 3], l: [8, 8, 3, 3], w: [1, 8] });
    const job = jobOf(network, { loss: 'absoluteError', samples: 2 });
    const origin = job.origin.map(Math.abs);
    const inputs = new Float32Array(2 * 512).fill(0.5);
    inputs[300] = 3e38;
    const slice = await engine.prepare({ ...job, origin, sets: [{ set: 'train', samples: { ...job.sets[0]!.samples, inputs } }] });
    const { sets } = await slice.evaluate([{ a: 0, b: 0 }]);
    expect(sets[0]!.lossSum[0]).toBe(Infinity);
    slice.dispose();
  });

  test('[N6] NaN passes every pool, activation and branch', async () => {
    const activations: readonly Step[] = [{ op: 'relu' }, { op: 'leaky_relu', slope: 0.1 }, { op: 'elu', alpha: 1 }, { op: 'gelu', approximate: 'none' }, { op: 'gelu', approximate: 'tanh' }, { op: 'swish' }, { op: 'tanh' }, { op: 'sigmoid' }, { op: 'softplus' }];
    const pools: readonly Step[] = [{ op: 'maxpool', kernel: 4, stride: 4 }, { op: 'avgpool', kernel: 4, stride: 4 }, { op: 'globalpool', kind: 'max' }, { op: 'globalpool', kind: 'average' }];
    for (const activation of activations) {
      for (const pool of pools) {
        const network: Network = networkOf([2, 4, 4], [{ op: 'residual', body: [activation], shortcut: [] }, activation, pool, ...(pool.op === 'globalpool' ? [] : [{ op: 'flatten', order: 'CHW' } as const])], {});
        const job = jobOf(network, { samples: 3, classes: 2 });
        job.sets[0]!.samples.inputs[40] = NaN;
        const slice = await engine.prepare(job);
        expect((await slice.evaluate([{ a: 0, b: 0 }])).sets[0]!.lossSum[0], `${activation.op} and ${pool.op}`).toBeNaN();
        slice.dispose();
      }
    }
  });

  test('[I1] jobs that it cannot compute are refused in words', async () => {
    const job = jobOf(CONV);
    expect(engine.refuses(job)).toBeNull();
    expect(engine.refuses({ ...job, mode: { batchNorm: { policy: 'batch', batch: 4 }, dropout: null } })).toBe('batch norm is to use statistics measured at every point');
    expect(engine.refuses({ ...job, mode: { batchNorm: { policy: 'stored' }, dropout: { seed: 1 } } })).toBe('dropout is on');
    await expect(engine.prepare({ ...job, mode: { batchNorm: { policy: 'stored' }, dropout: { seed: 1 } } })).rejects.toThrow('cannot compute this because dropout is on');
    await expect(engine.prepare(jobOf(CONV, { classes: 4 }))).rejects.toThrow('class 3 is not one of the 3 that the network has');
  });

  test('[I1] a binary that cannot be had is an error, not a wrong engine', async () => {
    await expect(createWasmEngine({ load: () => Promise.reject(new Error('404')) })).rejects.toThrow('404');
  });
});
