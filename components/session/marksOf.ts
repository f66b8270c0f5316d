/** Checkpoints as the landscape draws them. */
import type { CheckpointMark } from '#components/landscape/marks.ts';
import type { Rgb } from '#components/hues.ts';
import type { Bead } from '#lib/analysis/checkpointsOnSlice.ts';

/** @param own of which run, where they are not those of the slice's own network, and in which colour */
export function marksOf(beads: readonly Bead[], own?: { readonly run: string; readonly colour: Rgb }): readonly CheckpointMark[] {
  return beads.map(({ id, title, epoch, a, b, outOfPlane, captured, of }) => ({
    id: own ? `${own.run} ${id}` : id,
    title,
    epoch,
    a,
    b,
    distance: outOfPlane,
    captured,
    onPlane: outOfPlane === 0,
    ...(of !== undefined && { of }),
    ...(own && { colour: own.colour }),
  }));
}
