/**
 * A surface that others watch: who draws it hears which samples to draw again.
 *
 * Drawing never goes through React: a tile costs one texture write, whatever else is on the page.
 * It does not know where tiles come from; client/surfaceStore.ts has such sources.
 */
import type { Rectangle } from '#lib/work/estimate.ts';
import type { SurfaceView } from '#lib/work/surface.ts';

export type SurfaceSource = {
  readonly surface: SurfaceView;
  /** Calls `listener` after changes, at most once per picture; returns how to stop. */
  readonly subscribe: (listener: () => void) => () => void;
  /** A number that differs after every change, as React's useSyncExternalStore wants. */
  readonly getSnapshot: () => number;
  /** Calls `listener` with the samples of every change. */
  readonly onRectangle: (listener: (rectangle: Rectangle) => void) => () => void;
};

export type RectangleQueue = {
  /** The samples to draw again since the last call; the first time, the whole grid. */
  readonly drain: () => readonly Rectangle[];
  readonly stop: () => void;
};

/** Past this many, one write of the whole is cheaper than the parts. */
const MANY = 512;

/** Collects what changed between two pictures. */
export function watchRectangles(source: SurfaceSource): RectangleQueue {
  const { columns, rows } = source.surface.tiling.grid;
  const whole: Rectangle = { column: 0, row: 0, columns, rows };
  const queue: Rectangle[] = [whole];
  const stop = source.onRectangle((rectangle) => {
    if (queue.length >= MANY) queue.splice(0, queue.length, whole);
    else queue.push(rectangle);
  });
  return { drain: () => queue.splice(0), stop };
}
