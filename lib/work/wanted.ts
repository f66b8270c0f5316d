/**
 * Which tile of a slice is wanted next: coarse levels first; within a level, nearest to where people look.
 *
 * It orders; it does not know who computes, nor what is done already.
 */
import { strideOf } from '#lib/slice/grid.ts';
import type { Tile, Tiling } from './tile.ts';

/** A place people look at, in grid cells. */
export type Focus = { readonly column: number; readonly row: number; readonly layer?: number | undefined };

/** Tiles in the order they are wanted, as a new array. Without a focus, from the anchor of the grid outward. */
export function inWantedOrder(tiling: Tiling, tiles: readonly Tile[], focuses: readonly Focus[] = []): readonly Tile[] {
  const places = focuses.length > 0 ? focuses : [anchorOf(tiling)];
  return tiles
    .map((tile) => ({ tile, distance: distanceTo(tiling, tile, places) }))
    .sort((one, other) => one.tile.level - other.tile.level || one.distance - other.distance)
    .map(({ tile }) => tile);
}

/** Where the grid is looked at when nobody points. */
export const anchorOf = ({ grid: { axes: [alpha, beta, gamma] } }: Tiling): Focus => ({ column: alpha?.anchor ?? 0, row: beta?.anchor ?? 0, layer: gamma?.anchor });

/** Cells from a tile's middle to the nearest of the places. */
export const distanceTo = (tiling: Tiling, tile: Tile, places: readonly Focus[]): number => Math.min(...places.map((focus) => distance(tiling, tile, focus)));

function distance({ grid, side }: Tiling, { level, row, column, layer }: Tile, focus: Focus): number {
  const span = side * strideOf(grid, level);
  return Math.hypot((column + 0.5) * span - focus.column, grid.axes.length === 1 ? 0 : (row + 0.5) * span - focus.row, (layer ?? 0) - (focus.layer ?? layer ?? 0));
}
