/**
 * Slices that belong together and are placed with one press: the same picture under several seeds, or the figures of the notebook that this
 * kind of picture comes from. Recipes only; rule S18 in docs/SPEC.md.
 */
import { canonicalJson } from '#lib/digest.ts';
import { STANDARD_MODE } from '#lib/network/mode.ts';
import type { SubjectManifest } from '#lib/network/subject.ts';
import type { Axis, SliceRecipe } from './recipe.ts';

export const USUAL_SEEDS = 5;

const isDrawn = ({ direction }: Axis): boolean => direction.kind === 'random';

/** Whether a slice has directions that another seed would change. */
export const hasSeeds = ({ axes }: Pick<SliceRecipe, 'axes'>): boolean => axes.some(isDrawn);

/** The slice itself and the next seeds of it: nothing else differs. */
export function seedGroup(recipe: SliceRecipe, count = USUAL_SEEDS): readonly SliceRecipe[] {
  return Array.from({ length: count }, (_, step) => ({
    ...recipe,
    axes: recipe.axes.map((axis) => (axis.direction.kind === 'random' ? { ...axis, direction: { ...axis.direction, seed: (axis.direction.seed + step) % 2 ** 32 } } : axis)),
  }));
}

/** The same for two slices that differ in their seeds only. */
export const seedlessKey = (recipe: SliceRecipe): string =>
  canonicalJson({ ...recipe, axes: recipe.axes.map((axis) => (axis.direction.kind === 'random' ? { ...axis, direction: { ...axis.direction, seed: 0 } } : axis)) });

const FIGURE_EXTENT = { min: -0.3, max: 0.3 } as const;
const FIGURE_SAMPLES = 512;

/**
 * Line and plane around the initial point and around every trained one, train and test, the same seeds and the same extent everywhere:
 * 31 and 51×51 points over [−0.3, 0.3], scaled layer by layer, biases too, dropout off while it is measured (Merkulov's notebook).
 * Both of its experiments begin at one point, so its eight figures are six slices where a network was trained with and without dropout.
 */
export function notebookFigures(manifest: SubjectManifest, subject: string, seeds: readonly [number, number]): readonly SliceRecipe[] {
  const { checkpoints, dataset, loss } = manifest;
  const centres = checkpoints.filter(({ id, training }) => training !== undefined || id === 'initial' || id === 'trained');
  if (centres.length < 2) return [];
  const axis = (seed: number, count: number): Axis => ({ ...FIGURE_EXTENT, count, direction: { kind: 'random', seed, normalisation: 'layer', vectors: 'layer' } });
  const samples = (['train', 'test'] as const).filter((set) => dataset.samples[set] > 0).map((set) => ({ set, count: Math.min(FIGURE_SAMPLES, dataset.samples[set]) }));
  return centres.flatMap(({ id: centre }) =>
    [[axis(seeds[0], 31)], [axis(seeds[0], 51), axis(seeds[1], 51)]].map((axes): SliceRecipe => ({ format: 1, subject, samples, loss, mode: STANDARD_MODE, centre, axes })),
  );
}
