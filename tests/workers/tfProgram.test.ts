/** Every operation of a layer program as tensor operations, against the float64 interpreter, on each backend. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Engine } from '#workers/evaluator.ts';
import { compileProgram } from '#workers/operators/tfProgram.ts';
import { SEED_CNN } from '#tests/network/networks.ts';
import { BACKENDS_IN_NODE, errorOf, jobOf, networkOf, operatorsOn, truthAt } from './engines.ts';
import { attention, CASES, chw, conv, linear, NORMED_MODES, relu } from './operatorCases.ts';

const POINTS = [
  { a: 0, b: 0 },
  { a: 0.7, b: -0.4 },
  { a: -1, b: 1 },
];

describe.each(BACKENDS_IN_NODE)('%s', (backend) => {
  let engine: Engine;
  beforeAll(async () => {
    ({ engine } = await operatorsOn(backend));
  });
  afterAll(() => engine.dispose());

  test.each(Object.keys(CASES))('[N1] %s gives what float64 gives', async (name) => {
    const job = jobOf(CASES[name]!);
    const slice = await engine.prepare(job);
    const { sets } = await slice.evaluate(POINTS);
    slice.dispose();
    for (const [index, { a, b }] of POINTS.entries()) {
      const truth = truthAt(job, a, b)[0]!;
      expect(errorOf(sets[0]!.lossSum[index]!, truth), `at ${a}, ${b}`).toBeLessThan(2e-6);
      expect(sets[0]!.correct[index]).toBe(truth.correct);
    }
  });

  test('[N1] an embedding takes the rows that its inputs name', async () => {
    const network = networkOf([4], [{ op: 'embedding', weight: 'e' }, { op: 'positional', weight: 'p' }, attention(false, null), chw, linear('w')], { e: [7, 5], p: [4, 5], q: [5, 5], k: [5, 5], v: [5, 5], o: [5, 5], w: [3, 20] });
    const [plain] = jobOf(network).sets;
    const words = { ...jobOf(network), sets: [{ set: 'train' as const, samples: { ...plain!.samples, inputs: plain!.samples.inputs.map((_, index) => (5 * index) % 7) } }] };
    const slice = await engine.prepare(words);
    const { sets } = await slice.evaluate(POINTS);
    slice.dispose();
    for (const [index, { a, b }] of POINTS.entries()) expect(errorOf(sets[0]!.lossSum[index]!, truthAt(words, a, b)[0]!)).toBeLessThan(2e-6);
    const wrong = { ...words, sets: [{ set: 'train' as const, samples: { ...plain!.samples, inputs: plain!.samples.inputs.map(() => 7) } }] };
    await expect(engine.prepare(wrong)).rejects.toThrow('rows 0 to 6, and no row 7');
  });

  test.each(NORMED_MODES)('%s is that of float64', async (_, job) => {
    const before = engine.held().tensors;
    const slice = await engine.prepare(job);
    const { sets } = await slice.evaluate(POINTS);
    slice.dispose();
    expect(engine.held().tensors).toBe(before);
    for (const [index, { a, b }] of POINTS.entries()) {
      const truth = truthAt(job, a, b);
      for (const [set, each] of truth.entries()) {
        expect(errorOf(sets[set]!.lossSum[index]!, each), `at ${a}, ${b}`).toBeLessThan(4e-6);
        expect(sets[set]!.correct[index]).toBe(each.correct);
      }
      expect(Math.abs(truth[0]!.lossSum - truthAt({ ...job, mode: undefined }, a, b)[0]!.lossSum)).toBeGreaterThan(1e-3);
    }
  });

  test('[M5] a dropout mask is the same for points that are computed together', async () => {
    const network = networkOf([4], [linear('w'), { op: 'dropout', p: 0.5 }, relu, linear('v')], { w: [6, 4], v: [3, 6] });
    const job = { ...jobOf(network), mode: { batchNorm: { policy: 'stored' }, dropout: { seed: 3 } } } as const;
    const slice = await engine.prepare(job);
    const points = Array.from({ length: 20 }, (_, index) => ({ a: Math.sin(index), b: Math.cos(index) }));
    const { sets } = await slice.evaluate(points);
    slice.dispose();
    for (const [index, { a, b }] of points.entries()) expect(errorOf(sets[0]!.lossSum[index]!, truthAt(job, a, b)[0]!)).toBeLessThan(2e-6);
  });

  test('[N1] the seed network gives what float64 gives', async () => {
    const job = jobOf(SEED_CNN, { samples: 5, classes: 10, scale: 0.05 });
    const slice = await engine.prepare(job);
    const { sets } = await slice.evaluate([{ a: 0.5, b: 0.25 }]);
    slice.dispose();
    expect(errorOf(sets[0]!.lossSum[0]!, truthAt(job, 0.5, 0.25)[0]!)).toBeLessThan(2e-6);
  });

  test('[N2] statistics that move along an axis are moved', async () => {
    const job = jobOf(CASES['batch norm on channels']!);
    const moving = { ...job, bufferDirections: [Float32Array.of(0.3, -0.1, 0.2, 0.1, 0.4, 0), new Float32Array(6)] };
    const slice = await engine.prepare(moving);
    const { sets } = await slice.evaluate([{ a: 0.8, b: 0.3 }]);
    slice.dispose();
    const truth = truthAt(moving, 0.8, 0.3)[0]!;
    expect(errorOf(sets[0]!.lossSum[0]!, truth)).toBeLessThan(2e-6);
    expect(Math.abs(truth.lossSum - truthAt(job, 0.8, 0.3)[0]!.lossSum)).toBeGreaterThan(1e-3);
  });
});

describe('compileProgram', () => {
  test('[N3] a layer that does not fit its input is named', () => {
    expect(() => compileProgram(networkOf([5], [linear('w')], { w: [3, 4] }))).toThrow('linear cannot use w of shape 3×4 on an input of shape 5');
    expect(() => compileProgram(networkOf([3, 4, 4], [conv('k', null), chw], { k: [2, 2, 3, 3] }))).toThrow('conv2d cannot use k of shape 2×2×3×3 on an input of shape 3×4×4');
  });

  test('[N3] a network that does not end in a vector is refused', () => {
    expect(() => compileProgram(networkOf([2, 4, 4], [conv('k', null)], { k: [2, 2, 3, 3] }))).toThrow('expected a vector');
  });
});
