/** What is believed of a returned result, rule by rule. */
import { describe, expect, it } from 'vitest';
import { checkForm, differencesOf, severityAt } from '#lib/work/agreement.ts';
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

  const tolerance = { absolute: 1e-6, relative: 2e-5 };
  const oneOf = (lossSum: number, correct = 0, samples = 8) => resultOf({ samples, lossSum: Float64Array.of(lossSum), correct: Uint32Array.of(correct) }, 1);

  it('[V3] takes the set that is furthest off, and lets a few answers differ, not many', () => {
    const at = (lossSum: number, correct: number) => severityAt(oneOf(lossSum, correct, 256), 0, [{ lossSum: 256, correct: 200 }], 'crossEntropy', tolerance);
    expect(at(256, 202)).toBeLessThanOrEqual(1);
    expect(at(256, 204)).toBeGreaterThan(1);
    expect(at(256 * (1 + 3e-5), 200)).toBeCloseTo(1.5);
    expect(severityAt(oneOf(9, 5), 0, [{ lossSum: 8, correct: 0 }], 'squaredError', tolerance)).toBeCloseTo(0.125 / 2e-5, 0);
  });

  it('[V3] two devices may differ by as much as both may be off', () => {
    const two = (one: number, other: number) => differencesOf(oneOf(one), oneOf(other), 'squaredError', tolerance);
    expect(two(8, 8 * (1 + 3.9e-5))).toEqual([]);
    expect(two(8, 8 * (1 + 4.2e-5))).toEqual([{ index: 0, severity: expect.closeTo(1.05, 2) }]);
    expect(two(8, NaN)[0]!.severity).toBe(Infinity);
    expect(two(NaN, Infinity)).toEqual([]);
  });
});
