/** Frames, and where points stand on them: golden values of the projection, and what is refused. */
import { describe, expect, test } from 'vitest';
import { axisFacts, frameOf, parametersAt, type Frame } from '#lib/slice/frame.ts';
import { projectorOf } from '#lib/slice/projection.ts';
import type { DirectionRecipe, SliceRecipe } from '#lib/slice/recipe.ts';
import { SEED_CNN } from '#tests/network/networks.ts';
import { subjectOf, vectorNetwork } from './subjects.ts';

const frame = (origin: readonly number[], ...directions: readonly (readonly number[])[]): Frame => ({
  origin: Float32Array.from(origin),
  directions: directions.map((each) => Float32Array.from(each)),
  buffers: new Float32Array(0),
});

const recipeOf = (...directions: readonly DirectionRecipe[]): SliceRecipe => ({
  format: 1,
  subject: '0'.repeat(64),
  samples: [{ set: 'train', count: 1 }],
  loss: 'crossEntropy',
  mode: { batchNorm: 'frozen', dropout: 'off' },
  centre: 'w0',
  axes: directions.map((direction) => ({ direction, min: -1, max: 1, count: 51 })),
});

const towards = (checkpoint: string, orthogonal = false): DirectionRecipe => ({ kind: 'towards', checkpoint, length: 'difference', orthogonal });
const seeded = (seed: number): DirectionRecipe => ({ kind: 'random', seed, normalisation: 'none', vectors: 'layer' });

describe('frame', () => {
  test('[slice] θ(α, β) is the origin plus both directions, in float64', () => {
    const plane = frame([1, 2], [0.1, 0], [0, 3]);
    expect([...parametersAt(plane, 2, -1, new Float64Array(2))]).toEqual([1 + 2 * Math.fround(0.1), -1]);
    expect([...parametersAt(frame([1], [2]), 0.5, 9, new Float64Array(1))]).toEqual([2]);
  });

  test('[slice] a plane through three checkpoints passes through all three', () => {
    const subject = subjectOf(vectorNetwork(3), [[0, 0, 1], [1, 2, 1], [4, 0, 2]]);
    const made = frameOf(recipeOf(towards('w1'), towards('w2')), subject);
    expect([...parametersAt(made, 1, 0, new Float64Array(3))]).toEqual([1, 2, 1]);
    expect([...parametersAt(made, 0, 1, new Float64Array(3))]).toEqual([4, 0, 2]);
    expect([...parametersAt(made, 0, 0, new Float64Array(3))]).toEqual([0, 0, 1]);
  });

  test('[slice] oblique axes that span no plane are refused as well', () => {
    const subject = subjectOf(vectorNetwork(2), [[0, 0], [1, 2], [2, 4]]);
    expect(() => frameOf(recipeOf(towards('w1'), towards('w2')), subject)).toThrow('span no plane');
  });

  test('[slice] the facts of two random axes: norms, a cosine of the expected size, moved elements', () => {
    const made = frameOf(recipeOf(seeded(1), seeded(2)), subjectOf(SEED_CNN, [new Float32Array(105_866)]));
    const facts = axisFacts(made);
    expect(facts.moved).toBe(105_866);
    expect(facts.expectedCosine).toBeCloseTo(0.002452, 6);
    expect(Math.abs(facts.cosine!)).toBeLessThan(5 / Math.sqrt(105_866));
    expect(facts.norms).toHaveLength(2);
  });

  test('[slice] a line has no cosine, and elements that stand still are not counted', () => {
    const facts = axisFacts(frame([0, 0, 0], [3, 0, 4]));
    expect(facts).toMatchObject({ norms: [5], cosine: null, moved: 2 });
  });
});

describe('projection', () => {
  test('[slice] least squares on oblique axes, with what the plane misses', () => {
    const { coordinates, outOfPlane, captured } = projectorOf(frame([0, 0, 0], [2, 0, 0], [1, 1, 0])).project(Float64Array.of(3, 2, 7));
    expect(coordinates[0]).toBeCloseTo(0.5, 12);
    expect(coordinates[1]).toBeCloseTo(2, 12);
    expect(outOfPlane).toBeCloseTo(7, 12);
    expect(captured).toBeCloseTo(13 / 62, 12);
  });

  test('[slice] the three networks of a plane stand where Garipov et al. put them', () => {
    const { project, condition } = projectorOf(frame([0, 0], [1, 0], [0, 1]));
    expect(condition).toBe(1);
    expect([[0, 0], [1, 2], [4, 0]].map((point) => project(Float64Array.from(point)).coordinates)).toEqual([[0, 0], [1, 2], [4, 0]]);
  });

  test('[slice] on a line the coordinate is a multiple of the direction, not a length; the origin is captured whole', () => {
    const line = projectorOf(frame([1, 1], [0, 2]));
    expect(line.project(Float64Array.of(4, 4))).toMatchObject({ coordinates: [1.5], outOfPlane: 3, captured: 0.5 });
    expect(line.project(Float64Array.of(1, 1))).toMatchObject({ coordinates: [0], outOfPlane: 0, captured: 1 });
  });

  test('[slice] what float32 rounds off a point of the slice is no distance from it', () => {
    const plane = projectorOf(frame([0, 0, 0], [1, 0, 0], [0, 1, 0]));
    expect(plane.project(Float64Array.of(8, 3, 8e-7)).outOfPlane).toBe(0);
    expect(plane.project(Float64Array.of(8, 3, 8e-4)).outOfPlane).toBeCloseTo(8e-4, 12);
  });

  test('[slice] axes of very different length are fine; axes nearly on one line, or zero, are refused', () => {
    expect(projectorOf(frame([0, 0], [1e5, 0], [0, 1e-3])).project(Float64Array.of(2e5, 3e-3)).coordinates[1]).toBeCloseTo(3, 5);
    expect(() => projectorOf(frame([0, 0], [1, 0], [1, 1e-4]))).toThrow('nearly the same line');
    expect(() => projectorOf(frame([0, 0], [1, 0], [0, 0]))).toThrow('zero');
  });
});
