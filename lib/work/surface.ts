/**
 * A surface: everything known of one slice. It only grows, but for tiles found wrong.
 *
 * Tiles may come in any order and more than once; the picture depends only on which came. Each
 * insertion says which samples to draw again, so that drawing costs as much as what changed.
 * Over a dataset in shards, the picture takes in a shard once it is whole. It does not know who computed a tile, nor how it is drawn.
 * Rules F1–F6 and F9 in docs/SPEC.md.
 */
import { CONVEXITY_RANGE, type Convexity } from '#lib/analysis/convexity.ts';
import { spreadOfSums } from '#lib/analysis/sampleSpread.ts';
import type { SetName } from '#lib/network/subject.ts';
import { strideOf, type AxisGrid } from '#lib/slice/grid.ts';
import { FIELD, estimateWithin, isKnown, type Block, type Field } from './estimate.ts';
import { convexityAt, createSetValues, draw, erase, holds, takeStock, widen, write, type SetValues } from './setValues.ts';
import { ShardSums, type Part, type Standing } from './shardSums.ts';
import { blocksOf, pointsOf, tileKey, tileOfKey, type Point, type Tile, type TileKey, type Tiling } from './tile.ts';
import { isSame, statusOf, type SetSums, type Status, type TileResult } from './tileResult.ts';

/** What was measured at one sample over one set. `loss` is the mean; it may be NaN or ±Infinity, as `status` says. */
export type Measured = {
  readonly loss: number;
  /** Share of samples classified correctly, 0 … 1. */
  readonly accuracy: number;
  readonly samples: number;
  /** Of the mean loss over its samples; NaN where a loss is not finite. Absent where squares of losses are not kept. */
  readonly standardError?: number | undefined;
  /** Of what is drawn. */
  readonly status: Status;
  readonly verified: boolean;
  /** Computed by a device that was caught since: believed no more, and computed again by somebody else. */
  readonly rechecked: boolean;
  /** Where the slice asks for it: this is what is drawn then, and not the loss. */
  readonly convexity?: Convexity | undefined;
};

export type LossRange = { readonly min: number; readonly max: number };

export type SurfaceCounts = {
  /** Samples of the whole grid. */
  readonly points: number;
  readonly measured: number;
  readonly verified: number;
  readonly rechecked: number;
  /** Measured samples whose loss over this set is not finite. */
  readonly notFinite: number;
  readonly tiles: number;
  /** Over which the loss of every measured point is the mean; 0 before the first. */
  readonly samples: number;
  /** What is measured of every shard, and what there is to measure: points, each as often as there are shards. */
  readonly work: { readonly done: number; readonly all: number };
};

/** A surface as those see it who draw it: one layer of it, for a volume. */
export type SurfaceView = {
  readonly tiling: Tiling;
  readonly sets: readonly SetName[];
  /** Live arrays: read them, never write. */
  field(set: SetName): Field;
  /** Of the colours: over finite measured losses, or that of every convexity map; null before the first. */
  range(set: SetName): LossRange | null;
  counts(set: SetName): SurfaceCounts;
  valueAt(set: SetName, column: number, row: number): Measured | null;
  /** Between the samples around a place; null outside, and where one of them is unknown or not finite. @param c of a volume; without it, in the layer that is shown */
  estimateAt(set: SetName, a: number, b: number, c?: number): number | null;
};

export type Surface = Omit<SurfaceView, 'field' | 'valueAt'> & {
  /** Takes a result in. Returns the samples to draw again, none where it only counts later, or null where nothing changed. */
  insert(tile: Tile, result: TileResult, verified: boolean): Block | null;
  /** Changes what is believed of a tile; null where the tile is not here or was so marked before. */
  setVerified(tile: Tile, verified: boolean): Block | null;
  /** Its device was caught: it stays, shown as being rechecked, until another result takes its place. */
  setRechecked(tile: Tile): Block | null;
  /** Takes back a tile that was found wrong; null where it is not here. */
  remove(tile: Tile): Block | null;
  /** As of a plane, of one layer: the first unless told. */
  field(set: SetName, layer?: number): Field;
  valueAt(set: SetName, column: number, row: number, layer?: number): Measured | null;
};

/** Nothing to draw, but more is known: a part of a shard that does not count yet. */
const NOTHING: Block = { column: 0, row: 0, layer: 0, columns: 0, rows: 0, layers: 0 };

export function createSurface(tiling: Tiling, sets: readonly SetName[]): Surface {
  const { grid } = tiling;
  const { columns, rows, layers } = grid;
  const points = columns * rows * layers;
  const values = new Map(sets.map((set) => [set, createSetValues(columns, rows, layers, { isCurvature: tiling.measure !== undefined, hasSquares: tiling.shards !== undefined })]));
  /** How a finite sample is shown, as FIELD has it. */
  const standing = new Uint8Array(points);
  const tiles = new Map<TileKey, Standing>();
  const tilesAt: number[] = Array.from({ length: grid.levels }, () => 0);
  const shards = tiling.shards === undefined ? null : new ShardSums(tiling.shards, blocksOf(tiling).length);
  let measuredCount = 0;
  let verifiedCount = 0;
  let recheckedCount = 0;

  const standingAt = (at: number): number => standing[at]!;

  const valuesOf = (set: SetName): SetValues => {
    const found = values.get(set);
    if (!found) throw new Error(`slice ${tiling.sliceId} has no ${set} samples, only ${sets.join(' and ')}`);
    return found;
  };

  const placeOf = ({ column, row, layer }: Pick<Point, 'column' | 'row' | 'layer'>): number => (layer * rows + row) * columns + column;

  function insertBlock(tile: Tile, result: TileResult, now: Standing, isAlone = true): Block | null {
    const cells = cellsOf(tile, result);
    const key = tileKey(tile);
    const isNew = !tiles.has(key);
    if (!isNew && sets.every((set) => holds(valuesOf(set), cells, sumsOf(result, set)))) return standBlock(tile, now);
    for (const set of sets) write(valuesOf(set), cells, sumsOf(result, set));
    if (isNew) {
      measuredCount += cells.length;
      tilesAt[tile.level]! += 1;
    }
    mark(cells, now);
    tiles.set(key, now);
    for (const each of values.values()) {
      draw(each, cells, standingAt);
      if (!isAlone) continue;
      if (isNew) widen(each, cells);
      else takeStock(each);
    }
    return isAlone ? estimateAround(tile) : null;
  }

  function removeBlock(tile: Tile, isAlone = true): Block | null {
    if (!tiles.delete(tileKey(tile))) return null;
    const cells = pointsOf(tiling, tile).map(placeOf);
    measuredCount -= cells.length;
    tilesAt[tile.level]! -= 1;
    mark(cells, 0);
    for (const each of values.values()) erase(each, cells);
    return isAlone ? estimateAround(tile) : null;
  }

  const estimateAround = (tile: Tile): Block => estimateAnew(around(pointsOf(tiling, tile), tile.level));
  const estimateWhole = (): Block => estimateAnew({ column: 0, row: 0, layer: 0, columns, rows, layers });

  function estimateAnew(dirty: Block): Block {
    const levels = [...tilesAt.keys()].filter((level) => tilesAt[level]! > 0);
    for (const { fields } of values.values()) estimateWithin(grid, fields, dirty, levels);
    return dirty;
  }

  const insert = (tile: Tile, result: TileResult, isVerified: boolean): Block | null => {
    const now = isVerified ? FIELD.verified : FIELD.measured;
    return shards ? changePart(shards, tile, () => ({ result, standing: now })) : insertBlock(tile, result, now);
  };
  const stand = (tile: Tile, now: Standing): Block | null => (shards ? changePart(shards, tile, (before) => before && { ...before, standing: now }) : standBlock(tile, now));
  const remove = (tile: Tile): Block | null => (shards ? changePart(shards, tile, () => undefined) : removeBlock(tile));

  /** What one shard says of a block is another: the block is drawn anew, and all are where another number of shards counts now. */
  function changePart(all: ShardSums, tile: Tile, change: (before: Part | undefined) => Part | undefined): Block | null {
    const { shard, ...block } = tile;
    if (shard === undefined) throw new Error(`tile ${tileKey(tile)} does not say of which shard it is`);
    const [key, depth] = [tileKey(block), all.depth];
    const before = all.part(key, shard);
    const next = change(before);
    if (next?.result !== before?.result) cellsOf(block, next?.result ?? before!.result);
    if (next === before || (next && before && next.standing === before.standing && isSame(next.result, before.result))) return null;
    all.put(key, shard, next);
    if (all.depth !== depth) {
      for (const each of all.blocks()) drawBlock(all, each as TileKey, false);
      for (const each of values.values()) takeStock(each);
      return estimateWhole();
    }
    return (shard < depth && drawBlock(all, key, true)) || NOTHING;
  }

  function drawBlock(all: ShardSums, key: TileKey, isAlone: boolean): Block | null {
    const now = all.merged(key);
    const block = tileOfKey(key)!;
    return now ? insertBlock(block, now.result, now.standing, isAlone) : removeBlock(block, isAlone);
  }

  function standBlock(tile: Tile, now: Standing): Block | null {
    const key = tileKey(tile);
    if (!tiles.has(key) || tiles.get(key) === now) return null;
    tiles.set(key, now);
    const here = pointsOf(tiling, tile);
    const cells = here.map(placeOf);
    mark(cells, now);
    for (const each of values.values()) draw(each, cells, standingAt);
    return boundsOf(here);
  }

  function mark(cells: readonly number[], now: Standing | 0): void {
    for (const at of cells) {
      verifiedCount += Number(now === FIELD.verified) - Number(standing[at] === FIELD.verified);
      recheckedCount += Number(now === FIELD.rechecked) - Number(standing[at] === FIELD.rechecked);
      standing[at] = now;
    }
  }

  function cellsOf(tile: Tile, result: TileResult): readonly number[] {
    if (tile.sliceId !== tiling.sliceId) throw new Error(`tile ${tileKey(tile)} is not of slice ${tiling.sliceId}`);
    const cells = pointsOf(tiling, tile).map(placeOf);
    if (cells.length === 0 || result.points !== cells.length) throw new Error(`tile ${tileKey(tile)} has ${cells.length} points, its result ${result.points}`);
    return cells;
  }

  /** The samples whose drawing may change with a level's points: a step of that level to every side. */
  function around(here: readonly Point[], level: number): Block {
    const step = strideOf(grid, level);
    const { column, row, layer, columns: wide, rows: high, layers: deep } = boundsOf(here);
    const [left, bottom, near] = [Math.max(0, column - step), Math.max(0, row - step), Math.max(0, layer - step)];
    return {
      column: left,
      row: bottom,
      layer: near,
      columns: Math.min(columns, column + wide + step) - left,
      rows: Math.min(rows, row + high + step) - bottom,
      layers: Math.min(layers, layer + deep + step) - near,
    };
  }

  function estimateAt(set: SetName, a: number, b: number, c = 0): number | null {
    const { fields } = valuesOf(set);
    const across = placeOn(grid.axes[0], a);
    const up = placeOn(grid.axes[1], b);
    const deep = placeOn(grid.axes[2], c);
    if (!across || !up || !deep) return null;
    let sum = 0;
    for (const [layer, w] of deep) {
      for (const [row, v] of up) {
        for (const [column, u] of across) {
          if (u * v * w === 0) continue;
          const at = placeOf({ column, row, layer });
          if (!isKnown(fields.states[at]!)) return null;
          sum += fields.values[at]! * u * v * w;
        }
      }
    }
    return sum;
  }

  return {
    tiling,
    sets,
    insert,
    setVerified: (tile, isVerified) => stand(tile, isVerified ? FIELD.verified : FIELD.measured),
    setRechecked: (tile) => stand(tile, FIELD.rechecked),
    remove,
    estimateAt,
    field: (set, layer = 0) => valuesOf(set).layers[layer]!,
    range(set) {
      const { min, max } = valuesOf(set);
      // One range for every convexity map, so that two of them compare.
      return min <= max ? (tiling.measure ? CONVEXITY_RANGE : { min, max }) : null;
    },
    counts: (set) => ({ points, measured: measuredCount, verified: verifiedCount, rechecked: recheckedCount, notFinite: valuesOf(set).notFinite, tiles: tiles.size, samples: valuesOf(set).samplesAtPoint, work: { done: shards?.points ?? measuredCount, all: points * (tiling.shards ?? 1) } }),
    valueAt(set, column, row, layer = 0) {
      const { samples, means, drawn, curvature, correct, squares } = valuesOf(set);
      const at = placeOf({ column, row, layer });
      const count = samples[at];
      if (!count || column < 0 || column >= columns || row < 0 || row >= rows) return null;
      const loss = means[at]!;
      const measured: Measured = { loss, accuracy: correct[at]! / count, samples: count, status: statusOf(drawn[at]!), verified: standing[at] === FIELD.verified, rechecked: standing[at] === FIELD.rechecked };
      if (squares) return { ...measured, standardError: spreadOfSums(count, loss * count, squares[at]!).standardError };
      return curvature ? { ...measured, convexity: convexityAt(curvature, at) } : measured;
    },
  };
}

function sumsOf(result: TileResult, set: SetName): SetSums {
  const sums = result.sets.find((each) => each.set === set);
  if (!sums || sums.samples < 1) throw new Error(`a result over ${result.sets.map((each) => each.set).join(' and ')} has no sums over ${set} samples`);
  return sums;
}

function boundsOf(here: readonly Point[]): Block {
  let [left, right, bottom, top] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const { column, row } of here) {
    left = Math.min(left, column);
    right = Math.max(right, column);
    bottom = Math.min(bottom, row);
    top = Math.max(top, row);
  }
  return { column: left, row: bottom, layer: here[0]?.layer ?? 0, columns: right - left + 1, rows: top - bottom + 1, layers: 1 };
}

/** The two samples beside a coordinate, each with its weight; null beyond the ends. */
function placeOn(axis: AxisGrid | undefined, coordinate: number): readonly (readonly [index: number, weight: number])[] | null {
  if (!axis) return [[0, 1]];
  const exact = ((coordinate - axis.min) / (axis.max - axis.min)) * (axis.count - 1);
  const slack = 1e-9 * axis.count;
  if (!(exact >= -slack && exact <= axis.count - 1 + slack)) return null;
  const nearest = Math.round(exact);
  if (Math.abs(exact - nearest) <= slack) return [[nearest, 1]];
  const low = Math.floor(exact);
  return [
    [low, low + 1 - exact],
    [low + 1, exact - low],
  ];
}
