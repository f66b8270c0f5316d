import { describe, expect, it } from 'vitest';
import { tileKey, tileOfKey, tilesOf, tilingOf, pointsOf, isTileOf } from '#lib/work/tile.ts';
import { tileAt } from '#lib/work/tileAt.ts';
import { inWantedOrder } from '#lib/work/wanted.ts';
import { addResults } from '#lib/work/tileResult.ts';
import { lineSubject, planeRecipe } from '#tests/support/subjects.ts';

const { manifest } = lineSubject();

describe('tiles', () => {
  it('[T1] the tiles of a slice hold every sample of its grid exactly once', () => {
    for (const counts of [[9, 9], [33, 33], [51, 51], [5, 9], [129, 33], [3, 1025]] as const) {
      const tiling = tilingOf(planeRecipe({}, counts), manifest);
      const seen = tilesOf(tiling).flatMap((tile) => pointsOf(tiling, tile).map(({ column, row }) => row * counts[0] + column));
      expect(seen.length).toBe(counts[0] * counts[1]);
      expect(new Set(seen).size).toBe(seen.length);
    }
  });

  it('[T1] so do the tiles of a line', () => {
    const recipe = planeRecipe();
    const tiling = tilingOf({ ...recipe, axes: [{ ...recipe.axes[0]!, min: -0.5, max: 1.5, count: 401 }] }, manifest);
    const seen = tilesOf(tiling).flatMap((tile) => pointsOf(tiling, tile).map(({ column }) => column));
    expect(seen.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 401 }, (_, index) => index));
  });

  it('[T1] the tile of a sample is the one whose points hold it', () => {
    for (const axes of [planeRecipe({}, [33, 17]).axes, planeRecipe({}, [5, 9]).axes, planeRecipe({}, [65, 3]).axes.slice(0, 1), planeRecipe({}, [51, 51]).axes.map((axis) => ({ ...axis, min: 0 }))]) {
      const tiling = tilingOf(planeRecipe({ axes }), manifest);
      for (const tile of tilesOf(tiling)) {
        for (const { column, row } of pointsOf(tiling, tile)) expect(tileAt(tiling, column, row)).toEqual(tile);
      }
      expect(() => tileAt(tiling, 65, 0)).toThrow(/no sample/);
    }
  });

  it('[T2] a point that costs more comes in smaller tiles', () => {
    const cheap = tilingOf(planeRecipe(), manifest);
    const costly = tilingOf(planeRecipe(), { ...manifest, network: { ...manifest.network, parameter_order: [{ name: 'fc.weight', shape: [1, 10_000_000] }, { name: 'fc.bias', shape: [1] }], input_shape_chw: [10_000_000] } });
    expect(costly.side).toBeLessThan(cheap.side);
  });

  it('[T3] a key names one tile and reads back; anything else is not a key', () => {
    const tiling = tilingOf(planeRecipe(), manifest);
    for (const tile of tilesOf(tiling)) {
      expect(tileOfKey(tileKey(tile))).toEqual(tile);
      expect(isTileOf(tiling, tile)).toBe(true);
    }
    for (const wrong of ['', 'x/0/0/0', `${tiling.sliceId}/0/0`, `${tiling.sliceId}/0/0/-1`, `${tiling.sliceId}/0/0/0/0/0`]) expect(tileOfKey(wrong)).toBeNull();
    expect(isTileOf(tiling, { sliceId: tiling.sliceId, level: 99, row: 0, column: 0 })).toBe(false);
    expect(isTileOf(tiling, { sliceId: tiling.sliceId, level: 0, row: 7, column: 0 })).toBe(false);
  });

  it('[T4] results over different samples add up', () => {
    const sums = (samples: number, loss: number, correct: number) => ({ set: 'train' as const, samples, lossSum: Float64Array.of(loss, NaN), correct: Uint32Array.of(correct, 0) });
    const { sets } = addResults({ points: 2, sets: [sums(10, 2.5, 7)] }, { points: 2, sets: [sums(6, 1.5, 5)] });
    expect(sets[0]).toEqual({ set: 'train', samples: 16, lossSum: Float64Array.of(4, NaN), correct: Uint32Array.of(12, 0) });
  });

  it('[T5] coarse levels come first, and within a level the tiles nearest to where people look', () => {
    const tiling = tilingOf(planeRecipe({}, [129, 129]), manifest);
    const order = inWantedOrder(tiling, tilesOf(tiling), [{ column: 0, row: 100 }]);
    expect(order.map(({ level }) => level)).toEqual(order.map(({ level }) => level).toSorted((a, b) => a - b));
    const last = order.filter(({ level }) => level === tiling.grid.levels - 1);
    expect(last[0]).toMatchObject({ column: 0, row: 6 });
    expect(last.at(-1)).toMatchObject({ column: 8, row: 0 });
  });
});
