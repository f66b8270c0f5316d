/** Which backend is chosen, and what is said about it. */
import { describe, expect, test } from 'vitest';
import { NODE_FILES } from '#scripts/engineFiles.ts';
import { openEvaluator } from '#workers/openEvaluator.ts';
import { errorOf, jobOf, networkOf, truthAt } from './engines.ts';
import { chw, conv, linear, relu } from './operatorCases.ts';

const NETWORK = networkOf([2, 4, 4], [conv('k', 'c'), relu, { op: 'maxpool', kernel: 2, stride: 2 }, { op: 'dropout', p: 0.5 }, chw, linear('w')], { k: [3, 2, 3, 3], c: [3], w: [3, 12] });

describe('openEvaluator', () => {
  test('[C6] the CPU is taken when it is asked for', async () => {
    const { report } = await openEvaluator({ wish: 'cpu', ...NODE_FILES });
    expect(report).toEqual({ backend: 'cpu', title: 'CPU', why: 'CPU, as chosen', isSoftwareAdapter: false });
  });

  test('[C6] without WebGPU, auto takes WASM and says why', async () => {
    const { report } = await openEvaluator({ wish: 'auto', ...NODE_FILES });
    expect(report).toEqual({ backend: 'wasm', title: 'WASM with SIMD', why: 'WASM with SIMD, because there is no WebGPU here', isSoftwareAdapter: false, holds: { piece: 2 ** 31, all: 2 ** 31 } });
  });

  test('[L18] networks that may be asked for are tried, and the speed is said', async () => {
    const { report } = await openEvaluator({ wish: 'cpu', ...NODE_FILES, networks: [NETWORK] });
    expect(report.rate).toBeGreaterThan(0);
    expect(report.rate).toBeLessThan(1e9);
  });

  test('[C6] an evaluator that has been opened holds no tensors', async () => {
    expect((await openEvaluator({ wish: 'cpu', ...NODE_FILES })).held().tensors).toBe(0);
  });

  test('[C10] on WASM our own tile engine computes what it can, and the operators the rest', async () => {
    const evaluator = await openEvaluator({ wish: 'wasm', ...NODE_FILES, networks: [NETWORK] });
    const titles: string[] = [];
    for (const mode of [undefined, { batchNorm: { policy: 'stored' }, dropout: { seed: 3 } }] as const) {
      const job = { ...jobOf(NETWORK), mode };
      const slice = await evaluator.prepare(job);
      titles.push(slice.title);
      const { sets } = await slice.evaluate([{ a: 0.4, b: -0.2 }]);
      expect(errorOf(sets[0]!.lossSum[0]!, truthAt(job, 0.4, -0.2)[0]!)).toBeLessThan(2e-6);
      slice.dispose();
    }
    expect(titles).toEqual([expect.stringMatching(/^WASM tile engine with /), 'TensorFlow.js operators on WASM with SIMD']);
    expect(evaluator.report.why).toBe('WASM with SIMD, as chosen');
    await evaluator.dispose();
  });
});
