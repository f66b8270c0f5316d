/** Which backend is chosen, and what is said about it. */
import { describe, expect, test } from 'vitest';
import { openEvaluator } from '#workers/openEvaluator.ts';
import { WASM_FOLDER } from './engines.ts';

describe('openEvaluator', () => {
  test('[C6] the CPU is taken when it is asked for', async () => {
    const { report } = await openEvaluator({ wish: 'cpu', wasmPath: WASM_FOLDER });
    expect(report).toEqual({ backend: 'cpu', title: 'CPU', why: 'CPU, as chosen', isSoftwareAdapter: false });
  });

  test('[C6] without WebGPU, auto takes WASM and says why', async () => {
    const { report } = await openEvaluator({ wish: 'auto', wasmPath: WASM_FOLDER });
    expect(report).toEqual({ backend: 'wasm', title: 'WASM with SIMD', why: 'WASM with SIMD, because there is no WebGPU here', isSoftwareAdapter: false });
  });

  test('[C6] an evaluator that has been opened holds no tensors', async () => {
    expect((await openEvaluator({ wish: 'cpu', wasmPath: WASM_FOLDER })).held().tensors).toBe(0);
  });
});
