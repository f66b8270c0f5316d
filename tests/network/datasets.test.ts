/** The data sets made from a seed: the same everywhere, balanced, in range, and neither trivial nor without structure. */
import { describe, expect, it } from 'vitest';
import { circlePoint } from '#lib/circle.ts';
import { digestOf } from '#lib/digest.ts';
import { GENERATORS } from '#lib/network/datasets/datasets.ts';
import { samplesOf, type Generator } from '#lib/network/datasets/generated.ts';
import { createRandom } from '#lib/random.ts';
import type { Samples } from '#lib/network/subject.ts';
import { linearAccuracy, meanColours, nearestMeanAccuracy, neighbourAccuracy } from './classifiers.ts';

const named = (name: string): Generator => {
  const found = GENERATORS.find((each) => each.name === name);
  if (!found) throw new Error(`there is no ${name}`);
  return found;
};

const drawn = (name: string, seed: number, count: number): Samples => samplesOf(named(name).generate(createRandom(seed), count));

/** Made by this very code with Node 20; whatever changes a digest changes everybody's data. */
const GOLDEN: Readonly<Record<string, string>> = {
  circle: 'ca384d2c2c5a7cc6',
  xor: '34d6e9db91182118',
  gauss: '2dbf7d7cfa749ba8',
  moons: '35bfa992852f28b8',
  sine: 'a2944b0923535b9f',
  line: '1bbde3ae0f70d8f1',
  glyphs: '6cadc52f904afd9d',
  'colour-shapes': 'ada5f090abe0ea62',
};

describe('data sets', () => {
  it('[Z3] are nine, each with its own name, title and summary', () => {
    expect(GENERATORS.map(({ name }) => name)).toEqual(['circle', 'xor', 'gauss', 'spiral', 'moons', 'sine', 'line', 'glyphs', 'colour-shapes']);
    for (const key of ['title', 'summary'] as const) expect(new Set(GENERATORS.map((each) => each[key])).size).toBe(GENERATORS.length);
  });

  it.each(GENERATORS.map((each) => [each.name, each] as const))('[Z3] %s is the same bytes from the same seed, and others from another', (name, { generate, input }) => {
    const bytes = (seed: number): string => {
      const { inputs, targets } = generate(createRandom(seed), 60);
      return digestOf(new Uint8Array([...new Uint8Array(inputs.buffer), ...new Uint8Array(targets.buffer)])).slice(0, 16);
    };
    // Spirals use Math.cos, which engines may round differently; within one engine they repeat.
    if (name === 'spiral') expect(bytes(1)).toBe(bytes(1));
    else expect(bytes(1)).toBe(GOLDEN[name]);
    expect(bytes(2)).not.toBe(bytes(1));
    expect(generate(createRandom(1), 7).inputs).toHaveLength(7 * input.reduce((product, side) => product * side, 1));
  });

  it.each(GENERATORS.filter(({ classes }) => classes !== null).map((each) => [each.name, each] as const))('[Z3] %s has its classes in equal numbers, at any length', (_name, { generate, classes }) => {
    for (const count of [classes! * 3, classes! * 3 + 1]) {
      const counts = Array.from({ length: classes! }, () => 0);
      for (const target of generate(createRandom(3), count).targets) counts[target]!++;
      expect(Math.max(...counts) - Math.min(...counts)).toBe(count % classes!);
    }
  });

  it('[Z3] points stay near [−1, 1]², and images use the whole range of a byte', () => {
    for (const generator of GENERATORS) {
      const { inputs } = generator.generate(createRandom(4), 400);
      let [least, most] = [Infinity, -Infinity];
      for (const value of inputs) {
        least = Math.min(least, value);
        most = Math.max(most, value);
      }
      if (generator.scale === '1/255') expect([inputs instanceof Uint8Array, least, most]).toEqual([true, 0, 255]);
      else {
        expect(inputs).toBeInstanceOf(Float32Array);
        expect(Math.max(-least, most)).toBeGreaterThan(0.8);
        expect(Math.max(-least, most)).toBeLessThan(2);
      }
    }
  });

  it('[Z3] bytes become inputs as a subject’s file is read: divided in double, rounded once', () => {
    const { inputs } = named('glyphs').generate(createRandom(1), 2);
    expect([...drawn('glyphs', 1, 2).inputs]).toEqual(Array.from(inputs, (value) => Math.fround(value / 255)));
  });

  // Accuracies on 400 new points, of a straight line and of 9 nearest neighbours.
  it.each([
    ['circle', 0.4, 0.65, 0.97],
    ['xor', 0.35, 0.65, 0.95],
    ['gauss', 0.9, 1, 0.9],
    ['spiral', 0.4, 0.75, 0.95],
    ['moons', 0.75, 0.92, 0.95],
    ['sine', 0.6, 0.88, 0.88],
  ])('[Z4] %s: a straight line tells %d to %d apart, neighbours at least %d', (name, least, most, neighbours) => {
    const [train, test] = [drawn(name, 5, 800), drawn(name, 6, 400)];
    const line = linearAccuracy(train, test, 2);
    expect(line).toBeGreaterThan(least);
    expect(line).toBeLessThan(most);
    expect(neighbourAccuracy(train, test, 9)).toBeGreaterThan(neighbours);
  });

  it('[Z4] glyphs have structure that a mean image shows only in part, and that straight lines do not settle', () => {
    const [train, test] = [drawn('glyphs', 7, 800), drawn('glyphs', 8, 400)];
    const mean = nearestMeanAccuracy(train, test, 10);
    expect(mean).toBeGreaterThan(0.25);
    expect(mean).toBeLessThan(0.6);
    expect(linearAccuracy(train, test, 10)).toBeLessThan(0.6);
    expect(neighbourAccuracy(train, test, 5)).toBeLessThan(0.8);
  });

  it('[Z4] colour shapes look alike to whoever sees mean colours, mean images, single pixels or nearest images', () => {
    const [train, test] = [drawn('colour-shapes', 7, 500), drawn('colour-shapes', 8, 400)];
    // Chance is 0.1, with a standard deviation of 0.015. The ResNets among the built-in networks show what there is to be learned.
    expect(nearestMeanAccuracy(meanColours(train), meanColours(test), 10)).toBeLessThan(0.16);
    expect(nearestMeanAccuracy(train, test, 10)).toBeLessThan(0.16);
    expect(linearAccuracy(train, test, 10)).toBeLessThan(0.22);
    expect(neighbourAccuracy(train, test, 5)).toBeLessThan(0.28);
  });
});

describe('cosine and sine', () => {
  it('[Z3] agree with Math.cos and Math.sin to the last bits, and are exact at quarters', () => {
    const out = new Float64Array(2);
    for (let step = 0; step <= 1000; step++) {
      circlePoint(out, step / 1000);
      expect(Math.abs(out[0]! - Math.cos((2 * Math.PI * step) / 1000))).toBeLessThan(3e-15);
      expect(Math.abs(out[1]! - Math.sin((2 * Math.PI * step) / 1000))).toBeLessThan(3e-15);
    }
    for (const [turn, x, y] of [[0, 1, 0], [0.25, 0, 1], [0.5, -1, 0], [0.75, 0, -1], [1, 1, 0]] as const) {
      circlePoint(out, turn);
      expect([out[0]! + 0, out[1]! + 0]).toEqual([x, y]);
    }
  });
});
