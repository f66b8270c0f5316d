/**
 * Which tile of a slice is wanted next: coarse levels first; within a level, nearest to where people look.
 *
 * It orders; it does not know who computes, nor what is done already.
 */
import { strideOf } from '#lib/slice/grid.ts';
import type { Tile, Tiling } from './tile.ts';

/** A place people look at, in grid cells. */
export type Focus = { readonly column: number; readonly row: number };

/** Tiles in the order they are wanted, as a new array. Without a focus, from the anchor of the grid outward. */
export function inWantedOrder(tiling: Tiling, tiles: readonly Tile[], focuses: readonly Focus[] = []): readonly Tile[] {
  const places = focuses.length > 0 ? focuses : [anchorOf(tiling)];
  return tiles
    .map((tile) => ({ tile, distance: Math.min(...places.map((focus) => distance(tiling, tile, focus))) }))
    .sort((one, other) => one.tile.level - other.tile.level || one.distance - other.distance)
    .map(({ tile }) => tile);
}

const anchorOf = ({ grid }: Tiling): Focus => ({ column: grid.axes[0]?.anchor ?? 0, row: grid.axes[1]?.anchor ?? 0 });

function distance({ grid, side }: Tiling, { level, row, column }: Tile, focus: Focus): number {
  const span = side * strideOf(grid, level);
  return Math.hypot((column + 0.5) * span - focus.column, grid.axes.length === 1 ? 0 : (row + 0.5) * span - focus.row);
}
