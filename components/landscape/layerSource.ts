/**
 * One layer of a volume as a surface like any other: what draws planes draws it without knowing of the volume.
 *
 * Which layer is shown may change with every picture; the arrays are those of the volume, so nothing is copied.
 */
import type { SurfaceSource, WholeSource } from '#client/surfaceStore.ts';
import type { SetName } from '#lib/network/subject.ts';
import type { SurfaceView } from '#lib/work/surface.ts';
import { coordinateOf } from '#lib/slice/grid.ts';

export type LayerSource = SurfaceSource & {
  readonly whole: WholeSource;
  readonly layer: number;
  readonly setLayer: (layer: number) => void;
};

export function createLayerSource(whole: WholeSource): LayerSource {
  const { surface } = whole;
  const { grid } = surface.tiling;
  const gamma = grid.axes[2]!;
  const listeners = new Set<() => void>();
  let layer = gamma.anchor;
  let turns = 0;
  const view: SurfaceView = {
    tiling: { ...surface.tiling, grid: { ...grid, axes: grid.axes.slice(0, 2), layers: 1 } },
    sets: surface.sets,
    field: (set: SetName) => surface.field(set, layer),
    range: (set) => surface.range(set),
    counts: (set) => surface.counts(set),
    valueAt: (set, column, row) => surface.valueAt(set, column, row, layer),
    estimateAt: (set, a, b, c = coordinateOf(gamma, layer)) => surface.estimateAt(set, a, b, c),
  };
  return {
    ...whole,
    whole,
    surface: view,
    get layer() {
      return layer;
    },
    setLayer(next) {
      const kept = Math.min(gamma.count - 1, Math.max(0, next));
      if (kept === layer) return;
      layer = kept;
      turns++;
      for (const listener of listeners) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      const stop = whole.subscribe(listener);
      return () => {
        listeners.delete(listener);
        stop();
      };
    },
    getSnapshot: () => whole.getSnapshot() + turns,
  };
}
