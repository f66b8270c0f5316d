/** WASM files that are not where they should be. In a file of its own: TensorFlow.js tries to load them once per process. */
import { expect, test, vi } from 'vitest';
import { openEvaluator } from '#workers/openEvaluator.ts';

test('[C6] WASM files that do not load leave the CPU, with the reason', async () => {
  // The loader reports the missing file by itself.
  vi.spyOn(console, 'warn').mockImplementation(() => {});
  const { report } = await openEvaluator({ wish: 'wasm', wasmPath: '/nowhere/', loadKernels: () => Promise.reject(new Error('404')) });
  expect(report).toEqual({ backend: 'cpu', title: 'CPU', why: 'CPU, because the tile engine did not start (404) and the WebAssembly files of TensorFlow.js did not load', isSoftwareAdapter: false });
});
