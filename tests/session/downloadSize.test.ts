/** What a device downloads before it helps. */
import { expect, test } from 'vitest';
import { downloadBytes } from '#lib/session/downloadSize.ts';
import { subjectIdOf } from '#lib/network/subject.ts';
import type { DirectionRecipe } from '#lib/slice/recipe.ts';
import { builtin } from '#tests/support/builtins.ts';
import { planeRecipe } from '#tests/support/subjects.ts';

const spirals = builtin('spirals-tiny').manifest;
const sine = builtin('sine-10k').manifest;
const known = new Map([spirals, sine].map((manifest) => [subjectIdOf(manifest), manifest]));
const on = (manifest: typeof spirals, count: number) => planeRecipe({ subject: subjectIdOf(manifest), samples: [{ set: 'train', count }] });
const bytesOf = (recipes: Parameters<typeof downloadBytes>[0]) => downloadBytes(recipes, (id) => known.get(id));

test('[L21] a network counts once, of samples in parts those files that are measured on, and nothing that is not known', () => {
  const parts = sine.dataset.parts!.train;
  expect(bytesOf([])).toBe(0);
  expect(bytesOf([on(spirals, 256), on(spirals, 64)])).toBe(spirals.file.bytes);
  expect(bytesOf([on(sine, 1025)])).toBe(sine.file.bytes + parts[0]!.bytes + parts[1]!.bytes);
  expect(bytesOf([on(sine, 10_000), on(sine, 10), on(spirals, 1)])).toBe(sine.file.bytes + spirals.file.bytes + parts.reduce((sum, { bytes }) => sum + bytes, 0));
  expect(bytesOf([{ ...on(spirals, 1), subject: 'x'.repeat(64) }])).toBe(0);
});

test('[L21] other runs on a slice and files of directions count once each', () => {
  const other = builtin('spirals-seed-8').manifest;
  const along: DirectionRecipe = { kind: 'vector', digest: 'a'.repeat(64), title: 'PC1' };
  const recipe = on(spirals, 256);
  const [axis] = recipe.axes;
  const axes = [{ ...axis!, direction: along }, { ...axis!, direction: along }];
  const all = (id: string) => (id === subjectIdOf(other) ? other : known.get(id));
  expect(downloadBytes([{ ...recipe, axes, runs: [subjectIdOf(other)] }, { ...recipe, axes }], all)).toBe(spirals.file.bytes + other.file.bytes + 4 * 354);
});
