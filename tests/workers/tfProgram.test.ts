/** Every operation of a layer program as tensor operations, against the float64 interpreter, on each backend. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Network } from '#lib/network/program.ts';
import type { Evaluator } from '#workers/evaluator.ts';
import { compileProgram } from '#workers/tfProgram.ts';
import { SEED_CNN } from '#tests/network/networks.ts';
import { BACKENDS_IN_NODE, engineOn, errorOf, jobOf, networkOf, truthAt } from './engines.ts';

const conv = (weight: string, bias: string | null, stride = 1, padding = 1) => ({ op: 'conv2d', weight, bias, stride, padding }) as const;
const linear = (weight: string, bias: string | null = null) => ({ op: 'linear', weight, bias }) as const;
const norm = { op: 'batchnorm', weight: 'n.w', bias: 'n.b', running_mean: 'n.m', running_var: 'n.v', eps: 1e-5 } as const;
const normed = (width: number) => [{ 'n.w': [width], 'n.b': [width] }, { 'n.m': [width], 'n.v': [width] }] as const;
const relu = { op: 'relu' } as const;
const chw = { op: 'flatten', order: 'CHW' } as const;

const CASES: Readonly<Record<string, Network>> = {
  'linear with bias': networkOf([4], [linear('w', 'b')], { w: [3, 4], b: [3] }),
  'linear without bias': networkOf([4], [linear('w')], { w: [3, 4] }),
  'linear with relu and tanh': networkOf([4], [linear('w', 'b'), relu, linear('v'), { op: 'tanh' }], { w: [6, 4], b: [6], v: [3, 6] }),
  'convolution with stride and no padding': networkOf([2, 7, 5], [conv('k', null, 2, 0), chw, linear('w')], { k: [3, 2, 3, 3], w: [3, 18] }),
  'convolution of an oblong kernel': networkOf([2, 6, 5], [conv('k', 'c', 1, 1), chw, linear('w')], { k: [4, 2, 3, 1], c: [4], w: [3, 4 * 6 * 7] }),
  'convolution, flattened channels first': networkOf([2, 4, 6], [conv('k', 'c'), relu, chw, linear('w')], { k: [5, 2, 3, 3], c: [5], w: [3, 120] }),
  'convolution, flattened channels last': networkOf([2, 4, 6], [conv('k', 'c'), { op: 'flatten', order: 'HWC' }, linear('w')], { k: [5, 2, 3, 3], c: [5], w: [3, 120] }),
  'an image flattened at once': networkOf([3, 4, 2], [chw, linear('w', 'b')], { w: [3, 24], b: [3] }),
  'flattened outputs with nothing behind': networkOf([2, 2, 3], [conv('k', null), chw], { k: [2, 2, 3, 3] }),
  maxpool: networkOf([2, 6, 4], [{ op: 'maxpool', kernel: 2, stride: 2 }, chw, linear('w')], { w: [3, 12] }),
  'maxpool with overlap': networkOf([2, 7, 5], [{ op: 'maxpool', kernel: 3, stride: 2 }, chw, linear('w')], { w: [3, 12] }),
  avgpool: networkOf([2, 6, 4], [{ op: 'avgpool', kernel: 2, stride: 2 }, chw, linear('w')], { w: [3, 12] }),
  'batch norm on channels': networkOf([2, 4, 4], [conv('k', null), norm, relu, chw, linear('w')], { k: [3, 2, 3, 3], ...normed(3)[0], w: [3, 48] }, normed(3)[1]),
  'batch norm on features behind a flatten': networkOf([2, 2, 3], [conv('k', null), chw, norm, linear('w')], { k: [2, 2, 3, 3], ...normed(12)[0], w: [3, 12] }, normed(12)[1]),
  'residual with an identity': networkOf([2, 4, 4], [{ op: 'residual', body: [conv('k', 'c'), relu], shortcut: [] }, chw, linear('w')], { k: [2, 2, 3, 3], c: [2], w: [3, 32] }),
  'residual with a shortcut': networkOf([2, 4, 4], [{ op: 'residual', body: [conv('k', null, 2)], shortcut: [conv('s', null, 2, 0)] }, relu, chw, linear('w')], { k: [3, 2, 3, 3], s: [3, 2, 1, 1], w: [3, 12] }),
  'concat in front': networkOf([2, 4, 4], [{ op: 'concat_front', body: [conv('k', 'c')] }, chw, linear('w')], { k: [3, 2, 3, 3], c: [3], w: [3, 80] }),
  'flattened inside a branch': networkOf([2, 2, 2], [{ op: 'residual', body: [conv('k', null), chw], shortcut: [chw] }, linear('w')], { k: [2, 2, 3, 3], w: [3, 8] }),
  'dropout and taps': networkOf([4], [{ op: 'dropout', p: 0.5 }, linear('w'), { op: 'tap', name: 'here' }, relu, linear('v')], { w: [5, 4], v: [3, 5] }),
};

const POINTS = [
  { a: 0, b: 0 },
  { a: 0.7, b: -0.4 },
  { a: -1, b: 1 },
];

describe.each(BACKENDS_IN_NODE)('%s', (backend) => {
  let engine: Evaluator;
  beforeAll(async () => {
    engine = await engineOn(backend);
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
    expect(() => compileProgram(networkOf([5], [linear('w')], { w: [3, 4] }))).toThrow('w takes 4 features, and is given 5');
    expect(() => compileProgram(networkOf([3, 4, 4], [conv('k', null), chw], { k: [2, 2, 3, 3] }))).toThrow('k takes 2 channels, and is given 3');
  });

  test('[N3] a network that does not end in a vector is refused', () => {
    expect(() => compileProgram(networkOf([2, 4, 4], [conv('k', null)], { k: [2, 2, 3, 3] }))).toThrow('expected a vector');
  });
});
