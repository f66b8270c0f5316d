/**
 * A tile: a block of the new samples of one level, within one layer of a volume; the unit of work and of transfer.
 *
 * How large the block is depends on what a sample costs, so that a tile is short work on any network. Where the dataset is divided into
 * shards there is a tile of every block for each of them.
 * It does not know who computes it. Rules T1–T5 in docs/SPEC.md.
 */
import { costOfSample } from '#lib/network/cost.ts';
import type { SubjectManifest } from '#lib/network/subject.ts';
import { placeOnCurve, type CurveKind } from '#lib/slice/curve.ts';
import { coordinateOf, gridOf, indicesAt, strideOf, type AxisGrid, type Grid } from '#lib/slice/grid.ts';
import type { Measure } from '#lib/slice/measure.ts';
import { rangesOf, sliceIdOf, type SliceRecipe } from '#lib/slice/recipe.ts';
import { passesPerTile, shardsOf } from '#lib/slice/shards.ts';

export type Tile = {
  readonly sliceId: string;
  readonly level: number;
  readonly row: number;
  readonly column: number;
  /** Which sample of γ all of its points have: there exactly for tiles of a volume. */
  readonly layer?: number | undefined;
  /** Over which shard of the dataset: there exactly where the slice has several. */
  readonly shard?: number | undefined;
};

type BlockKey = `${string}/${number}/${number}/${number}` | `${string}/${number}/${number}/${number}/${number}`;

/** Names a tile everywhere: in the lease book, on the wire, in the store. */
export type TileKey = BlockKey | `${BlockKey}:${number}`;

/** A slice cut into tiles. */
export type Tiling = {
  readonly sliceId: string;
  readonly grid: Grid;
  /** Samples of a level's sub-grid along each side of a tile. */
  readonly side: number;
  /** Multiply-adds of one tile at one point: over all samples of a shard, and over those that statistics are recomputed from. */
  readonly pointCost: number;
  /** Into how many shards the dataset is divided; one where absent. */
  readonly shards?: number | undefined;
  /** For a slice along a curve: its points are not where its coordinate says, but where the curve is there. */
  readonly curve?: CurveKind | undefined;
  /** What is measured where it is not the loss. */
  readonly measure?: Measure | undefined;
};

/** A point to evaluate: where it stands in the full grid, and how much of each direction is added to the centre there. */
export type Point = { readonly column: number; readonly row: number; readonly layer: number; readonly a: number; readonly b: number; readonly c: number };

export function tileKey({ sliceId, level, row, column, layer, shard }: Tile): TileKey {
  const block: BlockKey = layer === undefined ? `${sliceId}/${level}/${row}/${column}` : `${sliceId}/${level}/${row}/${column}/${layer}`;
  return shard === undefined ? block : `${block}:${shard}`;
}

const KEY = /^([0-9a-f]{32})\/(\d{1,2})\/(\d{1,4})\/(\d{1,4})(?:\/(\d{1,4}))?(?::(\d{1,3}))?$/;

export function tileOfKey(key: string): Tile | null {
  const match = KEY.exec(key);
  return match && { sliceId: match[1]!, level: Number(match[2]), row: Number(match[3]), column: Number(match[4]), ...(match[5] !== undefined && { layer: Number(match[5]) }), ...(match[6] !== undefined && { shard: Number(match[6]) }) };
}

/** The slice that a tile is of, by its key alone. */
export const sliceOfKey = (key: TileKey): string => key.slice(0, key.indexOf('/'));

export function tilingOf(recipe: SliceRecipe, manifest: SubjectManifest): Tiling {
  const shards = shardsOf(recipe);
  const pointCost = costOfSample(manifest.network) * passesPerTile(recipe);
  const ranges = rangesOf(recipe);
  return { sliceId: sliceIdOf(recipe), grid: gridOf(ranges), side: sideFor(pointCost, ranges.length, recipe.measure !== undefined), pointCost, ...(shards > 1 && { shards }), ...(recipe.curve && { curve: recipe.curve.kind }), ...(recipe.measure && { measure: recipe.measure }) };
}

/** Every tile: those of the first shard, then those of the next; of each, coarse levels first, layer by layer, row by row. */
export function tilesOf(tiling: Tiling): readonly Tile[] {
  const blocks = blocksOf(tiling);
  const { shards = 1 } = tiling;
  return shards === 1 ? blocks : Array.from({ length: shards }, (_, shard) => blocks.map((block) => ({ ...block, shard }))).flat();
}

/** Every block that has at least one new sample, in that order. */
export function blocksOf(tiling: Tiling): readonly Tile[] {
  const { grid, sliceId } = tiling;
  const tiles: Tile[] = [];
  for (let level = 0; level < grid.levels; level++) {
    const columns = blocksWithNew(tiling, level, grid.axes[0]);
    const rows = blocksWithNew(tiling, level, grid.axes[1]);
    for (const { layer, isNew } of layersAt(grid, level)) {
      for (const [row, isRowNew] of rows.entries()) {
        for (const [column, isColumnNew] of columns.entries()) {
          if (isNew || isRowNew || isColumnNew) tiles.push({ sliceId, level, row, column, ...(layer !== undefined && { layer }) });
        }
      }
    }
  }
  return tiles;
}

/** The layers that a level has, and whether all of their samples are new; a slice that is no volume has one without a number. */
function layersAt({ axes: [, , gamma], levels }: Grid, level: number): readonly { readonly layer?: number; readonly isNew: boolean }[] {
  if (!gamma) return [{ isNew: false }];
  const stride = 2 ** (levels - 1 - level);
  return indicesAt(gamma, stride).map((layer) => ({ layer, isNew: level > 0 && !isCoarser(gamma, layer, stride) }));
}

/** Whether the tiling has this tile. */
export function isTileOf(tiling: Tiling, tile: Tile): boolean {
  const { shards = 1 } = tiling;
  const hasShard = shards === 1 ? tile.shard === undefined : tile.shard !== undefined && tile.shard < shards;
  return hasShard && tile.sliceId === tiling.sliceId && tile.level < tiling.grid.levels && pointsOf(tiling, tile).length > 0;
}

/** The points of the tile that each tiling was asked for last: whoever takes a tile in asks for them several times. */
const lastAsked = new WeakMap<Tiling, { readonly of: Tile; readonly points: readonly Point[] }>();

/** The samples a tile adds, row by row: those of its level that no coarser level has. The same in every shard. */
export function pointsOf(tiling: Tiling, tile: Tile): readonly Point[] {
  const last = lastAsked.get(tiling);
  if (last && last.of.row === tile.row && last.of.column === tile.column && last.of.level === tile.level && last.of.layer === tile.layer) return last.points;
  const points = listPoints(tiling, tile);
  lastAsked.set(tiling, { of: tile, points });
  return points;
}

function listPoints({ grid, side, curve }: Tiling, { level, row, column, layer }: Tile): readonly Point[] {
  const stride = strideOf(grid, level);
  const [alpha, beta, gamma] = grid.axes;
  if ((gamma === undefined) !== (layer === undefined)) return [];
  if (gamma && layer !== undefined && (layer >= gamma.count || (layer - gamma.anchor) % stride !== 0)) return [];
  const isLayerCoarser = !gamma || isCoarser(gamma, layer!, stride);
  const c = gamma ? coordinateOf(gamma, layer!) : 0;
  const points: Point[] = [];
  for (const j of blockOf(beta, stride, side, row)) {
    for (const i of blockOf(alpha, stride, side, column)) {
      if (level > 0 && isLayerCoarser && isCoarser(alpha, i, stride) && isCoarser(beta, j, stride)) continue;
      const t = coordinateOf(alpha!, i);
      const [a, b] = curve ? placeOnCurve(curve, t) : [t, beta ? coordinateOf(beta, j) : 0];
      points.push({ column: i, row: j, layer: layer ?? 0, a, b, c });
    }
  }
  return points;
}

/** Samples along one axis in one block of a level; an axis that is not there has one sample. */
function blockOf(axis: AxisGrid | undefined, stride: number, side: number, block: number): readonly number[] {
  if (!axis) return block === 0 ? [0] : [];
  return indicesAt(axis, stride, block * side, side);
}

/** Per block of a level along one axis, whether it holds a sample that no coarser level has. */
function blocksWithNew({ grid, side }: Tiling, level: number, axis: AxisGrid | undefined): readonly boolean[] {
  const stride = strideOf(grid, level);
  const blocks: boolean[] = [];
  for (let block = blockOf(axis, stride, side, 0); block.length > 0; block = blockOf(axis, stride, side, blocks.length)) {
    blocks.push(level === 0 || block.some((index) => !isCoarser(axis, index, stride)));
  }
  return blocks;
}

/** Whether the level before has this sample already, as far as this axis can say. */
const isCoarser = (axis: AxisGrid | undefined, index: number, stride: number): boolean => !axis || (index - axis.anchor) % (2 * stride) === 0;

/**
 * Cheap points in large tiles, dear ones in small: a tile of a plane or of a layer has at most side² points, of a line `side`. A point of a convexity
 * map may be a tile by itself.
 */
function sideFor(pointCost: number, dimensions: number, isCurvature: boolean): number {
  const points = isCurvature && pointCost > 1e9 ? (pointCost > 8e9 ? 1 : 4) : pointCost > 1e9 ? 4 : pointCost > 2e7 ? 16 : pointCost > 3e6 ? 64 : 256;
  return dimensions === 1 ? Math.min(points, 32) : Math.sqrt(points);
}
