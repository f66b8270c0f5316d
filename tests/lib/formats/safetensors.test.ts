import { describe, expect, it } from 'vitest';
import { halfBits, widened } from '#lib/formats/half.ts';
import { readSafetensors, writeSafetensors, type Tensor } from '#lib/formats/safetensors.ts';

const tensors = new Map<string, Tensor>([
  ['bytes', { shape: [3], values: Uint8Array.of(1, 2, 255) }],
  ['doubles', { shape: [2, 1], values: Float64Array.of(1 / 3, -0) }],
  ['floats', { shape: [], values: Float32Array.of(0.5) }],
  ['signed', { shape: [2], values: Int8Array.of(-1, 7) }],
]);

/** A file of one tensor x, made without the writer. */
function fileOf(dtype: string, values: Uint16Array | Uint8Array): Uint8Array {
  const header = JSON.stringify({ x: { dtype, shape: [values.length], data_offsets: [0, values.byteLength] } });
  const text = new TextEncoder().encode(header.padEnd(Math.ceil(header.length / 8) * 8, ' '));
  const file = new Uint8Array(8 + text.length + values.byteLength);
  file[0] = text.length;
  file.set(text, 8);
  file.set(new Uint8Array(values.buffer), 8 + text.length);
  return file;
}

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

  it('[B1] half precision is read as the numbers its bits mean, and written with the nearest', () => {
    // Bit patterns of IEEE 754 binary16: one, the next above, two negative, the largest, the least normal, the largest and least subnormal, zeros, infinities, a NaN.
    const known = [[0x3c00, 1], [0x3c01, 1 + 2 ** -10], [0xc000, -2], [0x7bff, 65_504], [0x0400, 2 ** -14], [0x03ff, 1023 * 2 ** -24], [0x0001, 2 ** -24], [0x0000, 0], [0x8000, -0], [0x7c00, Infinity], [0xfc00, -Infinity], [0x7e00, NaN], [0x3555, 0.333251953125]] as const;
    const file = fileOf('F16', Uint16Array.from(known, ([bits]) => bits));
    const read = readSafetensors(file);
    if (!read.ok) throw new Error(read.problems[0]!.message);
    expect(read.value.get('x')).toEqual({ shape: [known.length], values: Float32Array.from(known, ([, value]) => value), isHalf: true });
    expect(writeSafetensors(read.value)).toEqual(file);
    expect(readSafetensors(fileOf('F16', Uint8Array.of(1, 2, 3)))).toMatchObject({ ok: false });
  });

  it('[B1] rounding to half precision goes to the nearest, of two equally near to the even one, and beyond the largest to infinity', () => {
    const nearest = (value: number) => widened(Uint16Array.of(halfBits(value)))[0]!;
    const step = 2 ** -10;
    const cases = [[1 + step / 2, 1], [1 + step * 0.5001, 1 + step], [1 + step * 1.5, 1 + 2 * step], [2 - step / 2, 2], [65_519, 65_504], [65_520, Infinity], [2 ** -25, 0], [2 ** -25 * 1.001, 2 ** -24], [2 ** -14 - 2 ** -26, 2 ** -14], [-1 / 3, -0.333251953125]] as const;
    for (const [value, expected] of cases) expect(nearest(value)).toBe(expected);
    expect(nearest(-(2 ** -30))).toBe(-0);
    // Every number that half precision has comes back as itself.
    const all = Uint16Array.from({ length: 0x1_0000 }, (_, bits) => bits).filter((bits) => (bits & 0x7c00) !== 0x7c00);
    expect(Uint16Array.from(widened(all), halfBits)).toEqual(all);
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
