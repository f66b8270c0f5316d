/** Directions: golden values of every normalisation, independence of axes and tensors, and the plane through three networks. */
import { describe, expect, test } from 'vitest';
import { createRandom } from '#lib/random.ts';
import { layoutOf } from '#lib/network/layout.ts';
import type { Network } from '#lib/network/program.ts';
import { directionOf as make, noiseOf, normalise } from '#lib/slice/direction.ts';
import type { Subject } from '#lib/network/subject.ts';
import { largestDifference, tensorNorms } from '#lib/slice/tensorNorms.ts';
import { problemsOf, type DirectionRecipe, type Normalisation, type SliceRecipe } from '#lib/slice/recipe.ts';
import { STANDARD_MODE } from '#lib/network/mode.ts';
import { dot, normOf } from '#lib/slice/vectors.ts';
import { SEED_CNN } from '#tests/network/networks.ts';
import { subjectOf, vectorNetwork } from './subjects.ts';

const random = createRandom(11);
const WEIGHTS = Float32Array.from({ length: 105_866 }, () => random.normal() / 10);
const CNN = subjectOf(SEED_CNN, [WEIGHTS]);
const LAYOUT = layoutOf(SEED_CNN);

/** Axis `axis` of a slice around the first checkpoint, after `first` or some other earlier one. */
function directionOf(recipe: DirectionRecipe, subject: Subject, name: string, axis: 0 | 1, first: Float32Array = new Float32Array(subject.checkpoints[0]!.length).fill(1)): Float32Array {
  const previous = axis === 0 ? [] : [{ weights: first, statistics: new Float32Array(0) }];
  return make(recipe, { subject, origin: subject.checkpoints[0]!, buffers: subject.buffers[0]!, name, vectors: () => undefined, previous }).weights;
}

const randomRecipe = (change: Partial<Extract<DirectionRecipe, { kind: 'random' }>> = {}): DirectionRecipe => ({
  kind: 'random',
  seed: 1,
  normalisation: 'filter',
  vectors: 'ignore',
  ...change,
});

const towards = (checkpoint: string, change: Partial<Extract<DirectionRecipe, { kind: 'towards' }>> = {}): DirectionRecipe => ({
  kind: 'towards',
  checkpoint,
  length: 'difference',
  orthogonal: false,
  ...change,
});

/** The dense layer [[3, 1], [4, 2]] with rows as inputs; here the first axis counts the outputs. */
const DENSE: Network = { ...vectorNetwork(1), parameter_order: [{ name: 'w', shape: [2, 2] }] };

describe('normalisation', () => {
  test.each<[Normalisation, readonly number[]]>([
    ['none', [1, 0, 0, 2]],
    ['filter', [5, 0, 0, 2.236068]],
    ['layer', [2.44949, 0, 0, 4.898979]],
    ['weight', [3, 0, 0, 4]],
    ['model', [2.44949, 0, 0, 4.898979]],
    ['dfilter', [1, 0, 0, 1]],
    ['dlayer', [0.447214, 0, 0, 0.894427]],
  ])('[slice] %s scales a dense layer along its outputs', (normalisation, expected) => {
    const found = normalise(Float32Array.of(1, 0, 0, 2), Float32Array.of(3, 4, 1, 2), layoutOf(DENSE), normalisation, 'ignore');
    for (const [index, value] of found.entries()) expect(value).toBeCloseTo(expected[index]!, 6);
  });

  test('[slice] filter normalisation gives every filter the norm of its weights, and the whole the norm of all moved weights', () => {
    const direction = directionOf(randomRecipe(), CNN, 'w0', 0);
    let squares = 0;
    for (const { offset, size, filters } of LAYOUT.tensors) {
      const length = filters > 0 ? size / filters : size;
      for (let start = offset; start < offset + size; start += length) {
        const wanted = filters > 0 ? normOf(WEIGHTS, start, start + length) : 0;
        expect(normOf(direction, start, start + length)).toBeCloseTo(wanted, 5);
        squares += wanted ** 2;
      }
    }
    expect(normOf(direction) / Math.sqrt(squares)).toBeCloseTo(1, 6);
  });

  test('[S20] norms are those of each tensor, and what a normalisation promises is measured where it is promised', () => {
    const layout = layoutOf(DENSE);
    const origin = Float32Array.of(3, 4, 1, 2);
    const frame = { origin, directions: [Float32Array.of(5, 0, 0, 1), Float32Array.of(0, 0, 0, 0)], buffers: new Float32Array(0) };
    expect(tensorNorms(frame, layout)).toEqual([{ name: 'w', shape: [2, 2], filters: 2, weights: Math.sqrt(30), directions: [Math.sqrt(26), 0] }]);
    // The first filter keeps its length 5, the second has 1 of √5.
    expect(largestDifference(frame.directions[0]!, origin, layout, 'filter')).toBeCloseTo(1 - 1 / Math.sqrt(5), 12);
    expect(largestDifference(frame.directions[0]!, origin, layout, 'tensor')).toBeCloseTo(1 - Math.sqrt(26 / 30), 12);
    expect(largestDifference(frame.directions[1]!, origin, layout, 'filter')).toBe(0);
    expect(largestDifference(Float32Array.of(1, 1, 1, 1), new Float32Array(4), layout, 'filter')).toBe(Infinity);
    const [filterWise, layerWise] = (['filter', 'layer'] as const).map((normalisation) => directionOf(randomRecipe({ normalisation }), CNN, 'w0', 0));
    expect(largestDifference(filterWise!, WEIGHTS, LAYOUT, 'filter')).toBeLessThan(1e-6);
    expect(largestDifference(layerWise!, WEIGHTS, LAYOUT, 'tensor')).toBeLessThan(1e-6);
    expect(largestDifference(layerWise!, WEIGHTS, LAYOUT, 'filter')).toBeGreaterThan(0.05);
  });

  test('[slice] a filter without weights stands still and is never NaN, and so is one without noise', () => {
    const layout = layoutOf(DENSE);
    for (const normalisation of ['filter', 'layer', 'model', 'weight', 'dfilter', 'dlayer'] as const) {
      const still = normalise(Float32Array.of(1, 2, 3, 4), new Float32Array(4), layout, normalisation, 'layer');
      if (!normalisation.startsWith('d')) expect([...still]).toEqual([0, 0, 0, 0]);
      expect(normalise(new Float32Array(4), Float32Array.of(1, 2, 3, 4), layout, normalisation, 'layer').every((value) => value === 0)).toBe(true);
    }
  });

  test('[slice] biases stand still, or move like a layer without being a multiple of themselves, or copy the weights', () => {
    const bias = LAYOUT.tensors.find(({ name }) => name === 'conv2.bias')!;
    const part = (vectors: 'ignore' | 'layer' | 'copy') =>
      normalise(noiseOf(LAYOUT, 1, 0), WEIGHTS, LAYOUT, 'filter', vectors).slice(bias.offset, bias.offset + bias.size);
    const weights = Float64Array.from(WEIGHTS.subarray(bias.offset, bias.offset + bias.size));
    expect(part('ignore').every((value) => value === 0)).toBe(true);
    expect([...part('copy')]).toEqual([...weights]);
    expect(normOf(part('layer'))).toBeCloseTo(normOf(weights), 8);
    expect(Math.abs(dot(part('layer'), weights)) / dot(weights, weights)).toBeLessThan(0.9);
  });

  test('[slice] scaling one filter up and the next layer down leaves the filter-normalised direction relative to the weights as it was', () => {
    const scaledWeights = WEIGHTS.slice();
    for (let index = 0; index < 9; index++) scaledWeights[index]! *= 8;
    const before = directionOf(randomRecipe(), CNN, 'w0', 0);
    const after = directionOf(randomRecipe(), subjectOf(SEED_CNN, [scaledWeights]), 'w0', 0);
    for (let index = 0; index < 9; index++) expect(after[index]! / before[index]!).toBeCloseTo(8, 5);
    expect(after[9]).toBe(before[9]);
  });
});

describe('vectors from files', () => {
  const subject = subjectOf(DENSE, [[3, 4, 1, 2]]);
  const along = (change: Partial<Extract<DirectionRecipe, { kind: 'vector' }>>): number[] => [
    ...make(
      { kind: 'vector', digest: 'a'.repeat(64), title: 'given', ...change },
      { subject, origin: subject.checkpoints[0]!, buffers: subject.buffers[0]!, name: 'w0', vectors: () => Float32Array.of(1, 0, 0, 2), previous: [] },
    ).weights,
  ];

  test('[S21] one is as it is in its file, or scaled by exactly what scales a random direction', () => {
    expect(along({})).toEqual([1, 0, 0, 2]);
    const goldens = { filter: [5, 0, 0, 2.236068], layer: [2.44949, 0, 0, 4.898979], model: [2.44949, 0, 0, 4.898979] } as const;
    for (const [normalisation, golden] of Object.entries(goldens)) {
      const found = along({ scaled: { normalisation: normalisation as keyof typeof goldens, vectors: 'layer' } });
      for (const [index, value] of found.entries()) expect(value).toBeCloseTo(golden[index]!, 5);
    }
  });

  test('[S21] what leads to a point keeps its length: scaling it is refused beside its field', () => {
    const recipe: SliceRecipe = {
      format: 1,
      subject: subject.id,
      samples: [{ set: 'train', count: 1 }],
      loss: 'crossEntropy',
      mode: STANDARD_MODE,
      centre: 'w0',
      axes: [{ direction: { kind: 'vector', as: 'point', digest: 'a'.repeat(64), title: 'given', scaled: { normalisation: 'filter', vectors: 'layer' } }, min: -1, max: 1, count: 5 }],
    };
    const { manifest } = subject;
    const counted = { ...manifest, dataset: { ...manifest.dataset, samples: { train: 1, test: 0 } } };
    expect(problemsOf(recipe, counted)).toEqual([{ path: 'axes.0.direction.scaled', message: expect.stringContaining('keeps its length') }]);
  });
});

describe('random directions', () => {
  test('[slice] a recipe gives the same bits again', () => {
    expect(directionOf(randomRecipe(), CNN, 'w0', 0)).toEqual(directionOf(randomRecipe(), CNN, 'w0', 0));
  });

  test('[slice] another seed, and the same seed on the other axis, give nearly orthogonal directions', () => {
    const plain = { normalisation: 'none', vectors: 'layer' } as const;
    const one = directionOf(randomRecipe(plain), CNN, 'w0', 0);
    for (const other of [directionOf(randomRecipe({ ...plain, seed: 2 }), CNN, 'w0', 0), directionOf(randomRecipe(plain), CNN, 'w0', 1)]) {
      expect(Math.abs(dot(one, other)) / (normOf(one) * normOf(other))).toBeLessThan(5 / Math.sqrt(one.length));
    }
    expect(normOf(one) / Math.sqrt(one.length)).toBeCloseTo(1, 1);
  });

  test('[slice] two tensors of one shape get different noise', () => {
    const twins: Network = { ...vectorNetwork(1), parameter_order: [{ name: 'a', shape: [5, 5] }, { name: 'b', shape: [5, 5] }] };
    const noise = noiseOf(layoutOf(twins), 1, 0);
    expect([...noise.subarray(0, 25)]).not.toEqual([...noise.subarray(25)]);
  });

  test('[slice] the first elements of a direction are these bits on every machine', () => {
    const direction = directionOf(randomRecipe({ seed: 42, normalisation: 'none' }), CNN, 'w0', 0);
    expect([...new Uint32Array(direction.buffer, 0, 5)]).toMatchInlineSnapshot(`
      [
        3205816050,
        1056172909,
        1071847458,
        1068066548,
        3214407028,
      ]
    `);
  });
});

describe('directions towards checkpoints', () => {
  const three = subjectOf(vectorNetwork(2), [[0, 0], [1, 2], [4, 0]]);

  test('[slice] a difference reaches the checkpoint at 1, rounded to float32', () => {
    const subject = subjectOf(vectorNetwork(1), [[0.1], [0.3]]);
    expect(directionOf(towards('w1'), subject, 'w0', 0)[0]).toBe(Math.fround(Math.fround(0.3) - Math.fround(0.1)));
    expect([...directionOf(towards('w1'), three, 'w0', 0)]).toEqual([1, 2]);
  });

  test('[slice] the plane through three networks has the axes of Garipov et al.', () => {
    const first = directionOf(towards('w2', { length: 'unit' }), three, 'w0', 0);
    const second = directionOf(towards('w1', { length: 'unit', orthogonal: true }), three, 'w0', 1, first);
    expect([...first]).toEqual([1, 0]);
    expect([...second]).toEqual([0, 1]);
    const long = directionOf(towards('w1', { orthogonal: true }), three, 'w0', 1, first);
    expect([...long]).toEqual([0, 2]);
  });

  test('[slice] three networks on one line are refused in words', () => {
    const line = subjectOf(vectorNetwork(3), [[0, 0, 0], [1, 2, 3], [2, 4, 6]]);
    const first = directionOf(towards('w1'), line, 'w0', 0);
    expect(() => directionOf(towards('w2', { orthogonal: true }), line, 'w0', 1, first)).toThrow('span no plane');
  });

  test('[slice] a checkpoint with the same weights gives no direction, and says so', () => {
    const same = subjectOf(vectorNetwork(1), [[2], [2]]);
    expect(() => directionOf(towards('w1'), same, 'w0', 0)).toThrow('the same weights');
  });
});
