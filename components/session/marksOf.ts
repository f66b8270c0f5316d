/** Checkpoints as the landscape draws them. */
import type { CheckpointMark } from '#components/landscape/marks.ts';
import type { Bead } from '#lib/analysis/checkpointsOnSlice.ts';

export function marksOf(beads: readonly Bead[]): readonly CheckpointMark[] {
  return beads.map(({ id, title, epoch, a, b, outOfPlane, captured }) => ({ id, title, epoch, a, b, distance: outOfPlane, captured, onPlane: outOfPlane === 0 }));
}
