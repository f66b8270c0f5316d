import { describe, expect, it } from 'vitest';
import { readRecipe, sliceIdOf, type SliceRecipe } from '#lib/slice/recipe.ts';
import { lineSubject, planeRecipe } from '#tests/support/subjects.ts';

const subject = lineSubject();
const check = (recipe: unknown) => readRecipe(recipe, (id) => (id === subject.id ? subject.manifest : undefined));
const problemAt = (recipe: unknown) => {
  const outcome = check(recipe);
  return outcome.ok ? null : outcome.problems[0];
};
const withAxis = (change: object): SliceRecipe => {
  const recipe = planeRecipe();
  return { ...recipe, axes: [{ ...recipe.axes[0]!, ...change }, recipe.axes[1]!] };
};

describe('slice recipes', () => {
  it('[S1] the same recipe has the same id whatever the order of its fields; any change gives another', () => {
    const recipe = planeRecipe();
    const reordered = Object.fromEntries(Object.entries(recipe).reverse()) as SliceRecipe;
    expect(sliceIdOf(reordered)).toBe(sliceIdOf(recipe));
    expect(sliceIdOf(withAxis({ max: 1.0000001 }))).not.toBe(sliceIdOf(recipe));
    expect(sliceIdOf({ ...recipe, centre: 'initial' })).not.toBe(sliceIdOf(recipe));
  });

  it('[S2] a right recipe is read as it is', () => {
    expect(check(planeRecipe())).toEqual({ ok: true, value: planeRecipe() });
  });

  it('[S2] a range that starts or ends at zero is legal', () => {
    expect(check(withAxis({ min: 0, max: 1 })).ok).toBe(true);
    expect(check(withAxis({ min: -1, max: 0 })).ok).toBe(true);
  });

  it.each([
    [withAxis({ count: 10 }), 'axes.0.count', /odd.*11/],
    [withAxis({ count: 1 }), 'axes.0.count', /between 3 and 1025/],
    [withAxis({ count: 4.5 }), 'axes.0.count', /whole/],
    [withAxis({ min: 1, max: 1 }), 'axes.0.max', /more than 1/],
    [withAxis({ min: Number.NaN }), 'axes.0.min', /number/],
    [withAxis({ max: Infinity }), 'axes.0.max', /number|1,000,000/],
    [withAxis({ direction: { kind: 'towards', checkpoint: 'nowhere', length: 'difference', orthogonal: false } }), 'axes.0.direction.checkpoint', /no checkpoint nowhere/],
    [withAxis({ direction: { kind: 'towards', checkpoint: 'trained', length: 'difference', orthogonal: false } }), 'axes.0.direction.checkpoint', /differ from the centre/],
    [withAxis({ direction: { kind: 'towards', checkpoint: 'initial', length: 'unit', orthogonal: true } }), 'axes.0.direction.orthogonal', /second axis/],
    [withAxis({ direction: planeRecipe().axes[1]!.direction }), 'axes.1.direction', /another seed/],
    [withAxis({ direction: { kind: 'random', seed: -1, normalisation: 'filter', vectors: 'ignore' } }), 'axes.0.direction.seed', /0 or more/],
    [planeRecipe({ samples: [{ set: 'train', count: 9 }] }), 'samples.0.count', /between 1 and 8/],
    [planeRecipe({ samples: [{ set: 'train', count: 2 }, { set: 'train', count: 3 }] }), 'samples', /once/],
    [planeRecipe({ samples: [] }), 'samples', /train or test/],
    [planeRecipe({ centre: 'elsewhere' }), 'centre', /no checkpoint elsewhere/],
    [planeRecipe({ loss: 'crossEntropy' }), 'loss', /squared error/],
    [planeRecipe({ subject: '0'.repeat(64) }), 'subject', /no network/],
    [{ ...planeRecipe(), extra: 1 }, '', /extra/],
    ['text', '', /object/],
  ])('[S3] a bad value is refused beside its field, in words (%#)', (recipe, path, message) => {
    const problem = problemAt(recipe);
    expect(problem?.path).toBe(path);
    expect(problem?.message).toMatch(message);
  });
});
