/** The measured losses of a whole slice, for analyses that may not guess: null while a sample of it is missing. */
import type { SetName } from '#lib/network/subject.ts';
import type { SurfaceView } from '#lib/work/surface.ts';

/** Losses along a line, one per sample of the grid; a loss that is not finite stays so. */
export function measuredLine(surface: SurfaceView, set: SetName): Float64Array | null {
  const { columns } = surface.tiling.grid;
  const losses = new Float64Array(columns);
  for (let column = 0; column < columns; column++) {
    const measured = surface.valueAt(set, column, 0);
    if (!measured) return null;
    losses[column] = measured.loss;
  }
  return losses;
}
