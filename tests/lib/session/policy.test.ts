/** Limits of the session document that no test would reach by writing. */
import { describe, expect, it } from 'vitest';
import { MAX_ANNOTATIONS, MAX_POINTS, MAX_SLICES } from '#lib/session/document.ts';
import { SESSION_WORK } from '#lib/work/costCaps.ts';
import { refusalOf } from '#lib/session/policy.ts';
import { sliceIdOf } from '#lib/slice/recipe.ts';
import { lineSubject, planeRecipe } from '#tests/support/subjects.ts';

const recipe = planeRecipe();
const slice = sliceIdOf(recipe);
const signed = { by: 'ada', byName: 'Ada', at: 1 };
const around = (slices: number, annotations: number, points = 81, work = 0) => ({
  person: { id: 'ada', role: 'edit' as const },
  subjectOf: () => lineSubject().manifest,
  hasSlice: () => true,
  sizes: { session: 1, slices, annotations, analyses: 0 },
  points,
  work,
});

describe('policy', () => {
  it('[D6] a session has a largest number of slices', () => {
    const change = { map: 'slices' as const, key: slice, before: undefined, after: { ...signed, recipe, isPutAway: false } };
    expect(refusalOf(change, around(MAX_SLICES, 0))).toBeNull();
    expect(refusalOf(change, around(MAX_SLICES + 1, 0))).toContain(`${MAX_SLICES} slices`);
  });

  it('[D6] a session has a largest number of points, of slices that are not put away', () => {
    const placed = { ...signed, recipe, isPutAway: false };
    const change = { map: 'slices' as const, key: slice, before: undefined, after: placed };
    expect(refusalOf(change, around(2, 0, MAX_POINTS))).toBeNull();
    expect(refusalOf(change, around(2, 0, MAX_POINTS + 1))).toContain('put one away');
    expect(refusalOf({ ...change, before: placed, after: { ...placed, isPutAway: true } }, around(2, 0, MAX_POINTS + 1))).toBeNull();
  });

  it('[V14] a session has a largest amount of work, of slices that are not put away', () => {
    const change = { map: 'slices' as const, key: slice, before: undefined, after: { ...signed, recipe, isPutAway: false } };
    expect(refusalOf(change, around(2, 0, 81, SESSION_WORK))).toBeNull();
    expect(refusalOf(change, around(2, 0, 81, SESSION_WORK * 1.1))).toMatch(/more work than is lent to anybody: put one away/);
  });

  it('[D6] a session has a largest number of notes, and those it has can still be changed', () => {
    const note = { ...signed, kind: 'note', text: 'here', slice, a: 0, b: 0 };
    const change = { map: 'annotations' as const, key: 'note-of-ada', before: undefined, after: note };
    expect(refusalOf(change, around(1, MAX_ANNOTATIONS))).toBeNull();
    expect(refusalOf(change, around(1, MAX_ANNOTATIONS + 1))).toContain(`${MAX_ANNOTATIONS} notes`);
    expect(refusalOf({ ...change, before: note }, around(1, MAX_ANNOTATIONS + 1))).toBeNull();
  });
});
