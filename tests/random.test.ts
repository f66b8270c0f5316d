/** The counter-based generator: known answers of Philox, moments, independence, and first values pinned to the bit. */
import { describe, expect, test } from 'vitest';
import { createRandom, fillNormal, philox, type Stream } from '#lib/random.ts';

const SIZE = 100_000;

function philoxOf(counter: readonly number[], key: readonly number[]): readonly string[] {
  const out = new Uint32Array(4);
  philox(out, counter[0]!, counter[1]!, counter[2]!, counter[3]!, key[0]!, key[1]!);
  return [...out].map((word) => word.toString(16).padStart(8, '0'));
}

function normals(stream: Partial<Stream>, size = SIZE): Float64Array {
  const out = new Float64Array(size);
  fillNormal(out, { seed: 1, role: 0, name: 'conv1.weight', ...stream });
  return out;
}

function cosine(one: Float64Array, other: Float64Array): number {
  const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, value, index) => sum + value * b[index]!, 0);
  return dot(one, other) / Math.sqrt(dot(one, one) * dot(other, other));
}

describe('random', () => {
  test('[random] Philox 4×32-10 gives the published known answers', () => {
    const ones = 0xffffffff;
    expect(philoxOf([0, 0, 0, 0], [0, 0])).toEqual(['6627e8d5', 'e169c58d', 'bc57ac4c', '9b00dbd8']);
    expect(philoxOf([ones, ones, ones, ones], [ones, ones])).toEqual(['408f276d', '41c83b0e', 'a20bc7c6', '6d5451fd']);
    expect(philoxOf([0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0])).toEqual([
      'd16cfe09',
      '94fdcceb',
      '5001e420',
      '24126ea1',
    ]);
  });

  test('[random] normal deviates have the moments of a normal distribution', () => {
    const values = normals({});
    const moment = (power: number): number => values.reduce((sum, value) => sum + value ** power, 0) / SIZE;
    expect(Math.abs(moment(1))).toBeLessThan(4 / Math.sqrt(SIZE));
    expect(Math.abs(moment(2) - 1)).toBeLessThan(6 / Math.sqrt(SIZE));
    expect(Math.abs(moment(4) - 3)).toBeLessThan(0.15);
  });

  test('[random] the deviates equal Box–Muller by the machine’s own logarithm and cosine to 1e-13', () => {
    const values = normals({ name: '' }, 2000);
    const digest = [0xe3b0c442, 0x98fc1c14];
    const words = new Uint32Array(4);
    for (let pair = 0; pair < 1000; pair++) {
      philox(words, pair, 0, digest[0]!, digest[1]!, 1, 0);
      const unit = (at: number): number => ((words[at]! >>> 5) * 2 ** 26 + (words[at + 1]! >>> 6)) / 2 ** 53;
      const radius = Math.sqrt(-2 * Math.log(1 - unit(0)));
      expect(Math.abs(values[2 * pair]! - radius * Math.cos(2 * Math.PI * unit(2)))).toBeLessThan(1e-13);
      expect(Math.abs(values[2 * pair + 1]! - radius * Math.sin(2 * Math.PI * unit(2)))).toBeLessThan(1e-13);
    }
  });

  test.each([
    ['seed', { seed: 2 }],
    ['axis', { role: 1 }],
    ['tensor', { name: 'conv2.weight' }],
  ])('[random] another %s gives another, nearly orthogonal draw', (_what, change) => {
    const measured = Math.abs(cosine(normals({}), normals(change)));
    expect(measured).toBeLessThan(5 / Math.sqrt(SIZE));
  });

  test('[random] element i depends on the stream and on i alone, not on how many are asked for', () => {
    expect([...normals({}, 7)]).toEqual([...normals({}, 100).subarray(0, 7)]);
  });

  test('[random] the first values are these bits on every machine', () => {
    const values = new Float32Array(6);
    fillNormal(values, { seed: 42, role: 0, name: 'fc1.weight' });
    expect([...new Uint32Array(values.buffer)]).toMatchInlineSnapshot(`
      [
        1029451891,
        1076254241,
        1066337918,
        1046947298,
        1038836874,
        3220277031,
      ]
    `);
    const doubles = normals({ seed: 42 }, 3);
    expect([...new BigUint64Array(doubles.buffer)].map((bits) => bits.toString(16))).toMatchInlineSnapshot(`
      [
        "bfe29bde4a84bec3",
        "3fde7d6da4a673a9",
        "3ffc63044894596a",
      ]
    `);
  });

  test('[random] the sequential generator repeats by seed and keeps to its ranges', () => {
    const one = createRandom(7);
    const same = createRandom(7);
    const other = createRandom(8);
    const draws = Array.from({ length: 1000 }, () => one.uniform());
    expect(draws).toEqual(Array.from({ length: 1000 }, () => same.uniform()));
    expect(draws).not.toEqual(Array.from({ length: 1000 }, () => other.uniform()));
    expect(draws.every((value) => value >= 0 && value < 1)).toBe(true);
    const counts = [0, 0, 0];
    for (let draw = 0; draw < 3000; draw++) counts[one.integer(3)]!++;
    expect(counts.every((count) => count > 850 && count < 1150)).toBe(true);
    expect(new Set(Array.from({ length: 50 }, () => one.pick(['a', 'b'])))).toEqual(new Set(['a', 'b']));
    expect(() => one.pick([])).toThrow('empty');
  });
});
