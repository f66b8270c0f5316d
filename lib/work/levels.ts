/**
 * How sure the level of a picture is whose samples come shard by shard: the loss at one point with its standard error, over so many samples.
 *
 * Read off what is measured; nothing is evaluated. Rules F9 and J6 in docs/SPEC.md.
 */
import type { SetName } from '#lib/network/subject.ts';
import { coordinateOf } from '#lib/slice/grid.ts';
import type { SampleChoice } from '#lib/slice/recipe.ts';
import type { SurfaceView } from './surface.ts';

export type Level = {
  readonly set: SetName;
  /** Taken in so far, of all that the slice asks for. */
  readonly samples: number;
  readonly all: number;
  readonly loss: number;
  /** NaN where a loss is not finite. */
  readonly standardError: number;
};

/** Per set, at the centre of the slice, or in the middle of a grid that does not hold it; null where there is one shard, or nothing is measured there yet. */
export function levelsOf(surface: SurfaceView, samples: readonly SampleChoice[]): readonly Level[] | null {
  const { grid, shards } = surface.tiling;
  if (shards === undefined) return null;
  const [alpha, beta] = grid.axes;
  const levels = samples.flatMap(({ set, count }) => {
    const measured = surface.valueAt(set, alpha?.anchor ?? 0, beta?.anchor ?? 0);
    return measured?.standardError === undefined ? [] : [{ set, samples: measured.samples, all: count, loss: measured.loss, standardError: measured.standardError }];
  });
  return levels.length === samples.length ? levels : null;
}

/** Whether those levels are the centre's. */
export const isAtCentre = ({ tiling: { grid } }: SurfaceView): boolean => grid.axes.every((axis) => coordinateOf(axis, axis.anchor) === 0);
