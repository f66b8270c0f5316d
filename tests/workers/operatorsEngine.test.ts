/** What TensorFlow.js's operators promise beyond right numbers: no leaks, no writes, batches and blocks that do not matter. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { OpenBackend } from '#workers/backend.ts';
import type { Engine } from '#workers/evaluator.ts';
import { createPace } from '#workers/pace.ts';
import { compileProgram } from '#workers/operators/tfProgram.ts';
import { TfSlice } from '#workers/operators/tfSlice.ts';
import { createTheta } from '#workers/operators/tfTheta.ts';
import { BACKENDS_IN_NODE, errorOf, jobOf, networkOf, operatorsOn, outputsError, squaresErrorOf, truthAt } from './engines.ts';

const DENSE = networkOf(
  [4],
  [{ op: 'linear', weight: 'w', bias: 'b' }, { op: 'relu' }, { op: 'linear', weight: 'v', bias: null }],
  { w: [6, 4], b: [6], v: [3, 6] },
);
const CONV = networkOf(
  [1, 6, 6],
  [{ op: 'conv2d', weight: 'k', bias: 'c', stride: 1, padding: 1 }, { op: 'relu' }, { op: 'avgpool', kernel: 2, stride: 2 }, { op: 'flatten', order: 'CHW' }, { op: 'linear', weight: 'w', bias: null }],
  { k: [4, 1, 3, 3], c: [4], w: [3, 36] },
);
const pointsOf = (count: number) => Array.from({ length: count }, (_, index) => ({ a: Math.sin(index), b: Math.cos(2 * index) }));

describe.each(BACKENDS_IN_NODE)('%s', (backend) => {
  let engine: Engine;
  let open: OpenBackend;
  beforeAll(async () => {
    ({ open, engine } = await operatorsOn(backend));
  });
  const tensors = () => engine.held().tensors;
  afterAll(() => engine.dispose());

  test.each([['dense', DENSE, 1000], ['convolutional', CONV, 1000]] as const)('[C1] no tensor leaks over 1,000 tiles of a %s network', async (_, network, tiles) => {
    const before = tensors();
    const slice = await engine.prepare(jobOf(network));
    const prepared = tensors();
    for (let tile = 0; tile < tiles; tile++) await slice.evaluate(pointsOf(1 + (tile % 5)));
    expect(tensors()).toBe(prepared);
    slice.dispose();
    expect(tensors()).toBe(before);
  });

  test.each([['dense', DENSE], ['convolutional', CONV]] as const)('[N1] outputs of a %s network are those of float64, and leave nothing behind', async (_, network) => {
    const job = jobOf(network, { samples: 21 });
    const slice = await engine.prepare(job);
    const prepared = tensors();
    const [outputs] = await slice.outputs({ a: 0.5, b: -0.25 });
    expect(outputsError(job, 0.5, -0.25, outputs!)).toBeLessThan(2e-6);
    expect(tensors()).toBe(prepared);
    slice.dispose();
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

  test('[C3] the same points give the same bits, whatever else is in the tile', async () => {
    const slice = await engine.prepare(jobOf(DENSE));
    const all = (await slice.evaluate(pointsOf(70))).sets[0]!;
    const again = (await slice.evaluate(pointsOf(70))).sets[0]!;
    expect(again).toEqual(all);
    const few = (await slice.evaluate(pointsOf(3))).sets[0]!;
    for (const [index, value] of few.lossSum.entries()) expect(Math.abs(value / all.lossSum[index]! - 1)).toBeLessThan(1e-6);
    slice.dispose();
  });

  test.each([1, 4, 16, 64])('[C3] %i points at a time are the same points', async (batch) => {
    const job = jobOf(DENSE, { samples: 10 });
    const program = compileProgram(job.network);
    const slice = new TfSlice(open, program, createTheta(program.tensors, job), job, createPace(), { points: batch, samples: 1000 });
    const points = pointsOf(21);
    const { sets } = await slice.evaluate(points);
    slice.dispose();
    for (const [index, { a, b }] of points.entries()) {
      const truth = truthAt(job, a, b)[0]!;
      expect(errorOf(sets[0]!.lossSum[index]!, truth)).toBeLessThan(2e-6);
      expect(squaresErrorOf(sets[0]!.lossSquares?.[index], truth)).toBeLessThan(4e-6);
      expect(sets[0]!.correct[index]).toBe(truth.correct);
    }
  });

  test.each([1, 3, 7, 1000])('[C3] blocks of %i samples add up to all of them', async (most) => {
    const job = jobOf(CONV, { samples: 10 });
    const program = compileProgram(job.network);
    const slice = new TfSlice(open, program, createTheta(program.tensors, job), job, createPace(), { points: 1, samples: most });
    const { sets } = await slice.evaluate([{ a: 0.5, b: 0.5 }]);
    slice.dispose();
    const truth = truthAt(job, 0.5, 0.5)[0]!;
    expect(sets[0]!.samples).toBe(10);
    expect(errorOf(sets[0]!.lossSum[0]!, truth)).toBeLessThan(2e-6);
    expect(sets[0]!.correct[0]).toBe(truth.correct);
  });

  test('[C3] many samples are summed by 64 on the device and come to the same', async () => {
    const job = jobOf(DENSE, { samples: 2500 });
    const slice = await engine.prepare(job);
    const { sets } = await slice.evaluate(pointsOf(3));
    slice.dispose();
    for (const [index, { a, b }] of pointsOf(3).entries()) {
      const truth = truthAt(job, a, b)[0]!;
      expect(errorOf(sets[0]!.lossSum[index]!, truth)).toBeLessThan(2e-6);
      expect(squaresErrorOf(sets[0]!.lossSquares?.[index], truth)).toBeLessThan(4e-6);
      expect(sets[0]!.correct[index]).toBe(truth.correct);
    }
  });

  test('[C3] train and test samples are summed apart', async () => {
    const job = jobOf(DENSE, { samples: 6 });
    const both = { ...job, sets: [...job.sets, { set: 'test' as const, samples: jobOf(DENSE, { samples: 4, seed: 20 }).sets[0]!.samples }] };
    const slice = await engine.prepare(both);
    const { sets } = await slice.evaluate(pointsOf(2));
    slice.dispose();
    expect(sets.map(({ set, samples }) => [set, samples])).toEqual([['train', 6], ['test', 4]]);
    for (const [index, { a, b }] of pointsOf(2).entries()) {
      for (const [set, truth] of truthAt(both, a, b).entries()) expect(errorOf(sets[set]!.lossSum[index]!, truth)).toBeLessThan(2e-6);
    }
  });

  test('[C4] a tile stops when it is cancelled, and leaves nothing behind', async () => {
    const slice = await engine.prepare(jobOf(CONV, { samples: 200 }));
    const before = tensors();
    const abort = new AbortController();
    const running = slice.evaluate(pointsOf(100_000), abort.signal);
    setTimeout(() => abort.abort(), 30);
    await expect(running).rejects.toMatchObject({ name: 'AbortError' });
    expect(tensors()).toBe(before);
    expect((await slice.evaluate(pointsOf(2))).points).toBe(2);
    slice.dispose();
  });

  test('[C5] a loss that is not finite keeps its kind', async () => {
    const job = { ...jobOf(networkOf([1], [{ op: 'linear', weight: 'w', bias: null }], { w: [1, 1] }), { loss: 'squaredError', samples: 3 }) };
    const moving = { ...job, origin: Float32Array.of(1), directions: [Float32Array.of(1)] };
    const slice = await engine.prepare(moving);
    const { sets } = await slice.evaluate([{ a: 0, b: 0 }, { a: 3e30, b: 0 }, { a: NaN, b: 0 }]);
    slice.dispose();
    expect(Number.isFinite(sets[0]!.lossSum[0])).toBe(true);
    expect(sets[0]!.lossSum[1]).toBe(Infinity);
    expect(sets[0]!.lossSum[2]).toBeNaN();
  });

  test('[N6] a number that is not finite inside a convolutional network is not lost on the way', async () => {
    const steps = [
      { op: 'conv2d', weight: 'k', bias: null, stride: 1, padding: 0 },
      { op: 'relu' },
      { op: 'conv2d', weight: 'j', bias: null, stride: 1, padding: 0 },
      { op: 'relu' },
      { op: 'maxpool', kernel: 2, stride: 2 },
      { op: 'flatten', order: 'CHW' },
      { op: 'linear', weight: 'w', bias: null },
    ] as const;
    const job = jobOf(networkOf([1, 6, 6], steps, { k: [2, 1, 3, 3], j: [2, 2, 3, 3], w: [3, 2] }));
    const slice = await engine.prepare(job);
    // Weights that overflow, and weights that are no numbers: the loss may be infinite or no number, but never one.
    const { sets } = await slice.evaluate([{ a: 0.5, b: 0 }, { a: 1e30, b: 0 }, { a: 0, b: NaN }, { a: Infinity, b: 0 }]);
    slice.dispose();
    expect([...sets[0]!.lossSum].map(Number.isFinite)).toEqual([true, false, false, false]);
    expect(sets[0]!.correct[2]).toBe(0);
  });

  test('[C1] a job whose targets do not fit is refused in words and leaves nothing behind', async () => {
    const before = tensors();
    const job = jobOf(CONV, { classes: 5 });
    await expect(engine.prepare(job)).rejects.toThrow('class 3 is not one of the 3 that the network has');
    expect(tensors()).toBe(before);
  });
});
