/** Which tile of a slice a sample of its grid belongs to. Rule T1 in docs/SPEC.md. */
import { strideOf, type AxisGrid } from '#lib/slice/grid.ts';
import type { Tile, Tiling } from './tile.ts';

/** The one tile that holds the sample at (column, row) of a layer: that of the coarsest level which has it, over the first shard. */
export function tileAt({ sliceId, grid, side, shards = 1 }: Tiling, column: number, row: number, layer = 0): Tile {
  const [alpha, beta, gamma] = grid.axes;
  for (let level = 0; level < grid.levels; level++) {
    const stride = strideOf(grid, level);
    const across = blockOf(alpha, column, stride, side);
    const up = blockOf(beta, row, stride, side);
    if (across !== null && up !== null && blockOf(gamma, layer, stride, 1) !== null) return { sliceId, level, row: up, column: across, ...(gamma && { layer }), ...(shards > 1 && { shard: 0 }) };
  }
  throw new Error(`the grid has no sample at column ${column}, row ${row}${gamma ? `, layer ${layer}` : ''}`);
}

/** In which block of a level an index stands; null where the level does not have it. An axis that is not there has one sample. */
function blockOf(axis: AxisGrid | undefined, index: number, stride: number, side: number): number | null {
  if (!axis) return index === 0 ? 0 : null;
  const first = axis.anchor % stride;
  if (index < first || index >= axis.count || (index - first) % stride !== 0) return null;
  return Math.floor((index - first) / stride / side);
}
