/** Panes beside each other: what must be said of them, and what may be subtracted. */
import { describe, expect, it } from 'vitest';
import { captionOf, sharesCoordinates, warningsOf } from '#components/compare/comparison.ts';
import { differenceOf } from '#components/compare/differenceSource.ts';
import { colourAt } from '#components/landscape/colourMaps.ts';
import type { SliceRecipe } from '#lib/slice/recipe.ts';
import { coordinateOf, gridOf } from '#lib/slice/grid.ts';
import { createSurface } from '#lib/work/surface.ts';
import { pointsOf, tilesOf, tilingOf } from '#lib/work/tile.ts';
import { say } from '#components/words.ts';
import { lineSubject, planeRecipe } from '#tests/support/subjects.ts';

const subject = lineSubject();
const plane = planeRecipe();
const normalised = (normalisation: 'filter' | 'none'): SliceRecipe =>
  planeRecipe({ axes: plane.axes.map((axis, index) => ({ ...axis, direction: { kind: 'random', seed: index + 1, normalisation, vectors: 'layer' } })) });

function surfaceOf(loss: (a: number, b: number) => number, isLeftOut: (level: number) => boolean = () => false) {
  const tiling = tilingOf(plane, subject.manifest);
  const surface = createSurface(tiling, ['train']);
  const [alpha, beta] = gridOf(plane.axes).axes;
  for (const tile of tilesOf(tiling).filter(({ level }) => !isLeftOut(level))) {
    const points = pointsOf(tiling, tile);
    const lossSum = Float64Array.from(points, ({ column, row }) => 8 * loss(coordinateOf(alpha!, column), coordinateOf(beta!, row)));
    surface.insert(tile, { points: points.length, sets: [{ set: 'train', samples: 8, lossSum, correct: new Uint32Array(points.length) }] }, true);
  }
  return surface;
}

describe('a comparison', () => {
  it('[J11] warns of mixed normalisation in the known words, and of samples, losses and ranges that differ', () => {
    const warnings = (...recipes: readonly SliceRecipe[]) => warningsOf(recipes.map((recipe) => ({ recipe, set: 'train' })));
    expect(warnings(plane, plane)).toEqual([]);
    expect(warnings(normalised('filter'), normalised('none'))).toEqual(['These panes use different normalisation. Their sharpness cannot be compared.']);
    const few = planeRecipe({ samples: [{ set: 'train', count: 4 }] });
    const far = planeRecipe({ axes: plane.axes.map((axis) => ({ ...axis, max: 2 })) });
    const other = planeRecipe({ loss: 'huber' });
    expect(warnings(plane, few, far, other)).toEqual([say('compare.samples'), say('compare.losses'), say('compare.ranges')]);
    expect(captionOf(normalised('filter'), 'train', subject.manifest)).toMatch(/filter-wise · seeds \d+, \d+ ·/);
  });

  it('[J12] subtracts only what was sampled at the same points, and centres the colours at zero', () => {
    expect(sharesCoordinates(plane, planeRecipe({ loss: 'huber', samples: [{ set: 'test', count: 4 }] }))).toBe(true);
    expect(sharesCoordinates(plane, planeRecipe({ centre: 'initial' }))).toBe(false);
    expect(sharesCoordinates(plane, planeRecipe({}, [9, 5]))).toBe(false);
    const { source, range, mean, largest } = differenceOf(surfaceOf((a, b) => 5 + a + 2 * b), 'train', surfaceOf((a) => 5 + a), 'train');
    expect(source.surface.valueAt('train', 8, 8)?.loss).toBeCloseTo(2, 12);
    expect(source.surface.valueAt('train', 8, 0)?.loss).toBeCloseTo(-2, 12);
    expect(range).toEqual({ min: -largest, max: largest });
    expect([mean, largest]).toEqual([expect.closeTo(0, 12), expect.closeTo(2, 12)]);
    const channels = (share: number) => colourAt('balance', share).match(/\d+/g)!.map(Number) as [number, number, number];
    expect(channels(0)[2]).toBeGreaterThan(channels(0)[0]);
    expect(channels(1)[0]).toBeGreaterThan(channels(1)[2]);
  });

  it('[J12] leaves unknown what is unknown in either', () => {
    const whole = surfaceOf(() => 1);
    const none = createSurface(tilingOf(plane, subject.manifest), ['train']);
    expect(differenceOf(whole, 'train', none, 'train')).toMatchObject({ range: null, largest: 0 });
  });
});
