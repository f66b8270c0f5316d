/** What is believed of a returned result, rule by rule. */
import { describe, expect, it } from 'vitest';
import { checkForm, disagreement } from '#lib/work/agreement.ts';
import type { TileResult } from '#lib/work/tileResult.ts';
import { planeRecipe } from '#tests/support/subjects.ts';

const recipe = planeRecipe();
const resultOf = (change: Partial<TileResult['sets'][number]> = {}, points = 2): TileResult => ({
  points,
  sets: [{ set: 'train', samples: 8, lossSum: new Float64Array(points).fill(1), correct: new Uint32Array(points), ...change }],
});

describe('agreement', () => {
  it('[V1] takes as many points and the very sets that were asked for', () => {
    expect(checkForm(resultOf(), recipe, 2).ok).toBe(true);
    expect(checkForm(resultOf({}, 3), recipe, 2).ok).toBe(false);
    expect(checkForm(resultOf({ set: 'test' }), recipe, 2).ok).toBe(false);
    expect(checkForm(resultOf({ samples: 7 }), recipe, 2).ok).toBe(false);
    expect(checkForm({ points: 2, sets: [] }, recipe, 2).ok).toBe(false);
  });

  it('[V2] refuses sums that a loss cannot have, and takes those that are not finite', () => {
    expect(checkForm(resultOf({ lossSum: Float64Array.of(1, -1) }), recipe, 2).ok).toBe(false);
    expect(checkForm(resultOf({ correct: Uint32Array.of(0, 1) }), recipe, 2).ok).toBe(false);
    expect(checkForm(resultOf({ lossSum: Float64Array.of(NaN, Infinity) }), recipe, 2).ok).toBe(true);
  });

  it.each([
    ['the same', 8, 8, true],
    ['float32 rounding', 8 * (1 + 4e-5), 8, true],
    ['just too far', 8 * (1 + 6e-5), 8, false],
    ['a tiny loss within the floor', 8 * 9e-7, 0, true],
    ['a tiny loss beyond the floor', 8 * 2e-6, 0, false],
    ['both not a number', NaN, NaN, true],
    ['a number where there is none', 8, NaN, true],
    ['none where there is a number', NaN, 8, false],
    ['infinite where float32 overflows', Infinity, 8e31, true],
    ['infinite where it does not', Infinity, 8e20, false],
  ])('[V3] %s', (_, returned, truth, agrees) => {
    const why = disagreement('squaredError', 8, { lossSum: returned, correct: 0 }, { lossSum: truth, correct: 0 });
    expect(why === null).toBe(agrees);
  });

  it('[V3] lets a few answers differ, not many', () => {
    const truth = { lossSum: 256, correct: 200 };
    expect(disagreement('crossEntropy', 256, { lossSum: 256, correct: 202 }, truth)).toBeNull();
    expect(disagreement('crossEntropy', 256, { lossSum: 256, correct: 204 }, truth)).toContain('204 correct');
  });
});
