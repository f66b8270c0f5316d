/** A backend that gets one operation wrong: the next takes over, with the reason. In a file of its own: it breaks a kernel of the process. */
import { beforeAll, expect, test, vi } from 'vitest';
import * as tf from '@tensorflow/tfjs-core';
import { NODE_FILES } from '#scripts/engineFiles.ts';
import { openEvaluator } from '#workers/openEvaluator.ts';
import { errorOf, jobOf, networkOf, operatorsOn, truthAt } from './engines.ts';

const chw = { op: 'flatten', order: 'CHW' } as const;
const last = { op: 'linear', weight: 'w', bias: null } as const;
const POOLED = networkOf([2, 4, 4], [{ op: 'maxpool', kernel: 2, stride: 2 }, { op: 'dropout', p: 0.5 }, chw, last], { w: [3, 8] });
const PLAIN = networkOf([2, 4, 4], [{ op: 'dropout', p: 0.5 }, chw, last], { w: [3, 32] });
/** What no tile engine computes, so that TensorFlow.js's operators do. */
const mode = { batchNorm: { policy: 'stored' }, dropout: { seed: 1 } } as const;

beforeAll(async () => {
  await operatorsOn('wasm');
  const [most, average] = [tf.getKernel('MaxPool', 'wasm')!, tf.getKernel('AvgPool', 'wasm')!];
  tf.unregisterKernel('MaxPool', 'wasm');
  tf.registerKernel({ ...most, kernelFunc: average.kernelFunc });
});

test('[C11] where maximum pooling is broken, the network that needs it goes to the next backend, and the others do not', async () => {
  const onMoved = vi.fn();
  const evaluator = await openEvaluator({ wish: 'wasm', ...NODE_FILES, onMoved });
  const plain = await evaluator.prepare({ ...jobOf(PLAIN), mode });
  expect(plain.title).toBe('TensorFlow.js operators on WASM with SIMD');
  plain.dispose();
  expect(evaluator.report.backend).toBe('wasm');
  expect(onMoved).not.toHaveBeenCalled();

  const job = { ...jobOf(POOLED), mode };
  const slice = await evaluator.prepare(job);
  expect(slice.title).toBe('TensorFlow.js operators on CPU');
  const { sets } = await slice.evaluate([{ a: 0.3, b: 0.1 }]);
  expect(errorOf(sets[0]!.lossSum[0]!, truthAt(job, 0.3, 0.1)[0]!)).toBeLessThan(2e-6);
  slice.dispose();
  const moved = { backend: 'cpu', title: 'CPU', why: expect.stringMatching(/^CPU, because WASM with SIMD: .* gives .* in a test of maxpool where .* is right$/), isSoftwareAdapter: false };
  expect(evaluator.report).toEqual(moved);
  expect(onMoved).toHaveBeenCalledExactlyOnceWith(moved);
  await evaluator.dispose();
});

test('[C5] a network that no backend can be right about leaves the backend as it is', async () => {
  const evaluator = await openEvaluator({ wish: 'cpu', ...NODE_FILES });
  await expect(evaluator.prepare(jobOf(PLAIN, { classes: 9 }))).rejects.toThrow('class 3 is not one of the 3');
  expect(evaluator.report.why).toBe('CPU, as chosen');
});
