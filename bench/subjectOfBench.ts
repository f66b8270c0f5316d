/** The slice that is measured on each built-in: a plane of two random directions around its last checkpoint. */
import { STANDARD_MODE } from '#lib/network/mode.ts';
import type { Subject } from '#lib/network/subject.ts';
import type { Axis, SliceRecipe } from '#lib/slice/recipe.ts';

export const MEASURED = ['spirals-tiny', 'seed-cnn', 'line-fit'] as const;

/** @param isSmall a line of three points instead of the plane, where a tile of the plane would take minutes */
export function measuredSlice(subject: Subject, isSmall = false): SliceRecipe {
  return isSmall ? sliceOfBench(subject, [1], 3) : sliceOfBench(subject, [1, 2], 65);
}

/** Random directions around the last checkpoint of a network, one for each seed, over all its training samples; other seeds are another slice of the same work. */
export function sliceOfBench({ id, manifest }: Subject, seeds: readonly number[], count: number): SliceRecipe {
  return {
    format: 1,
    subject: id,
    samples: [{ set: 'train', count: manifest.dataset.samples.train }],
    loss: manifest.loss,
    mode: STANDARD_MODE,
    centre: manifest.checkpoints.at(-1)!.id,
    axes: seeds.map((seed): Axis => ({ direction: { kind: 'random', seed, normalisation: 'filter', vectors: 'layer' }, min: -1, max: 1, count })),
  };
}
