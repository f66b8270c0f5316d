/** One surface less another as a surface that can be drawn: made anew when either has grown. Pure. */
import { surfaceDifference } from '#lib/analysis/surfaceDifference.ts';
import type { SetName } from '#lib/network/subject.ts';
import { createSurface, type LossRange, type Surface, type SurfaceView } from '#lib/work/surface.ts';
import { pointsOf, tilesOf } from '#lib/work/tile.ts';
import type { SurfaceSource } from '#components/landscape/surfaceSource.ts';
import { sampledOf } from '#components/analyse/measured.ts';

export type Difference = {
  readonly source: SurfaceSource;
  /** As far below zero as above, so that the middle of the colours is no difference. */
  readonly range: LossRange | null;
  /** Of the finite differences. */
  readonly mean: number;
  readonly largest: number;
};

/** @throws KnownError `other-grid` where the two were not sampled at the same coordinates */
export function differenceOf(one: SurfaceView, set: SetName, other: SurfaceView, otherSet: SetName): Difference {
  const difference = surfaceDifference(sampledOf(one, set), sampledOf(other, otherSet));
  // A difference has no samples of its own, and so no shards.
  const tiling = { ...one.tiling, shards: undefined };
  const surface: Surface = createSurface(tiling, [set]);
  let [sum, count, largest] = [0, 0, 0];
  for (const tile of tilesOf(tiling)) {
    const points = pointsOf(tiling, tile);
    const values = points.map(({ column, row }) => ({ value: difference.values[row * difference.columns + column]!, isKnown: one.valueAt(set, column, row) !== null && other.valueAt(otherSet, column, row) !== null }));
    // A tile that is not known in both stays unknown.
    if (!values.every(({ isKnown }) => isKnown)) continue;
    const lossSum = Float64Array.from(values, ({ value }) => value);
    surface.insert(tile, { points: points.length, sets: [{ set, samples: 1, lossSum, correct: new Uint32Array(points.length) }] }, true);
    for (const value of lossSum) {
      if (!Number.isFinite(value)) continue;
      sum += value;
      count++;
      largest = Math.max(largest, Math.abs(value));
    }
  }
  const still = () => () => {};
  return {
    source: { surface, subscribe: still, getSnapshot: () => 0, onRectangle: still },
    range: largest > 0 ? { min: -largest, max: largest } : null,
    mean: sum / count,
    largest,
  };
}
