/** The slice that is measured on each built-in: a plane of two random directions around its last checkpoint. */
import type { Subject } from '#lib/network/subject.ts';
import type { Axis, SliceRecipe } from '#lib/slice/recipe.ts';

export const MEASURED = ['spirals-tiny', 'seed-cnn', 'line-fit'] as const;

/** @param isSmall a line of three points instead of the plane, where a tile of the plane would take minutes */
export function measuredSlice({ id, manifest }: Subject, isSmall = false): SliceRecipe {
  const axis = (seed: number): Axis => ({
    direction: { kind: 'random', seed, normalisation: 'filter', vectors: 'layer' },
    min: -1,
    max: 1,
    count: isSmall ? 3 : 65,
  });
  return {
    format: 1,
    subject: id,
    samples: [{ set: 'train', count: manifest.dataset.samples.train }],
    loss: manifest.loss,
    mode: { batchNorm: 'frozen', dropout: 'off' },
    centre: manifest.checkpoints.at(-1)!.id,
    axes: isSmall ? [axis(1)] : [axis(1), axis(2)],
  };
}
