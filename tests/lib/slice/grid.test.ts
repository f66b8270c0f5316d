import { describe, expect, it } from 'vitest';
import { coordinateOf, gridOf, indicesAt, nearestIndex, strideOf } from '#lib/slice/grid.ts';
import { planeRecipe } from '#tests/support/subjects.ts';
import type { Axis } from '#lib/slice/recipe.ts';

const direction = planeRecipe().axes[0]!.direction;
const axis = (min: number, max: number, count: number): Axis => ({ direction, min, max, count });

describe('grid', () => {
  it('[G1] samples are evenly spaced and both ends are exact', () => {
    const { axes } = gridOf([axis(-1, 1, 51)]);
    expect(coordinateOf(axes[0]!, 0)).toBe(-1);
    expect(coordinateOf(axes[0]!, 50)).toBe(1);
    expect(coordinateOf(axes[0]!, 26) - coordinateOf(axes[0]!, 25)).toBeCloseTo(0.04, 12);
  });

  it('[G2] the sample at zero is exactly zero, wherever it stands', () => {
    for (const [min, max, count, index] of [[-1, 1, 51, 25], [-0.5, 1.5, 401, 100], [-0.3, 0.3, 31, 15], [0, 1, 5, 0]] as const) {
      const { axes } = gridOf([axis(min, max, count)]);
      expect(axes[0]!.anchor).toBe(index);
      expect(coordinateOf(axes[0]!, index)).toBe(0);
    }
  });

  it('[G2] it is zero too where the ends do not cancel out', () => {
    for (const [min, max] of [[-0.1, 0.2], [-0.7, 1.4], [-0.3, 0.6], [-1.1, 2.2]] as const) {
      const [axis] = gridOf([{ min, max, count: 31 }]).axes;
      expect(axis!.anchor).toBe(10);
      expect(coordinateOf(axis!, 10)).toBe(0);
    }
  });

  it('[G2] a range without a sample at zero is anchored in its middle', () => {
    expect(gridOf([axis(1, 2, 11)]).axes[0]!.anchor).toBe(5);
    expect(gridOf([axis(-1, 1.3, 11)]).axes[0]!.anchor).toBe(5);
  });

  it('[G3] levels are nested and each holds the anchor; the last holds every sample', () => {
    for (const count of [3, 5, 9, 31, 51, 65, 129, 401, 1025]) {
      const grid = gridOf([axis(-1, 1, count)]);
      let coarser: readonly number[] = [];
      for (let level = 0; level < grid.levels; level++) {
        const indices = indicesAt(grid.axes[0]!, strideOf(grid, level));
        expect(indices).toContain(grid.axes[0]!.anchor);
        expect(coarser.every((index) => indices.includes(index))).toBe(true);
        coarser = indices;
      }
      expect(coarser.length).toBe(count);
    }
  });

  it('[G4] the coarsest level is about nine samples across', () => {
    for (const count of [9, 17, 33, 51, 65, 129, 513, 1025]) {
      const grid = gridOf([axis(-1, 1, count), axis(-1, 1, count)]);
      const across = indicesAt(grid.axes[0]!, strideOf(grid, 0)).length;
      expect(across).toBeGreaterThanOrEqual(5);
      expect(across).toBeLessThanOrEqual(10);
    }
  });

  it('[G5] the nearest sample of a coordinate is that sample, and stays inside', () => {
    const [alpha] = gridOf([axis(-1, 1, 51)]).axes;
    for (let index = 0; index < 51; index++) expect(nearestIndex(alpha!, coordinateOf(alpha!, index))).toBe(index);
    expect(nearestIndex(alpha!, 9)).toBe(50);
    expect(nearestIndex(alpha!, -9)).toBe(0);
  });
});
