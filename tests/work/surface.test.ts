/** What is known of a slice: any order of tiles gives the same picture, and nothing that was not measured passes for measured. */
import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { gridOf } from '#lib/slice/grid.ts';
import { FIELD } from '#lib/work/estimate.ts';
import { createSurface, type Surface } from '#lib/work/surface.ts';
import { pointsOf, tilesOf, type Point, type Tile, type Tiling } from '#lib/work/tile.ts';
import { STATUS, type TileResult } from '#lib/work/tileResult.ts';

const SLICE = 'a'.repeat(32);
const random = (seed: number) => ({ kind: 'random', seed, normalisation: 'filter', vectors: 'ignore' }) as const;

function tilingFor(columns: number, rows: number | null, side = 3): Tiling {
  const axes = [{ direction: random(1), min: -1, max: 1, count: columns }];
  if (rows !== null) axes.push({ direction: random(1), min: -1, max: 1, count: rows });
  return { sliceId: SLICE, grid: gridOf(axes), side, pointCost: 1 };
}

function resultOf(tiling: Tiling, tile: Tile, lossAt: (point: Point) => number, samples = 4): TileResult {
  const points = pointsOf(tiling, tile);
  return {
    points: points.length,
    sets: [{ set: 'train', samples, lossSum: Float64Array.from(points, (point) => lossAt(point) * samples), correct: new Uint32Array(points.length).fill(3) }],
  };
}

const tilted = ({ a, b }: Point) => a + 10 * b;

function filled(tiling: Tiling, tiles: readonly Tile[], lossAt: (point: Point) => number): Surface {
  const surface = createSurface(tiling, ['train']);
  for (const tile of tiles) surface.insert(tile, resultOf(tiling, tile, lossAt), false);
  return surface;
}

const pictureOf = (surface: Surface) => {
  const { values, states } = surface.field('train');
  return { values: [...values], states: [...states], range: surface.range('train'), counts: surface.counts('train') };
};

const shapes = fc.record({
  columns: fc.integer({ min: 1, max: 16 }).map((half) => 2 * half + 1),
  rows: fc.option(fc.integer({ min: 1, max: 16 }).map((half) => 2 * half + 1)),
  side: fc.constantFrom(2, 3, 8),
});

describe('a surface', () => {
  it('[F1] is the same picture whatever the order of its tiles, whole or partly filled, with losses that are not finite', () => {
    fc.assert(
      fc.property(shapes, fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })), fc.double({ min: 0, max: 0.3, noNaN: true }), ({ columns, rows, side }, dice, broken) => {
        const roll = () => Number(dice.next().value);
        const tiling = tilingFor(columns, rows, side);
        const losses = Array.from({ length: columns * (rows ?? 1) }, () => (roll() < broken ? [NaN, Infinity, -Infinity][Math.floor(roll() * 2.99)]! : roll() * 8 - 2));
        const lossAt = ({ column, row }: Point) => losses[row * columns + column]!;
        const some = tilesOf(tiling).filter(() => roll() < 0.7);
        const shuffled = some.map((tile) => ({ tile, key: roll() })).toSorted((one, other) => one.key - other.key).map(({ tile }) => tile);
        expect(pictureOf(filled(tiling, shuffled, lossAt))).toEqual(pictureOf(filled(tiling, some, lossAt)));
      }),
      { seed: 7, numRuns: 150 },
    );
  });

  it('[F2] says nothing new when a tile comes twice, and overwrites when it comes with other sums', () => {
    const tiling = tilingFor(9, 9);
    const [first] = tilesOf(tiling);
    const surface = createSurface(tiling, ['train']);
    expect(surface.insert(first!, resultOf(tiling, first!, () => 8), false)).not.toBeNull();
    const before = pictureOf(surface);
    expect(surface.insert(first!, resultOf(tiling, first!, () => 8), false)).toBeNull();
    expect(pictureOf(surface)).toEqual(before);
    expect(surface.insert(first!, resultOf(tiling, first!, () => 2), false)).not.toBeNull();
    expect(surface.range('train')).toEqual({ min: 2, max: 2 });
    expect(surface.counts('train').tiles).toBe(1);
  });

  it('[F3] changes only inside the rectangle it names', () => {
    const tiling = tilingFor(33, 17, 4);
    const surface = createSurface(tiling, ['train']);
    for (const tile of tilesOf(tiling)) {
      const before = pictureOf(surface);
      const dirty = surface.insert(tile, resultOf(tiling, tile, tilted), tile.column % 2 === 0)!;
      const after = pictureOf(surface);
      for (let at = 0; at < 33 * 17; at++) {
        const [column, row] = [at % 33, Math.floor(at / 33)];
        const isInside = column >= dirty.column && column < dirty.column + dirty.columns && row >= dirty.row && row < dirty.row + dirty.rows;
        if (!isInside) expect([after.values[at], after.states[at]]).toEqual([before.values[at], before.states[at]]);
      }
    }
    expect(surface.counts('train')).toMatchObject({ points: 561, measured: 561, notFinite: 0 });
  });

  it('[F4] α + 10β on 5 × 9 samples is −9 at α = 1, β = −1, the last sample of row 0', () => {
    const tiling = tilingFor(5, 9);
    const surface = filled(tiling, tilesOf(tiling), tilted);
    expect(surface.valueAt('train', 4, 0)?.loss).toBe(-9);
    expect(surface.field('train').values[4]).toBe(-9);
    expect(surface.field('train').values[8 * 5]).toBe(9);
    expect(surface.estimateAt('train', 1, -1)).toBe(-9);
    expect(surface.range('train')).toEqual({ min: -11, max: 11 });
  });

  it('[F5] estimates between measured samples of the coarsest level, exactly for a tilted plane, and says so', () => {
    const tiling = tilingFor(33, 17, 8);
    const coarse = tilesOf(tiling).filter(({ level }) => level === 0);
    const surface = filled(tiling, coarse, tilted);
    const { values, states } = surface.field('train');
    expect(states.filter((state) => state === FIELD.measured)).toHaveLength(9 * 5);
    expect(states.filter((state) => state === FIELD.unknown)).toHaveLength(0);
    for (let at = 0; at < values.length; at++) {
      const expected = -1 + (at % 33) / 16 + 10 * (-1 + Math.floor(at / 33) / 8);
      expect(values[at]).toBeCloseTo(expected, 5);
    }
    expect(surface.estimateAt('train', 0.013, -0.4)).toBeCloseTo(0.013 - 4, 5);
    expect(surface.estimateAt('train', 1.2, 0)).toBeNull();
    expect(surface.valueAt('train', 1, 0)).toBeNull();
  });

  it('[F5] estimates from the finest level that was measured around a sample', () => {
    const tiling = tilingFor(33, null, 8);
    const surface = filled(tiling, tilesOf(tiling).filter(({ level }) => level < tiling.grid.levels - 1), ({ a }) => a * a);
    const { values } = surface.field('train');
    for (let at = 1; at < 33; at += 2) expect(values[at]).toBeCloseTo((values[at - 1]! + values[at + 1]!) / 2, 6);
  });

  it('[F6] a loss that is not finite stays where it is: no estimate takes it in, and the range leaves it out', () => {
    fc.assert(
      fc.property(fc.constantFrom(NaN, Infinity, -Infinity), fc.integer({ min: 0, max: 32 }), fc.integer({ min: 0, max: 32 }), fc.integer({ min: 0, max: 3 }), (value, column, row, levels) => {
        const tiling = tilingFor(33, 33, 8);
        const tiles = tilesOf(tiling).filter(({ level }) => level <= levels);
        const surface = filled(tiling, tiles, (point) => (point.column === column && point.row === row ? value : tilted(point)));
        const { values, states } = surface.field('train');
        for (let at = 0; at < values.length; at++) {
          const isHere = states[at] === FIELD.notFinite || states[at] === FIELD.unknown;
          expect(Number.isFinite(values[at])).toBe(!isHere);
          if (states[at] === FIELD.notFinite) expect(at).toBe(row * 33 + column);
        }
        const { min, max } = surface.range('train')!;
        expect(Number.isFinite(min) && Number.isFinite(max)).toBe(true);
        expect(surface.counts('train').notFinite).toBe(states.filter((state) => state === FIELD.notFinite).length);
      }),
      { seed: 11, numRuns: 60 },
    );
    const tiling = tilingFor(5, 5);
    const surface = filled(tiling, tilesOf(tiling), ({ column }) => (column === 0 ? NaN : column === 1 ? Infinity : 1));
    expect(surface.valueAt('train', 0, 0)).toMatchObject({ status: STATUS.notANumber });
    expect(surface.valueAt('train', 1, 0)).toMatchObject({ status: STATUS.plusInfinity });
    expect(surface.estimateAt('train', -0.9, 0)).toBeNull();
  });

  it('[F2] a tile taken back leaves the surface as if it had never come', () => {
    const tiling = tilingFor(17, 9, 4);
    const tiles = tilesOf(tiling);
    for (const struck of tiles) {
      const surface = filled(tiling, tiles, tilted);
      expect(surface.remove(struck)).not.toBeNull();
      expect(surface.remove(struck)).toBeNull();
      const rest = tiles.filter((tile) => tile !== struck);
      expect(pictureOf(surface)).toEqual(pictureOf(filled(tiling, rest, tilted)));
    }
  });

  it('[F2] a verified tile taken back is verified no more', () => {
    const tiling = tilingFor(17, 9, 4);
    const tiles = tilesOf(tiling);
    const surface = filled(tiling, tiles, tilted);
    surface.setVerified(tiles[0]!, true);
    surface.remove(tiles[0]!);
    expect(surface.counts('train').verified).toBe(0);
  });

  it('[V9] a tile being rechecked is drawn as such, and as measured once somebody else found the same', () => {
    const tiling = tilingFor(5, 5, 8);
    const [first] = tilesOf(tiling);
    const tile = first!;
    const result = resultOf(tiling, tile, tilted);
    const surface = createSurface(tiling, ['train']);
    surface.insert(tile, result, true);
    expect(surface.setRechecked(tile)).not.toBeNull();
    expect(surface.setRechecked(tile)).toBeNull();
    expect(surface.counts('train')).toMatchObject({ verified: 0, rechecked: 25, measured: 25 });
    expect([...surface.field('train').states].every((state) => state === FIELD.rechecked)).toBe(true);
    expect(surface.valueAt('train', 0, 0)).toMatchObject({ verified: false, rechecked: true });
    surface.insert(tile, result, false);
    expect(surface.counts('train')).toMatchObject({ verified: 0, rechecked: 0 });
    expect([...surface.field('train').states].every((state) => state === FIELD.measured)).toBe(true);
  });

  it('[F2] a tile found right is drawn as verified, and back', () => {
    const tiling = tilingFor(5, 5, 8);
    const [tile] = tilesOf(tiling);
    const surface = createSurface(tiling, ['train']);
    expect(surface.setVerified(tile!, true)).toBeNull();
    surface.insert(tile!, resultOf(tiling, tile!, tilted), false);
    expect(surface.setVerified(tile!, true)).toMatchObject({ column: 0, row: 0, columns: 5, rows: 5 });
    expect(surface.counts('train')).toMatchObject({ verified: 25, measured: 25 });
    expect([...surface.field('train').states].every((state) => state === FIELD.verified)).toBe(true);
    surface.setVerified(tile!, false);
    expect(surface.counts('train').verified).toBe(0);
  });

  it('[F2] keeps mean, accuracy and samples of a result, and refuses one that is not of its slice', () => {
    const tiling = tilingFor(5, null, 8);
    const [tile] = tilesOf(tiling);
    const surface = createSurface(tiling, ['train']);
    surface.insert(tile!, resultOf(tiling, tile!, ({ a }) => a * a, 4), true);
    expect(surface.valueAt('train', 0, 0)).toEqual({ loss: 1, accuracy: 0.75, samples: 4, status: STATUS.finite, verified: true, rechecked: false });
    expect(() => surface.insert({ ...tile!, sliceId: 'b'.repeat(32) }, resultOf(tiling, tile!, tilted), true)).toThrow('is not of slice');
    expect(() => surface.field('test')).toThrow('has no test samples');
  });
});
