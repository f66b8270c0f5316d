/** The measured losses of a slice as the methods of lib/analysis read them: what is not measured is not known, and is not guessed. */
import { finestComplete, type SampledSurface } from '#lib/analysis/sampledSurface.ts';
import type { SetName } from '#lib/network/subject.ts';
import type { SurfaceView } from '#lib/work/surface.ts';

/** The whole grid; NaN where nothing is measured. */
export function sampledOf(surface: SurfaceView, set: SetName): SampledSurface {
  const { axes, columns, rows } = surface.tiling.grid;
  const values = new Float64Array(columns * rows);
  for (let at = 0; at < values.length; at++) values[at] = surface.valueAt(set, at % columns, Math.floor(at / columns))?.loss ?? NaN;
  return { axes: axes.slice(0, 2), columns, rows, values };
}

/** The finest level that is complete; null before the coarsest is. */
export function finestOf(surface: SurfaceView, set: SetName): SampledSurface | null {
  const { grid } = surface.tiling;
  const { values } = sampledOf(surface, set);
  return finestComplete({ ...grid, axes: grid.axes.slice(0, 2) }, values, (at) => surface.valueAt(set, at % grid.columns, Math.floor(at / grid.columns)) !== null);
}

export const isComplete = ({ values }: SampledSurface, surface: SurfaceView, set: SetName): boolean => {
  const { columns } = surface.tiling.grid;
  for (let at = 0; at < values.length; at++) if (!surface.valueAt(set, at % columns, Math.floor(at / columns))) return false;
  return true;
};
