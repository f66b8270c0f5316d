/** Slices that are placed together: what differs between them and what must not. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { seedBand } from '#lib/analysis/seedBand.ts';
import { manifestSchema, subjectIdOf } from '#lib/network/subject.ts';
import { hasSeeds, notebookFigures, seedGroup, seedlessKey } from '#lib/slice/groups.ts';
import { problemsOf, sliceIdOf } from '#lib/slice/recipe.ts';
import { planeRecipe } from '#tests/support/subjects.ts';

describe('groups of slices', () => {
  it('[S18] five seeds are five slices that differ in their seeds only, and are known as belonging together', () => {
    const group = seedGroup(planeRecipe());
    expect(new Set(group.map(sliceIdOf)).size).toBe(5);
    expect(new Set(group.map(seedlessKey)).size).toBe(1);
    expect(group[0]).toEqual(planeRecipe());
    expect(seedlessKey({ ...planeRecipe(), centre: 'initial' })).not.toBe(seedlessKey(planeRecipe()));
    const towards = { ...planeRecipe().axes[0]!, direction: { kind: 'towards', checkpoint: 'initial', length: 'unit', orthogonal: false } } as const;
    expect(hasSeeds({ axes: [towards] })).toBe(false);
  });

  it('[S18] the figures of the notebook: lines and planes around the initial and every trained point, train and test, one seed, one extent', () => {
    const manifest = manifestSchema.parse(JSON.parse(readFileSync('public/builtins/seed-cnn.json', 'utf8')));
    const figures = notebookFigures(manifest, subjectIdOf(manifest), [228, 229]);
    expect(figures.map(({ centre, axes }) => `${centre} ${axes.map(({ count }) => count).join('x')}`)).toEqual(['initial 31', 'initial 51x51', 'trained 31', 'trained 51x51', 'trained-dropout 31', 'trained-dropout 51x51']);
    for (const figure of figures) {
      expect(problemsOf(figure, manifest)).toEqual([]);
      expect(figure.samples.map(({ set, count }) => `${set} ${count}`)).toEqual(['train 256', 'test 128']);
      expect(figure.mode.dropout).toBe('off');
      expect(figure.axes[0]).toMatchObject({ min: -0.3, max: 0.3, direction: { seed: 228, normalisation: 'layer', vectors: 'layer' } });
    }
  });

  it('[S18] the band of several seeds is their mean and sample standard deviation, and no mean where one is not finite', () => {
    const { mean, deviation } = seedBand([[1, 2, NaN], [3, 2, 1], [5, 2, 1]]);
    expect([...mean]).toEqual([3, 2, NaN]);
    expect([...deviation.subarray(0, 2)]).toEqual([2, 0]);
  });
});
