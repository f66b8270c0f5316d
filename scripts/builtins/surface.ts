/** The precomputed picture of the home page: one slice evaluated in float64 at every point of its grid. */
import { evaluateAt, forwardOf } from '#lib/network/forward.ts';
import type { Subject } from '#lib/network/subject.ts';
import { frameOf, parametersAt } from '#lib/slice/frame.ts';
import { coordinateOf, gridOf } from '#lib/slice/grid.ts';
import { sliceIdOf, type SliceRecipe } from '#lib/slice/recipe.ts';

/** `loss` is row-major [row][column], the mean over the recipe's first set, to six significant digits. */
export type PrecomputedSurface = { readonly recipe: SliceRecipe; readonly sliceId: string; readonly loss: readonly number[] };

export function homeRecipe(subject: Subject): SliceRecipe {
  const axis = (seed: number) => ({
    direction: { kind: 'random', seed, normalisation: 'filter', vectors: 'ignore' } as const,
    min: -1,
    max: 1,
    count: 65,
  });
  return {
    format: 1,
    subject: subject.id,
    samples: [{ set: 'train', count: subject.sets.train.count }],
    loss: subject.manifest.loss,
    mode: { batchNorm: 'frozen', dropout: 'off' },
    centre: 'trained',
    axes: [axis(13), axis(14)],
  };
}

export function precompute(subject: Subject, recipe: SliceRecipe): PrecomputedSurface {
  const frame = frameOf(recipe, subject);
  const grid = gridOf(recipe.axes);
  const [alpha, beta] = grid.axes;
  const forward = forwardOf(subject.manifest.network);
  const set = recipe.samples[0]!.set;
  const job = { network: subject.manifest.network, loss: recipe.loss, buffers: frame.buffers, sets: [{ set, samples: subject.sets[set] }] };
  const parameters = new Float64Array(frame.origin.length);
  const loss: number[] = [];
  for (let row = 0; row < grid.rows; row++) {
    for (let column = 0; column < grid.columns; column++) {
      parametersAt(frame, coordinateOf(alpha!, column), beta ? coordinateOf(beta, row) : 0, parameters);
      const [sums] = evaluateAt(job, parameters, forward);
      loss.push(Number((sums!.lossSum / sums!.samples).toPrecision(6)));
    }
  }
  return { recipe, sliceId: sliceIdOf(recipe), loss };
}
