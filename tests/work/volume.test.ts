/** Volumes: their tiles name a layer, their levels are nested in three dimensions, their surface is a stack of fields. */
import { describe, expect, it } from 'vitest';
import { createRandom } from '#lib/random.ts';
import { gridOf } from '#lib/slice/grid.ts';
import { FIELD } from '#lib/work/estimate.ts';
import { createSurface, type Surface } from '#lib/work/surface.ts';
import { isTileOf, pointsOf, tileKey, tileOfKey, tilesOf, tilingOf, type Point, type Tile, type Tiling } from '#lib/work/tile.ts';
import { tileAt } from '#lib/work/tileAt.ts';
import { inWantedOrder } from '#lib/work/wanted.ts';
import { lineSubject, planeRecipe } from '#tests/support/subjects.ts';

const tilingFor = (counts: readonly [number, number, number], side = 3, mins: readonly [number, number, number] = [-1, -1, -1]): Tiling => ({
  sliceId: 'a'.repeat(32),
  grid: gridOf(counts.map((count, axis) => ({ min: mins[axis]!, max: 1, count }))),
  side,
  pointCost: 1,
});
const SHAPES = [tilingFor([9, 9, 9]), tilingFor([5, 9, 17]), tilingFor([33, 17, 9], 8), tilingFor([21, 21, 21], 16, [0, -0.5, -2])] as const;
const affine = ({ a, b, c }: Pick<Point, 'a' | 'b' | 'c'>) => a + 10 * b - 3 * c + 0.5;

function filled(tiling: Tiling, tiles: readonly Tile[], lossAt: (point: Point) => number = affine): Surface {
  const surface = createSurface(tiling, ['train']);
  for (const tile of tiles) {
    const points = pointsOf(tiling, tile);
    surface.insert(tile, { points: points.length, sets: [{ set: 'train', samples: 2, lossSum: Float64Array.from(points, (point) => 2 * lossAt(point)), correct: new Uint32Array(points.length) }] }, false);
  }
  return surface;
}

const pictureOf = (surface: Surface) =>
  Array.from({ length: surface.tiling.grid.layers }, (_, layer) => {
    const { values, states } = surface.field('train', layer);
    return { values: [...values], states: [...states] };
  });

describe('a volume', () => {
  it('[T1] its tiles hold every sample exactly once, each in one layer, and a sample names its tile', () => {
    for (const tiling of SHAPES) {
      const { columns, rows, layers } = tiling.grid;
      const seen = new Set<number>();
      let count = 0;
      for (const tile of tilesOf(tiling)) {
        expect(isTileOf(tiling, tile)).toBe(true);
        expect(tileOfKey(tileKey(tile))).toEqual(tile);
        for (const { column, row, layer } of pointsOf(tiling, tile)) {
          if (layer !== tile.layer) throw new Error(`layer ${layer} in ${tileKey(tile)}`);
          seen.add((layer * rows + row) * columns + column);
          count++;
          if (count % 97 === 0) expect(tileAt(tiling, column, row, layer)).toEqual(tile);
        }
      }
      expect([count, seen.size]).toEqual([columns * rows * layers, columns * rows * layers]);
    }
  });

  it('[T3] a key without a layer is no tile of a volume, nor one with a layer a tile of a plane', () => {
    const [volume] = SHAPES;
    const [tile] = tilesOf(volume);
    expect(isTileOf(volume, { ...tile!, layer: undefined })).toBe(false);
    expect(isTileOf(volume, { ...tile!, layer: 99 })).toBe(false);
    const plane = tilingOf(planeRecipe(), lineSubject().manifest);
    expect(isTileOf(plane, { ...tilesOf(plane)[0]!, layer: 0 })).toBe(false);
  });

  it('[G3] its first level is a whole coarse picture of at most about five samples to a side, around the centre', () => {
    const tiling = tilingFor([33, 33, 33], 16);
    const first = tilesOf(tiling).filter(({ level }) => level === 0).flatMap((tile) => pointsOf(tiling, tile));
    expect(first).toHaveLength(125);
    expect(first.some(({ a, b, c }) => a === 0 && b === 0 && c === 0)).toBe(true);
    const surface = filled(tiling, tilesOf(tiling).filter(({ level }) => level === 0));
    expect(pictureOf(surface).flatMap(({ states }) => states).every((state) => state !== FIELD.unknown)).toBe(true);
  });

  it('[F5] what lies between measured samples is estimated in all three directions, exactly for what is affine', () => {
    for (const tiling of SHAPES) {
      const surface = filled(tiling, tilesOf(tiling).filter(({ level }) => level === 0));
      const last = tiling.grid.levels - 1;
      let worst = 0;
      for (const point of tilesOf(tiling).filter(({ level }) => level === last).flatMap((tile) => pointsOf(tiling, tile))) {
        const at = point.row * tiling.grid.columns + point.column;
        const { values, states } = surface.field('train', point.layer);
        if (states[at] === FIELD.estimated) worst = Math.max(worst, Math.abs(values[at]! - affine(point)));
      }
      expect(worst).toBeLessThan(1e-5);
      const [alpha, beta, gamma] = tiling.grid.axes;
      const place = { a: alpha!.min + 0.31 * (alpha!.max - alpha!.min), b: beta!.min + 0.52 * (beta!.max - beta!.min), c: gamma!.min + 0.77 * (gamma!.max - gamma!.min) };
      expect(filled(tiling, tilesOf(tiling)).estimateAt('train', place.a, place.b, place.c)).toBeCloseTo(affine(place), 4);
      expect(filled(tiling, tilesOf(tiling)).estimateAt('train', place.a, place.b, 9)).toBeNull();
    }
  });

  it('[F1] [F2] the picture depends on which tiles came, not on their order, and one taken back leaves no trace', () => {
    const random = createRandom(5);
    const tiling = tilingFor([9, 5, 17]);
    const tiles = tilesOf(tiling).filter(() => random.integer(10) < 7);
    const lossAt = ({ column, row, layer }: Point) => (column + row + layer) % 11 === 0 ? NaN : Math.sin(column * 3 + row * 5 + layer * 7);
    const shuffled = tiles.map((tile) => ({ tile, key: random.integer(1e9) })).toSorted((one, other) => one.key - other.key).map(({ tile }) => tile);
    const surface = filled(tiling, shuffled, lossAt);
    expect(pictureOf(surface)).toEqual(pictureOf(filled(tiling, tiles, lossAt)));
    const [taken] = shuffled;
    surface.remove(taken!);
    const left = filled(tiling, tiles.filter((tile) => tile !== taken), lossAt);
    expect(pictureOf(surface)).toEqual(pictureOf(left));
    expect(surface.counts('train')).toEqual(left.counts('train'));
    expect(surface.range('train')).toEqual(left.range('train'));
  });

  it('[F3] an insertion names every sample that it changes, in every layer', () => {
    const tiling = tilingFor([9, 9, 9]);
    const surface = createSurface(tiling, ['train']);
    let unnamed = 0;
    for (const tile of tilesOf(tiling)) {
      const before = pictureOf(surface);
      const points = pointsOf(tiling, tile);
      const block = surface.insert(tile, { points: points.length, sets: [{ set: 'train', samples: 1, lossSum: Float64Array.from(points, affine), correct: new Uint32Array(points.length) }] }, false)!;
      for (const [layer, { states, values }] of pictureOf(surface).entries()) {
        for (const [at, state] of states.entries()) {
          const [column, row] = [at % 9, Math.floor(at / 9)];
          const isNamed = layer >= block.layer && layer < block.layer + block.layers && column >= block.column && column < block.column + block.columns && row >= block.row && row < block.row + block.rows;
          if (!isNamed && !(state === before[layer]!.states[at] && Object.is(values[at], before[layer]!.values[at]))) unnamed++;
        }
      }
    }
    expect(unnamed).toBe(0);
  });

  it('[T5] within a level the layers nearest to where people look come first', () => {
    const tiling = tilingFor([33, 33, 33], 16);
    const ordered = inWantedOrder(tiling, tilesOf(tiling), [{ column: 16, row: 16, layer: 32 }]);
    expect(ordered.map(({ level }) => level)).toEqual(ordered.map(({ level }) => level).toSorted((one, other) => one - other));
    expect(ordered[0]!.layer).toBe(32);
  });
});
