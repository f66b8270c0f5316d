/** Eigenvalues, trace and density of matrices that are known beforehand, and methods that are stopped half way. */
import { describe, expect, test } from 'vitest';
import { convexity, convexityOf } from '#lib/analysis/convexity.ts';
import { denseMatrix, eigenvaluesOf } from '#lib/analysis/denseMatrix.ts';
import { lanczos } from '#lib/analysis/lanczos.ts';
import { groupOf, restricted, restrictedLater } from '#lib/analysis/parameterGroup.ts';
import { powerIteration } from '#lib/analysis/powerIteration.ts';
import { solve, solveStepwise } from '#lib/analysis/productMethod.ts';
import { momentOf, smoothedDensity, spectralMeasures } from '#lib/analysis/spectralDensity.ts';
import { hutchinson } from '#lib/analysis/trace.ts';
import { layoutOf } from '#lib/network/layout.ts';
import { dot, normOf } from '#lib/slice/vectors.ts';
import { SEED_CNN } from '#tests/network/networks.ts';
import { diagonalOf, HUNDRED, turnedDiagonal } from './matrices.ts';

const ONES = new Float64Array(100).fill(1);

describe('Lanczos', () => {
  test.each([
    [20, 1.0504, 99.9496, 4],
    [40, 1.0000007, 99.9999993, 7],
  ])('[E1] of diag(1 … 100), %i steps find %f and %f', (steps, min, max, digits) => {
    const ritz = solve(lanczos({ size: 100, steps, start: ONES }), diagonalOf(HUNDRED));
    expect(ritz.values).toHaveLength(steps);
    expect(ritz.min).toBeCloseTo(min, digits);
    expect(ritz.max).toBeCloseTo(max, digits);
  });

  test('[E1] all steps give every eigenvalue once, without ghosts, also where it lies askew', () => {
    const values = [-7, -1e-3, ...HUNDRED.slice(0, 48)];
    const ritz = solve(lanczos({ size: 50, steps: 500, start: { seed: 3 } }), turnedDiagonal(values));
    expect(ritz.values).toHaveLength(50);
    for (const [index, value] of values.entries()) expect(ritz.values[index]).toBeCloseTo(value, 10);
    expect(ritz.isExhausted).toBe(true);
  });

  test('[E2] Ritz vectors are unit eigenvectors, and the stated error is the distance that is left', () => {
    const multiply = turnedDiagonal(HUNDRED);
    const ritz = solve(lanczos({ size: 100, steps: 30, start: { seed: 5 } }), multiply);
    for (const index of [0, 14, 29]) {
      const vector = ritz.vector(index);
      expect(normOf(vector)).toBeCloseTo(1, 12);
      expect(Math.max(...vector)).toBeGreaterThanOrEqual(-Math.min(...vector));
      const left = normOf(multiply(vector).map((entry, at) => entry - ritz.values[index]! * vector[at]!));
      expect(left).toBeCloseTo(ritz.errors[index]!, 9);
      expect(Math.min(...HUNDRED.map((value) => Math.abs(value - ritz.values[index]!)))).toBeLessThanOrEqual(ritz.errors[index]! + 1e-9);
    }
  });

  test('[E2] with a tolerance it stops once both ends are that sure, and not before', () => {
    const found = (tolerance: number) => solve(lanczos({ size: 100, steps: 100, start: { seed: 2 }, tolerance }), diagonalOf(HUNDRED));
    const [rough, fine] = [found(1e-3), found(1e-9)];
    expect(rough.values.length).toBeLessThan(fine.values.length);
    expect(fine.values.length).toBeLessThan(90);
    expect(Math.max(rough.minError, rough.maxError)).toBeLessThanOrEqual(0.1);
    expect(Math.abs(fine.min - 1)).toBeLessThan(1e-7);
    expect(Math.abs(fine.max - 100)).toBeLessThan(1e-7);
    expect(solve(lanczos({ size: 100, steps: 100, start: { seed: 2 }, tolerance: 1e-9, ends: 4 }), diagonalOf(HUNDRED)).errors[3]).toBeLessThan(1e-7);
  });

  test('[E1] a start that spans little ends early and says so, and a zero one is refused', () => {
    const ritz = solve(lanczos({ size: 100, steps: 50, start: Float64Array.from({ length: 100 }, (_, index) => (index < 3 ? 1 : 0)) }), diagonalOf(HUNDRED));
    expect(ritz.isExhausted).toBe(true);
    expect(ritz.values).toHaveLength(3);
    for (const [index, value] of [1, 2, 3].entries()) expect(ritz.values[index]).toBeCloseTo(value, 12);
    expect(() => lanczos({ size: 3, steps: 2, start: new Float64Array(3) }).next()).toThrow('length 0');
    expect(() => lanczos({ size: 3, steps: 2, start: new Float64Array(4) }).next()).toThrow('4 numbers');
    expect(solve(lanczos({ size: 3, steps: 3, start: { seed: 1 } }), () => new Float64Array(3)).max).toBe(0);
  });

  test('[E3] the same seed gives the same numbers, another seed others', () => {
    const run = (seed: number) => solve(lanczos({ size: 100, steps: 9, start: { seed } }), diagonalOf(HUNDRED)).values;
    expect(run(4)).toEqual(run(4));
    expect(run(4)).not.toEqual(run(5));
  });
});

describe('methods that take their time', () => {
  test('[E3] products may come later; each step says how far it is and what is known', async () => {
    const seen: { done: number; of: number; max: number | undefined }[] = [];
    const ritz = await solveStepwise(
      lanczos({ size: 100, steps: 12, start: ONES }),
      async (vector) => Promise.resolve(diagonalOf(HUNDRED)(vector)),
      ({ done, of, estimate }) => {
        seen.push({ done, of, max: estimate()?.max });
        return true;
      },
    );
    expect(ritz.values).toEqual(solve(lanczos({ size: 100, steps: 12, start: ONES }), diagonalOf(HUNDRED)).values);
    expect(seen.map(({ done }) => done)).toEqual(Array.from({ length: 12 }, (_, index) => index));
    expect(new Set(seen.map(({ of }) => of))).toEqual(new Set([12]));
    expect(seen[0]!.max).toBeUndefined();
    expect(seen[11]!.max).toBeGreaterThan(seen[2]!.max!);
  });

  test('[E3] stopped, a method answers with what it has; stopped at once, it says that it has nothing', async () => {
    const stopAfter = (steps: number) => ({ done }: { done: number }) => done < steps;
    const multiply = diagonalOf(HUNDRED);
    const ritz = await solveStepwise(lanczos({ size: 100, steps: 50, start: ONES }), multiply, stopAfter(7));
    expect(ritz.values).toEqual(solve(lanczos({ size: 100, steps: 7, start: ONES }), multiply).values);
    expect((await solveStepwise(hutchinson({ size: 100, seed: 1, probes: 30 }), multiply, stopAfter(4))).samples).toHaveLength(4);
    expect(await solveStepwise(spectralMeasures({ size: 100, steps: 10, starts: { count: 3, seed: 1 } }), multiply, stopAfter(25))).toHaveLength(2);
    expect((await solveStepwise(powerIteration({ size: 100, count: 2, seed: 1, iterations: 40 }), multiply, stopAfter(45))).map(({ isConverged }) => isConverged).at(-1)).toBe(false);
    await expect(solveStepwise(lanczos({ size: 9, steps: 5, start: { seed: 1 } }), multiply, () => false)).rejects.toThrow('before its first product');
    await expect(solveStepwise(hutchinson({ size: 9, seed: 1 }), multiply, () => false)).rejects.toThrow('before its first product');
    await expect(solveStepwise(lanczos({ size: 9, steps: 5, start: { seed: 1 } }), () => Promise.reject(new Error('the worker is gone')))).rejects.toThrow('the worker is gone');
  });
});

describe('spectral density', () => {
  test('[E4] weights sum to 1, and moments are those of the start: 50.5 and 3383.5 for equal parts of diag(1 … 100)', () => {
    for (const steps of [2, 10, 60]) {
      const [measure] = solve(spectralMeasures({ size: 100, steps, starts: [ONES] }), diagonalOf(HUNDRED));
      expect(momentOf(measure!, 0)).toBeCloseTo(1, 12);
      expect(momentOf(measure!, 1)).toBeCloseTo(50.5, 10);
      expect(momentOf(measure!, 2)).toBeCloseTo(3383.5, 8);
    }
  });

  test('[E4] equal weights would not have those moments', () => {
    const multiply = diagonalOf([...HUNDRED.slice(0, 90).map(() => 1e-3), ...HUNDRED.slice(90)]);
    const [measure] = solve(spectralMeasures({ size: 100, steps: 11, starts: [ONES] }), multiply);
    const mean = measure!.nodes.reduce((sum, node) => sum + node, 0) / measure!.nodes.length;
    expect(momentOf(measure!, 1)).toBeCloseTo((90 * 1e-3 + 955) / 100, 9);
    expect(mean).toBeGreaterThan(5 * momentOf(measure!, 1));
  });

  test('[E5] the curve has area 1, stands where the eigenvalues are, and its mean is the trace over the size', () => {
    const values = [...Array.from({ length: 95 }, () => 0), 10, 10, 10, 10, 10];
    const measures = solve(spectralMeasures({ size: 100, steps: 100, starts: { count: 6, seed: 8 } }), turnedDiagonal(values));
    const { at, density, variance } = smoothedDensity(measures, { bins: 4001, sigmaSquared: 1e-3 });
    const spacing = at[1]! - at[0]!;
    expect(variance).toBeCloseTo(1e-3 * (at.at(-1)! - at[0]!), 12);
    expect(density.reduce((sum, value) => sum + value * spacing, 0)).toBeCloseTo(1, 10);
    const beyond = (low: number, high: number): number => density.reduce((sum, value, bin) => (at[bin]! >= low && at[bin]! <= high ? sum + value * spacing : sum), 0);
    // At the ends half of a Gaussian lies outside the range; in the middle there is nothing at all.
    expect(beyond(2, 8)).toBeLessThan(1e-12);
    expect(beyond(8, 12)).toBeGreaterThan(0.01);
    expect(beyond(8, 12)).toBeLessThan(0.12);
    const estimate = measures.reduce((sum, measure) => sum + momentOf(measure, 1), 0) / measures.length;
    expect(estimate).toBeGreaterThan(0.2);
    expect(estimate).toBeLessThan(1);
    expect(() => smoothedDensity([])).toThrow('no measures');
    expect(smoothedDensity([{ nodes: [3], weights: [1] }]).density.every(Number.isFinite)).toBe(true);
  });
});

describe('power iteration', () => {
  test('[E6] finds the largest magnitudes in order, with their signs and vectors', () => {
    const multiply = turnedDiagonal([-50, 30, -12, 5, 1, 0.1, 0, 2]);
    const pairs = solve(powerIteration({ size: 8, count: 3, seed: 6, iterations: 300, tolerance: 1e-14 }), multiply);
    for (const [rank, value] of [-50, 30, -12].entries()) {
      expect(pairs[rank]!.value).toBeCloseTo(value, 8);
      expect(pairs[rank]!.isConverged).toBe(true);
      expect(Math.abs(dot(pairs[rank]!.vector, multiply(pairs[rank]!.vector)) - value)).toBeLessThan(1e-8);
    }
    expect(Math.abs(dot(pairs[0]!.vector, pairs[1]!.vector))).toBeLessThan(1e-10);
  });

  test('[E6] eigenvalues +λ and −λ never converge, and that is said', () => {
    const [pair] = solve(powerIteration({ size: 3, count: 1, seed: 6, iterations: 60, tolerance: 1e-12 }), diagonalOf([4, -4, 1]));
    expect(Math.abs(pair!.value)).toBeLessThan(4);
    const { min, max } = solve(lanczos({ size: 3, steps: 3, start: { seed: 1 } }), diagonalOf([4, -4, 1]));
    expect([min, max].map((value) => Number(value.toFixed(10)))).toEqual([-4, 4]);
  });
});

describe('trace', () => {
  test('[E7] of a diagonal matrix is exact with one probe', () => {
    const { mean, samples, standardError } = solve(hutchinson({ size: 100, seed: 2, probes: 1 }), diagonalOf(HUNDRED));
    expect(mean).toBe(5050);
    expect(samples).toEqual([5050]);
    expect(standardError).toBeNaN();
  });

  test('[E7] of another one lies within a few standard errors, which shrink with √probes and have the size that theory gives', () => {
    const multiply = turnedDiagonal(HUNDRED);
    const dense = solve(denseMatrix(100), multiply);
    const [few, many] = [25, 2500].map((probes) => solve(hutchinson({ size: 100, seed: 7, probes }), multiply));
    expect(Math.abs(many!.mean - 5050)).toBeLessThan(4 * many!.standardError);
    expect(many!.standardError).toBeLessThan(few!.standardError / 5);
    const squares = dense.reduce((sum, value) => sum + value ** 2, 0);
    const onDiagonal = HUNDRED.reduce((sum, _, index) => sum + dense[101 * index]! ** 2, 0);
    const theory = Math.sqrt((2 * (squares - onDiagonal)) / 2500);
    expect(many!.standardError / theory).toBeGreaterThan(0.9);
    expect(many!.standardError / theory).toBeLessThan(1.1);
    expect(solve(hutchinson({ size: 100, seed: 7, probes: 2500, tolerance: 0.01 }), multiply).samples.length).toBeLessThan(2500);
  });
});

describe('groups of parameters', () => {
  const layout = layoutOf(SEED_CNN);

  test('[E8] all, the tensors with two axes or more, and named ones', () => {
    expect(groupOf(layout, 'all').size).toBe(105_866);
    expect(groupOf(layout, 'matrices').size).toBe(105_866 - 16 - 32 - 64 - 10);
    expect(groupOf(layout, { tensors: ['fc2.bias', 'conv1.weight'] }).size).toBe(10 + 144);
    expect(() => groupOf(layout, { tensors: ['nowhere'] })).toThrow('no tensor nowhere');
    expect(() => groupOf(layout, { tensors: [] })).toThrow('no parameters');
  });

  test('[E8] a product with the group is the block of the whole product', async () => {
    const group = groupOf(layout, { tensors: ['fc2.weight', 'fc2.bias'] });
    const part = Float64Array.from({ length: group.size }, (_, index) => Math.sin(index));
    expect(group.pick(group.spread(part))).toEqual(part);
    expect(normOf(group.spread(part))).toBeCloseTo(normOf(part), 12);
    // Index + 1 on the diagonal, and everything coupled to everything.
    const multiply = (vector: Float64Array): Float64Array => {
      const sum = vector.reduce((total, value) => total + value, 0);
      return vector.map((value, index) => (index + 1) * value + sum);
    };
    const first = layout.tensors.find(({ name }) => name === 'fc2.weight')!.offset;
    const sum = part.reduce((total, value) => total + value, 0);
    const expected = part.map((value, index) => (first + index + 1) * value + sum);
    expect(restricted(group, multiply)(part)).toEqual(expected);
    expect(await restrictedLater(group, async (vector) => multiply(vector))(part)).toEqual(expected);
  });
});

describe('convexity', () => {
  test.each([
    ['a saddle', [4, -1], 0.25, 0.25, true],
    ['a bowl', [4, 1], 0.25, 0, false],
    ['a trough', [4, 0], 0, 0, false],
    ['a hill', [-1, -4], 4, Infinity, true],
  ])('[E9] of %s', (_title, values, ratio, nonConvexity, hasNegative) => {
    const found = solve(convexity({ size: 2, steps: 9, start: { seed: 1 } }), turnedDiagonal(values));
    expect(found.ratio).toBeCloseTo(ratio, 12);
    expect(found.nonConvexity).toBeCloseTo(nonConvexity, 12);
    expect(found.hasNegative).toBe(hasNegative);
    expect(found.products).toBe(2);
  });

  test('[E9] it does not change when the loss is multiplied, and a doubtful sign is not claimed', () => {
    const of = (factor: number) => solve(convexity({ size: 60, steps: 60, start: { seed: 1 } }), turnedDiagonal([-3, ...HUNDRED.slice(0, 59)].map((value) => factor * value))).ratio;
    expect(of(391)).toBeCloseTo(of(1), 10);
    expect(of(1)).toBeCloseTo(3 / 59, 6);
    expect(convexityOf({ min: -1e-6, max: 1, minError: 1e-3, maxError: 0 }, 9)).toMatchObject({ hasNegative: false, nonConvexity: 0 });
  });
});

describe('a matrix written out', () => {
  test('[E1] has exactly the eigenvalues it was made of', () => {
    const values = eigenvaluesOf(solve(denseMatrix(100), turnedDiagonal(HUNDRED)), 100);
    for (const [index, value] of HUNDRED.entries()) expect(values[index]).toBeCloseTo(value, 10);
    expect(() => denseMatrix(5000).next()).toThrow('5000 × 5000');
  });
});
