import { describe, expect, it } from 'vitest';
import { readSafetensors, writeSafetensors, type Tensor } from '#lib/formats/safetensors.ts';

const tensors = new Map<string, Tensor>([
  ['bytes', { shape: [3], values: Uint8Array.of(1, 2, 255) }],
  ['doubles', { shape: [2, 1], values: Float64Array.of(1 / 3, -0) }],
  ['floats', { shape: [], values: Float32Array.of(0.5) }],
  ['signed', { shape: [2], values: Int8Array.of(-1, 7) }],
]);

describe('safetensors', () => {
  it('[B1] what is written reads back, from any offset', () => {
    const bytes = writeSafetensors(tensors);
    const shifted = new Uint8Array(bytes.byteLength + 1);
    shifted.set(bytes, 1);
    for (const each of [bytes, shifted.subarray(1)]) {
      const outcome = readSafetensors(each);
      expect(outcome.ok && new Map([...outcome.value].sort())).toEqual(new Map([...tensors].sort()));
    }
  });

  it('[B2] a broken file is refused with what was found', () => {
    const bytes = writeSafetensors(tensors);
    for (const wrong of [bytes.subarray(0, 4), bytes.subarray(0, bytes.byteLength - 1), new Uint8Array(64).fill(255), new TextEncoder().encode('{"not":"it"}           ')]) {
      expect(readSafetensors(wrong).ok).toBe(false);
    }
    const text = new TextDecoder('latin1').decode(bytes).replace('"F64"', '"Q64"');
    const outcome = readSafetensors(Uint8Array.from(text, (letter) => letter.charCodeAt(0)));
    expect(outcome).toMatchObject({ ok: false, problems: [{ message: expect.stringContaining('Q64') }] });
  });
});
