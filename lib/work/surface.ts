/**
 * A surface: everything known of one slice. It only grows, but for tiles found wrong.
 *
 * Tiles may come in any order and more than once; the picture depends only on which came. Each
 * insertion says which samples to draw again, so that drawing costs as much as what changed.
 * It does not know who computed a tile, nor how it is drawn. Rules F1–F6 in docs/SPEC.md.
 */
import type { SetName } from '#lib/network/subject.ts';
import { strideOf, type AxisGrid } from '#lib/slice/grid.ts';
import { FIELD, estimateWithin, isKnown, type Field, type Rectangle } from './estimate.ts';
import { pointsOf, tileKey, type Point, type Tile, type TileKey, type Tiling } from './tile.ts';
import { statusOf, type SetSums, type Status, type TileResult } from './tileResult.ts';

/** What was measured at one sample over one set. `loss` is the mean; it may be NaN or ±Infinity, as `status` says. */
export type Measured = {
  readonly loss: number;
  /** Share of samples classified correctly, 0 … 1. */
  readonly accuracy: number;
  readonly samples: number;
  readonly status: Status;
  readonly verified: boolean;
};

export type LossRange = { readonly min: number; readonly max: number };

export type SurfaceCounts = {
  /** Samples of the whole grid. */
  readonly points: number;
  readonly measured: number;
  readonly verified: number;
  /** Measured samples whose loss over this set is not finite. */
  readonly notFinite: number;
  readonly tiles: number;
};

export type Surface = {
  readonly tiling: Tiling;
  readonly sets: readonly SetName[];
  /** Takes a result in. Returns the samples to draw again, or null where nothing changed. */
  insert(tile: Tile, result: TileResult, verified: boolean): Rectangle | null;
  /** Changes what is believed of a tile; null where the tile is not here or was so marked before. */
  setVerified(tile: Tile, verified: boolean): Rectangle | null;
  /** Takes back a tile that was found wrong; null where it is not here. */
  remove(tile: Tile): Rectangle | null;
  /** Live arrays: read them, never write. */
  field(set: SetName): Field;
  /** Over finite measured losses; null before the first. */
  range(set: SetName): LossRange | null;
  counts(set: SetName): SurfaceCounts;
  valueAt(set: SetName, column: number, row: number): Measured | null;
  /** Bilinear between the samples around (a, b); null outside, and where one of them is unknown or not finite. */
  estimateAt(set: SetName, a: number, b: number): number | null;
};

type Layer = {
  readonly field: Field;
  readonly means: Float64Array;
  readonly correct: Uint32Array;
  readonly samples: Uint32Array;
  min: number;
  max: number;
  notFinite: number;
};

const LARGEST_FLOAT32 = 3.4028234663852886e38;

export function createSurface(tiling: Tiling, sets: readonly SetName[]): Surface {
  const { grid } = tiling;
  const { columns, rows } = grid;
  const points = columns * rows;
  const layers = new Map(sets.map((set) => [set, layerOf(columns, rows)]));
  const verified = new Uint8Array(points);
  const tiles = new Map<TileKey, boolean>();
  const tilesAt: number[] = Array.from({ length: grid.levels }, () => 0);
  let measuredCount = 0;
  let verifiedCount = 0;

  const layerFor = (set: SetName): Layer => {
    const layer = layers.get(set);
    if (!layer) throw new Error(`slice ${tiling.sliceId} has no ${set} samples, only ${sets.join(' and ')}`);
    return layer;
  };

  const stateFor = (layer: Layer, at: number): number =>
    Number.isFinite(layer.means[at]) ? (verified[at] ? FIELD.verified : FIELD.measured) : FIELD.notFinite;

  function insert(tile: Tile, result: TileResult, isVerified: boolean): Rectangle | null {
    const cells = cellsOf(tile, result);
    const key = tileKey(tile);
    const isNew = !tiles.has(key);
    if (!isNew && sets.every((set) => holds(layerFor(set), cells, sumsOf(result, set)))) return setVerified(tile, isVerified);
    for (const set of sets) {
      const layer = layerFor(set);
      const sums = sumsOf(result, set);
      for (const [index, at] of cells.entries()) {
        layer.means[at] = sums.lossSum[index]! / sums.samples;
        layer.correct[at] = sums.correct[index]!;
        layer.samples[at] = sums.samples;
      }
    }
    if (isNew) {
      measuredCount += cells.length;
      tilesAt[tile.level]! += 1;
    }
    mark(cells, isVerified);
    tiles.set(key, isVerified);
    for (const layer of layers.values()) {
      for (const at of cells) draw(layer, at);
      if (isNew) widen(layer, cells);
      else takeStock(layer);
    }
    return estimateAround(tile);
  }

  function remove(tile: Tile): Rectangle | null {
    if (!tiles.delete(tileKey(tile))) return null;
    const cells = pointsOf(tiling, tile).map(({ column, row }) => row * columns + column);
    measuredCount -= cells.length;
    tilesAt[tile.level]! -= 1;
    mark(cells, false);
    for (const layer of layers.values()) {
      for (const at of cells) {
        layer.samples[at] = 0;
        layer.field.states[at] = FIELD.unknown;
        layer.field.values[at] = NaN;
      }
      takeStock(layer);
    }
    return estimateAround(tile);
  }

  function estimateAround(tile: Tile): Rectangle {
    const dirty = around(pointsOf(tiling, tile), tile.level);
    const levels = [...tilesAt.keys()].filter((level) => tilesAt[level]! > 0);
    for (const { field } of layers.values()) estimateWithin(grid, field, dirty, levels);
    return dirty;
  }

  function setVerified(tile: Tile, isVerified: boolean): Rectangle | null {
    const key = tileKey(tile);
    if (!tiles.has(key) || tiles.get(key) === isVerified) return null;
    tiles.set(key, isVerified);
    const here = pointsOf(tiling, tile);
    const cells = here.map(({ column, row }) => row * columns + column);
    mark(cells, isVerified);
    for (const layer of layers.values()) for (const at of cells) draw(layer, at);
    return boundsOf(here);
  }

  function mark(cells: readonly number[], isVerified: boolean): void {
    for (const at of cells) {
      verifiedCount += Number(isVerified) - verified[at]!;
      verified[at] = Number(isVerified);
    }
  }

  function draw(layer: Layer, at: number): void {
    const state = stateFor(layer, at);
    layer.field.states[at] = state;
    // A mean beyond float32 is still finite: it is drawn at the largest value there is.
    layer.field.values[at] = state === FIELD.notFinite ? NaN : Math.max(-LARGEST_FLOAT32, Math.min(LARGEST_FLOAT32, layer.means[at]!));
  }

  function widen(layer: Layer, cells: readonly number[]): void {
    for (const at of cells) {
      const mean = layer.means[at]!;
      if (!Number.isFinite(mean)) layer.notFinite++;
      else {
        layer.min = Math.min(layer.min, mean);
        layer.max = Math.max(layer.max, mean);
      }
    }
  }

  /** After a tile was replaced the ends of the range may have gone with it. */
  function takeStock(layer: Layer): void {
    layer.min = Infinity;
    layer.max = -Infinity;
    layer.notFinite = 0;
    const measured: number[] = [];
    for (let at = 0; at < points; at++) if (layer.samples[at]! > 0) measured.push(at);
    widen(layer, measured);
  }

  function cellsOf(tile: Tile, result: TileResult): readonly number[] {
    if (tile.sliceId !== tiling.sliceId) throw new Error(`tile ${tileKey(tile)} is not of slice ${tiling.sliceId}`);
    const cells = pointsOf(tiling, tile).map(({ column, row }) => row * columns + column);
    if (cells.length === 0 || result.points !== cells.length) throw new Error(`tile ${tileKey(tile)} has ${cells.length} points, its result ${result.points}`);
    return cells;
  }

  /** The samples whose drawing may change with a level's points: a step of that level to every side. */
  function around(here: readonly Point[], level: number): Rectangle {
    const step = strideOf(grid, level);
    const { column, row, columns: wide, rows: high } = boundsOf(here);
    const left = Math.max(0, column - step);
    const bottom = Math.max(0, row - step);
    return {
      column: left,
      row: bottom,
      columns: Math.min(columns, column + wide + step) - left,
      rows: Math.min(rows, row + high + step) - bottom,
    };
  }

  function estimateAt(set: SetName, a: number, b: number): number | null {
    const { values, states } = layerFor(set).field;
    const across = placeOn(grid.axes[0], a);
    const up = placeOn(grid.axes[1], b);
    if (!across || !up) return null;
    let sum = 0;
    for (const [row, v] of up) {
      for (const [column, u] of across) {
        if (u * v === 0) continue;
        const at = row * columns + column;
        if (!isKnown(states[at]!)) return null;
        sum += values[at]! * u * v;
      }
    }
    return sum;
  }

  return {
    tiling,
    sets,
    insert,
    setVerified,
    remove,
    estimateAt,
    field: (set) => layerFor(set).field,
    range(set) {
      const { min, max } = layerFor(set);
      return min <= max ? { min, max } : null;
    },
    counts: (set) => ({ points, measured: measuredCount, verified: verifiedCount, notFinite: layerFor(set).notFinite, tiles: tiles.size }),
    valueAt(set, column, row) {
      const layer = layerFor(set);
      const at = row * columns + column;
      const samples = layer.samples[at];
      if (!samples || column < 0 || column >= columns) return null;
      const loss = layer.means[at]!;
      return { loss, accuracy: layer.correct[at]! / samples, samples, status: statusOf(loss), verified: verified[at] === 1 };
    },
  };
}

const layerOf = (columns: number, rows: number): Layer => ({
  field: { columns, rows, values: new Float32Array(columns * rows).fill(NaN), states: new Uint8Array(columns * rows) },
  means: new Float64Array(columns * rows),
  correct: new Uint32Array(columns * rows),
  samples: new Uint32Array(columns * rows),
  min: Infinity,
  max: -Infinity,
  notFinite: 0,
});

function sumsOf(result: TileResult, set: SetName): SetSums {
  const sums = result.sets.find((each) => each.set === set);
  if (!sums || sums.samples < 1) throw new Error(`a result over ${result.sets.map((each) => each.set).join(' and ')} has no sums over ${set} samples`);
  return sums;
}

const holds = ({ means, correct, samples }: Layer, cells: readonly number[], sums: SetSums): boolean =>
  cells.every(
    (at, index) =>
      Object.is(means[at], sums.lossSum[index]! / sums.samples) && correct[at] === sums.correct[index] && samples[at] === sums.samples,
  );

function boundsOf(here: readonly Point[]): Rectangle {
  let [left, right, bottom, top] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const { column, row } of here) {
    left = Math.min(left, column);
    right = Math.max(right, column);
    bottom = Math.min(bottom, row);
    top = Math.max(top, row);
  }
  return { column: left, row: bottom, columns: right - left + 1, rows: top - bottom + 1 };
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
