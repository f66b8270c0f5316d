/** Why a device computes with what it does. */
import { expect, it } from 'vitest';
import { noticeWords, reasonOf } from '#components/backendWords.ts';

it('[J5] the reason for a backend is what its report says beyond its name', () => {
  expect(reasonOf({ title: 'WASM with SIMD', why: 'WASM with SIMD, because this browser has no WebGPU' })).toBe('Because this browser has no WebGPU');
  expect(reasonOf({ title: 'CPU', why: 'CPU, as chosen' })).toBe('As chosen');
  expect(reasonOf({ title: 'WebGPU (nvidia)', why: 'WebGPU (nvidia)' })).toBeNull();
  expect(reasonOf({ title: 'CPU', why: 'WASM gave wrong numbers' })).toBe('WASM gave wrong numbers');
});

it('[J5] a lost graphics device is told in the words agreed on', () => {
  expect(noticeWords({ kind: 'reset', seconds: 2 })).toBe('The graphics device was reset. Nothing is lost — restarting in 2 s.');
  expect(noticeWords({ kind: 'resetAgain' })).toBe('The graphics device keeps resetting. Switched to CPU mode. Try closing other heavy tabs.');
});
