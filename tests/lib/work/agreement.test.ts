import { describe, expect, it } from 'vitest';
import { checkForm, disagreement } from '#lib/work/agreement.ts';
import type { TileResult } from '#lib/work/tileResult.ts';
import { planeRecipe } from '#tests/support/subjects.ts';

const recipe = planeRecipe();
const result = (change: Partial<TileResult['sets'][number]> = {}): TileResult => ({
  points: 2,
  sets: [{ set: 'train', samples: 8, lossSum: Float64Array.of(1, NaN), correct: Uint32Array.of(0, 0), ...change }],
});

describe('agreement', () => {
  it('[V1] a result has the points, the sets and the samples that were asked for', () => {
    expect(checkForm(result(), recipe, 2).ok).toBe(true);
    expect(checkForm(result(), recipe, 3).ok).toBe(false);
    expect(checkForm(result({ set: 'test' }), recipe, 2).ok).toBe(false);
    expect(checkForm(result({ samples: 7 }), recipe, 2).ok).toBe(false);
    expect(checkForm({ points: 2, sets: [...result().sets, ...result({ set: 'test' }).sets] }, recipe, 2).ok).toBe(false);
  });

  it('[V2] sums are such as a loss can have', () => {
    expect(checkForm(result({ lossSum: Float64Array.of(-1, 1) }), recipe, 2).ok).toBe(false);
    expect(checkForm(result({ correct: Uint32Array.of(1, 0) }), recipe, 2).ok).toBe(false);
  });

  it('[V3] honest float32 agrees, and a lie of a ten-thousandth does not', () => {
    const truth = { lossSum: 512 * 1.372, correct: 300 };
    const told = (factor: number, correct = 300) => disagreement('crossEntropy', 512, { lossSum: truth.lossSum * factor, correct }, truth);
    expect(told(1 + 1e-6)).toBeNull();
    expect(told(1 - 4e-5)).toBeNull();
    expect(told(1 + 1e-4)).toMatch(/expected/);
    expect(told(1, 305)).toBeNull();
    expect(told(1, 320)).toMatch(/320 correct/);
  });

  it('[V3] a tiny loss is compared on its own floor', () => {
    const tiny = (lossSum: number) => disagreement('crossEntropy', 1, { lossSum, correct: 1 }, { lossSum: 1e-9, correct: 1 });
    expect(tiny(1.1e-9)).toBeNull();
    expect(tiny(1e-4)).not.toBeNull();
  });

  it('[V3] what is not finite must be not finite in the truth too, unless float32 could not hold it', () => {
    const told = (returned: number, truth: number) => disagreement('squaredError', 1, { lossSum: returned, correct: 0 }, { lossSum: truth, correct: 0 });
    expect(told(NaN, NaN)).toBeNull();
    expect(told(Infinity, 1e38)).toBeNull();
    expect(told(NaN, 3)).not.toBeNull();
    expect(told(Infinity, 3)).not.toBeNull();
  });
});
