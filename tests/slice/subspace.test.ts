/** What lies inside the space of several directions: oblique planes, layers of volumes, curves, vectors from files, exact orthogonality. */
import { describe, expect, it } from 'vitest';
import { createRandom } from '#lib/random.ts';
import { placeOnCurve } from '#lib/slice/curve.ts';
import { placeOnCut, type Cut, type Triple } from '#lib/slice/cut.ts';
import { axesFrameOf, axisFacts, buffersAt, frameOf, layerFrame, parametersAt } from '#lib/slice/frame.ts';
import { placeOnSlice, pointOnSlice } from '#lib/slice/pointOnSlice.ts';
import { projectorOf } from '#lib/slice/projection.ts';
import { filesOf, pointsIn, problemsOf, rangesOf, readRecipe, sliceIdOf, type DirectionRecipe, type SliceRecipe } from '#lib/slice/recipe.ts';
import { normOf } from '#lib/slice/vectors.ts';
import { layoutOf } from '#lib/network/layout.ts';
import { MODAL_CNN, SEED_CNN } from '#tests/network/networks.ts';
import { subjectOf } from './subjects.ts';

const random = createRandom(77);
const layout = layoutOf(MODAL_CNN);
const drawn = (length: number) => Float32Array.from({ length }, () => random.normal() / 4);
const samples = (count: number) => ({ count, inputs: new Float32Array(count * 32), targets: new Float32Array(count) });
const SUBJECT = subjectOf(MODAL_CNN, [0, 1, 2, 3].map(() => drawn(layout.size)), { buffers: [0, 1, 2, 3].map(() => drawn(layout.bufferSize)), train: samples(9), test: samples(4) });
const DIGEST = 'a'.repeat(64);
const FILE = drawn(layout.size);
const vectors = (digest: string) => (digest === DIGEST ? FILE : undefined);

const noise = (seed: number, more: object = {}): DirectionRecipe => ({ kind: 'random', seed, normalisation: 'filter', vectors: 'ignore', ...more });
const towards = (checkpoint: string): DirectionRecipe => ({ kind: 'towards', checkpoint, length: 'difference', orthogonal: false });
const fromFile = (as?: 'point'): DirectionRecipe => ({ kind: 'vector', digest: DIGEST, title: 'PC1', ...(as && { as }) });

const recipeOf = (directions: readonly DirectionRecipe[], more: Partial<SliceRecipe> = {}): SliceRecipe => ({
  format: 1,
  subject: SUBJECT.id,
  samples: [{ set: 'train', count: 7 }],
  loss: 'crossEntropy',
  mode: { batchNorm: 'frozen', dropout: 'off' },
  centre: 'w0',
  axes: directions.map((direction) => ({ direction, min: -1, max: 1, count: 5 })),
  ...more,
});

const range = { min: -1.5, max: 1.5, count: 9 };
/** A plane turned about two axes, through no special point. */
const s = Math.SQRT1_2;
const CUT: Cut = { at: [0.25, -0.5, 0.75], u: [s, s, 0], v: [-0.5, 0.5, s], ranges: [range, range] };
const volume = [noise(1), towards('w1'), noise(3)];

const close = (one: Float32Array | Float64Array, other: Float32Array | Float64Array) => Math.max(...Array.from(one, (value, index) => Math.abs(value - other[index]!)));

describe('oblique planes and layers', () => {
  it('[S7] a point of an oblique plane is the point of the volume at its coordinates, statistics too', () => {
    const recipe = recipeOf(volume, { cut: CUT, mode: { batchNorm: 'interpolated', dropout: 'off' } });
    const [whole, plane] = [axesFrameOf(recipe, SUBJECT), frameOf(recipe, SUBJECT)];
    expect(plane.directions).toHaveLength(2);
    for (const [x, y] of [[0, 0], [1, 0], [0, 1], [-0.7, 1.3]] as const) {
      const [a, b, c] = placeOnCut(CUT, x, y);
      expect(close(parametersAt(plane, x, y, new Float64Array(layout.size)), parametersAt(whole, a, b, new Float64Array(layout.size), c))).toBeLessThan(1e-6);
      expect(close(buffersAt(plane, x, y), buffersAt(whole, a, b, c))).toBeLessThan(1e-6);
    }
  });

  it('[S8] a layer of a volume is a plane, and the layer at 0 is the plane of its first two axes', () => {
    const whole = frameOf(recipeOf(volume, { mode: { batchNorm: 'interpolated', dropout: 'off' } }), SUBJECT);
    const plane = layerFrame(whole, -0.5);
    expect(plane.directions).toHaveLength(2);
    expect(close(parametersAt(plane, 0.3, 2, new Float64Array(layout.size)), parametersAt(whole, 0.3, 2, new Float64Array(layout.size), -0.5))).toBeLessThan(1e-6);
    expect(close(buffersAt(plane, 0.3, 2), buffersAt(whole, 0.3, 2, -0.5))).toBeLessThan(1e-6);
    expect(layerFrame(whole, 0).origin).toBe(whole.origin);
  });

  it('[S7] a point inside a volume is found again by its three coordinates, at any angle between the axes', () => {
    const whole = frameOf(recipeOf([towards('w1'), towards('w2'), noise(3)]), SUBJECT);
    const { project, condition } = projectorOf(whole);
    const { coordinates, outOfPlane } = project(parametersAt(whole, 0.3, -1.2, new Float64Array(layout.size), 0.8));
    for (const [rank, value] of [0.3, -1.2, 0.8].entries()) expect(coordinates[rank]).toBeCloseTo(value, 5);
    expect(outOfPlane).toBe(0);
    expect(condition).toBeGreaterThan(1);
    const orthonormal = [0, 1, 2].map((axis) => Float32Array.of(...[0, 0, 0].with(axis, 1)));
    expect(projectorOf({ origin: new Float32Array(3), directions: orthonormal }).condition).toBeCloseTo(1, 12);
  });

  it('[S4] three directions in one plane are no volume', () => {
    const flat = subjectOf(MODAL_CNN, [SUBJECT.checkpoints[0]!, SUBJECT.checkpoints[1]!, SUBJECT.checkpoints[2]!, SUBJECT.checkpoints[0]!.map((value, index) => 2 * SUBJECT.checkpoints[1]![index]! - value)], { buffers: SUBJECT.buffers });
    expect(() => frameOf(recipeOf([towards('w1'), towards('w2'), towards('w3')]), flat)).toThrow('same line');
  });
});

describe('exact orthogonality', () => {
  it('[S5] however much two or three axes have in common, nothing of it is left', () => {
    const weights = Float32Array.from({ length: layoutOf(SEED_CNN).size }, () => random.normal() / 10);
    const big = subjectOf(SEED_CNN, [weights, weights.map((value) => value * 1.5)]);
    const orthogonal = { orthogonal: true } as const;
    // `copy` and a step towards scaled weights share the weights themselves.
    const directions = [towards('w1'), noise(1, { vectors: 'copy', ...orthogonal }), noise(2, { vectors: 'copy', normalisation: 'weight', ...orthogonal })];
    const frame = frameOf(recipeOf(directions), big);
    for (const cosine of axisFacts(frame).cosines) expect(Math.abs(cosine)).toBeLessThan(1e-6);
    const before = frameOf(recipeOf([towards('w1'), noise(1, { vectors: 'copy' })]), big);
    expect(Math.abs(axisFacts(before).cosine!)).toBeGreaterThan(1e-4);
    expect(normOf(frame.directions[1]!)).toBeLessThan(normOf(before.directions[1]!));
  });

  it('[S3] a first axis has nothing to be orthogonal to', () => {
    const [problem] = problemsOf(recipeOf([noise(1, { orthogonal: true })]), SUBJECT.manifest);
    expect(problem).toMatchObject({ path: 'axes.0.direction.orthogonal' });
  });
});

describe('vectors from files', () => {
  it('[S6] a direction is the vector, a point is led to, a centre is placed around; statistics stand still', () => {
    expect([...frameOf(recipeOf([fromFile()]), SUBJECT, vectors).directions[0]!]).toEqual([...FILE]);
    const led = frameOf(recipeOf([fromFile('point')]), SUBJECT, vectors);
    expect(close(parametersAt(led, 1, 0, new Float64Array(layout.size)), FILE)).toBeLessThan(1e-6);
    const around = recipeOf([towards('w0')], { origin: { digest: DIGEST, title: 'low point' } });
    expect(problemsOf(around, SUBJECT.manifest)).toEqual([]);
    const moved = frameOf(around, SUBJECT, vectors);
    expect([...moved.origin]).toEqual([...FILE]);
    expect(close(parametersAt(moved, 1, 0, new Float64Array(layout.size)), SUBJECT.checkpoints[0]!)).toBeLessThan(1e-6);
    expect([...moved.buffers]).toEqual([...SUBJECT.buffers[0]!]);
    expect(filesOf(recipeOf([fromFile(), noise(1)], { origin: { digest: 'b'.repeat(64), title: '' } }))).toEqual(['b'.repeat(64), DIGEST]);
  });

  it('[S6] a file that is not there, or of another network, is named in words', () => {
    expect(() => frameOf(recipeOf([fromFile()]), SUBJECT)).toThrow(/“PC1” is not here/);
    expect(() => frameOf(recipeOf([fromFile()]), SUBJECT, () => new Float32Array(3))).toThrow(new RegExp(`3 numbers, Test has ${layout.size} parameters`));
  });
});

describe('curves', () => {
  it('[S9] both kinds begin at the centre, end at the first direction, and the chain bends at the second', () => {
    for (const kind of ['bezier', 'polygon'] as const) {
      expect(placeOnCurve(kind, 0)).toEqual([0, 0]);
      expect(placeOnCurve(kind, 1)).toEqual([1, 0]);
    }
    expect(placeOnCurve('polygon', 0.5)).toEqual([0, 1]);
    expect(placeOnCurve('polygon', 0.75)).toEqual([0.5, 0.5]);
    // (1−t)²w₀ + 2t(1−t)θ + t²w₂ at t = ¼, with weights 9/16, 6/16, 1/16.
    expect(placeOnCurve('bezier', 0.25)).toEqual([1 / 16, 6 / 16]);
  });

  it('[S9] a place on a curve is where the curve is, and only its ends are found again', () => {
    const recipe = recipeOf([towards('w1'), towards('w2')], { curve: { kind: 'polygon', range: { min: 0, max: 1, count: 61 } } });
    const frame = frameOf(recipe, SUBJECT);
    expect(close(pointOnSlice(recipe, frame, 0.5, 0), SUBJECT.checkpoints[2]!)).toBeLessThan(1e-6);
    expect(close(pointOnSlice(recipe, frame, 1, 0), SUBJECT.checkpoints[1]!)).toBeLessThan(1e-6);
    const { project } = projectorOf(frame);
    expect([0, 1, 2].map((row) => placeOnSlice(recipe, project(SUBJECT.checkpoints[row]!).coordinates)?.a ?? null)).toEqual([0, 1, null]);
    expect(placeOnSlice(recipeOf(volume), [0.1, 0.2, 0.3])).toEqual({ a: 0.1, b: 0.2, c: 0.3 });
  });

  it('[S9] a curve is a line of points over t', () => {
    const recipe = recipeOf([towards('w1'), fromFile('point')], { curve: { kind: 'bezier', range: { min: 0, max: 1, count: 61 } } });
    expect(problemsOf(recipe, SUBJECT.manifest)).toEqual([]);
    expect(rangesOf(recipe)).toEqual([{ min: 0, max: 1, count: 61 }]);
    expect(pointsIn(recipe)).toBe(61);
  });
});

describe('what is refused', () => {
  const read = (recipe: unknown) => readRecipe(recipe, () => SUBJECT.manifest);
  const long: Triple = [1, 1, 0];
  it.each([
    [recipeOf([noise(1), noise(2)], { cut: CUT }), 'cut', /three directions, this slice has 2/],
    [recipeOf(volume, { cut: { ...CUT, u: long } }), 'cut.u', /length 1/],
    [recipeOf(volume, { cut: { ...CUT, v: CUT.u } }), 'cut.v', /right angle/],
    [recipeOf(volume, { cut: { ...CUT, ranges: [range, { ...range, count: 4 }] } }), 'cut.ranges.1.count', /odd.*5/],
    [recipeOf([towards('w1'), noise(2)], { curve: { kind: 'bezier', range } }), 'axes.1.direction', /bend/],
    [recipeOf([noise(1), fromFile('point')], { curve: { kind: 'polygon', range } }), 'axes.0.direction', /other end/],
    [recipeOf([noise(1), noise(2), noise(1)]), 'axes.2.direction', /another seed/],
    [{ ...recipeOf(volume), axes: recipeOf(volume).axes.map((axis) => ({ ...axis, count: 67 })) }, 'axes.0.count', /between 3 and 65/],
    [recipeOf([noise(1)], { measure: { kind: 'convexity', parameters: 'all', tolerance: 2, steps: 20 } }), 'measure.tolerance', /0\.5/],
  ])('[S10] a bad value stands beside its field (%#)', (recipe, path, message) => {
    const outcome = read(recipe);
    const problem = outcome.ok ? null : outcome.problems[0];
    expect(problem?.path).toBe(path);
    expect(problem?.message).toMatch(message);
  });

  it('[S10] what is right is read as it is, and every part of it is part of the id', () => {
    const plain = recipeOf(volume);
    const all: readonly SliceRecipe[] = [
      plain,
      { ...plain, cut: CUT },
      { ...plain, cut: { ...CUT, at: [0, 0, 0] } },
      { ...plain, measure: { kind: 'convexity', parameters: 'matrices', tolerance: 0.01, steps: 30 } },
      { ...plain, origin: { digest: DIGEST, title: 'here' } },
      recipeOf([noise(1), noise(2, { orthogonal: true }), noise(3)]),
    ];
    for (const recipe of all) expect(read(recipe)).toEqual({ ok: true, value: recipe });
    expect(new Set(all.map(sliceIdOf)).size).toBe(all.length);
    expect(sliceIdOf({ ...plain, cut: undefined, origin: undefined })).toBe(sliceIdOf(plain));
  });
});
