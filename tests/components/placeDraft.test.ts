/** The form that places a slice: what it makes of what was typed, on the built-in networks themselves. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { draftFor, recipeOf, withKind, KINDS, type PlaceDraft } from '#components/panels/placeDraft.ts';
import { readSubject } from '#lib/formats/subjectFile.ts';
import type { Subject } from '#lib/network/subject.ts';
import { frameOf } from '#lib/slice/frame.ts';
import { projectorOf } from '#lib/slice/projection.ts';

function builtin(name: string): Subject {
  const manifest: unknown = JSON.parse(readFileSync(`public/builtins/${name}.json`, 'utf8'));
  const { digest } = (manifest as { file: { digest: string } }).file;
  const subject = readSubject(manifest, readFileSync(`public/builtins/${digest}.safetensors`));
  if (!subject.ok) throw new Error(JSON.stringify(subject.problems));
  return subject.value;
}

const NAMES = ['spirals-tiny', 'seed-cnn', 'line-fit'] as const;
const subjects = new Map(NAMES.map((name) => [name, builtin(name)]));
const spirals = subjects.get('spirals-tiny')!;
const draft = draftFor(spirals, [1, 2]);
const withAxis = (part: Partial<PlaceDraft['axes'][0]>): PlaceDraft => ({ ...draft, axes: [{ ...draft.axes[0], ...part }, draft.axes[1]] });
const problemsFor = (changed: PlaceDraft) => recipeOf(changed, spirals.manifest).problems;

describe('placeDraft', () => {
  it.each(NAMES.flatMap((name) => KINDS.map((kind) => [name, kind] as const)))('[place] the first draft of %s as %s can be placed and spans what it says', (name, kind) => {
    const subject = subjects.get(name)!;
    const { recipe, problems } = recipeOf(withKind(draftFor(subject, [1, 2]), kind, subject), subject.manifest);
    expect(problems).toEqual([]);
    expect(() => frameOf(recipe, subject)).not.toThrow();
  });

  it('[place] what cannot be read is a problem beside its own field', () => {
    expect(problemsFor(withAxis({ seed: 'x' }))).toEqual([{ path: 'axes.0.direction.seed', message: 'must be a number' }]);
    expect(problemsFor(withAxis({ count: '10' })).map(({ path }) => path)).toEqual(['axes.0.count']);
    expect(problemsFor(withAxis({ count: '9.5' })).map(({ path }) => path)).toEqual(['axes.0.count']);
    expect(problemsFor(withAxis({ max: '-3' })).map(({ path }) => path)).toEqual(['axes.0.max']);
    expect(problemsFor(withAxis({ seed: '2' })).map(({ path }) => path)).toEqual(['axes.1.direction']);
    expect(problemsFor({ ...draft, counts: { ...draft.counts, train: '257' } }).map(({ path }) => path)).toEqual(['samples.0.count']);
  });

  it('[place] a minus sign as we print it and a decimal comma are understood', () => {
    const { recipe, problems } = recipeOf(withAxis({ min: '−0,5' }), spirals.manifest);
    expect(problems).toEqual([]);
    expect(recipe.axes[0]?.min).toBe(-0.5);
  });

  it('[place] a line shows train and test together, a plane one set', () => {
    expect(recipeOf(withKind(draft, 'lineTowards', spirals), spirals.manifest).recipe.samples.map(({ set }) => set)).toEqual(['train', 'test']);
    expect(recipeOf(withKind(draft, 'randomPlane', spirals), spirals.manifest).recipe.samples.map(({ set }) => set)).toEqual(['train']);
  });

  it.each(NAMES)('[place] a plane through three checkpoints of %s holds all three', (name) => {
    const subject = subjects.get(name)!;
    const through = withKind(draftFor(subject, [1, 2]), 'planeThrough', subject);
    const { recipe } = recipeOf(through, subject.manifest);
    const { project } = projectorOf(frameOf(recipe, subject));
    const ids = [through.centre, through.axes[0].target, through.axes[1].target];
    expect(new Set(ids).size).toBe(3);
    for (const id of ids) {
      const { coordinates } = project(subject.checkpoints[subject.manifest.checkpoints.findIndex((each) => each.id === id)]!);
      for (const [axis, value] of coordinates.entries()) {
        expect(value).toBeGreaterThan(recipe.axes[axis]!.min);
        expect(value).toBeLessThan(recipe.axes[axis]!.max);
      }
    }
  });
});
