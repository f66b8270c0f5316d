/** Checkpoints as the landscape draws them. */
import type { CheckpointMark } from '#components/landscape/marks.ts';
import type { Bead } from './useTrajectory.ts';

/** Nearer than this share of the farthest one counts as lying in the slice: float32 parameters are rounded. */
const ON_PLANE = 1e-5;

export function marksOf(beads: readonly Bead[]): readonly CheckpointMark[] {
  const farthest = Math.max(0, ...beads.map(({ outOfPlane }) => outOfPlane));
  return beads.map(({ id, title, epoch, a, b, outOfPlane }) => ({ id, title, epoch, a, b, distance: outOfPlane, onPlane: outOfPlane <= farthest * ON_PLANE }));
}
