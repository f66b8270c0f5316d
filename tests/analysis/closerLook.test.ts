/** What is computed when somebody looks closer at a point of a slice: how sure a loss is, and where it slopes. */
import { describe, expect, it } from 'vitest';
import { differenceSpread, spreadOf } from '#lib/analysis/sampleSpread.ts';
import { flatnessOf, slopeOf } from '#lib/analysis/slope.ts';
import { evaluateAt, STORED_MODE } from '#lib/network/forward.ts';
import { frameOf, parametersAt } from '#lib/slice/frame.ts';
import { inspect } from '#workers/inspectJob.ts';
import type { InspectAnswer, InspectQuestion } from '#lib/wire/inspectMessages.ts';
import { lineSubject, planeRecipe } from '#tests/support/subjects.ts';

const subject = lineSubject();
const recipe = planeRecipe();
const frame = frameOf(recipe, subject);

const questionOf = (ask: InspectQuestion['ask'], spots: InspectQuestion['spots']): InspectQuestion => ({
  ask,
  network: subject.manifest.network,
  loss: 'squaredError',
  mode: STORED_MODE,
  frame,
  sets: (['train', 'test'] as const).map((set) => ({ set, samples: subject.sets[set] })),
  spots,
});

function answerTo(question: InspectQuestion): InspectAnswer {
  const work = inspect(question);
  for (let step = work.next(); ; step = work.next()) if (step.done) return step.value;
}

const lossAt = (a: number, b: number): number => {
  const sets = [{ set: 'train', samples: subject.sets.train }] as const;
  const [truth] = evaluateAt({ network: subject.manifest.network, loss: 'squaredError', buffers: [], sets }, parametersAt(frame, a, b, new Float64Array(2)));
  return truth!.lossSum / truth!.samples;
};

describe('a closer look', () => {
  it('[J6] a standard error is the deviation over √n, and that of a difference is taken sample by sample', () => {
    // 2, 4, 4, 4, 5, 5, 7, 9: mean 5, Σ(ℓ − 5)² = 32, so √(32/7) and √(32/56).
    const losses = Float64Array.of(2, 4, 4, 4, 5, 5, 7, 9);
    const { mean, deviation, standardError } = spreadOf(losses);
    expect([mean, deviation, standardError]).toEqual([5, Math.sqrt(32 / 7), Math.sqrt(32 / 56)]);
    // A level common to all samples is no error of the shape.
    expect(differenceSpread(losses, losses.map((loss) => loss + 3))).toMatchObject({ mean: 3, standardError: 0 });
    expect(spreadOf(Float64Array.of(1)).standardError).toBeNaN();
    expect(() => differenceSpread(losses, Float64Array.of(1))).toThrow(/same samples/);
  });

  it('[J6] the inspector gives the losses that pictures are made of, with their spread for each set', () => {
    const answer = answerTo(questionOf('values', [{ a: 0, b: 0 }, { a: 0.5, b: -0.25 }]));
    if (answer.ask !== 'values') throw new Error('asked for values');
    const [here, there] = answer.values;
    expect(here!.map(({ set }) => set)).toEqual(['train', 'test']);
    expect(there![0]!.level.mean).toBeCloseTo(lossAt(0.5, -0.25), 14);
    expect(there![0]!.change.mean).toBeCloseTo(lossAt(0.5, -0.25) - lossAt(0, 0), 14);
    expect(here![0]!.change.mean).toBe(0);
  });

  it('[J7] a gradient is taken apart into slopes along the axes, a part within the slice and one out of it', () => {
    const answer = answerTo(questionOf('gradients', [{ a: 0.5, b: -0.25 }]));
    if (answer.ask !== 'gradients') throw new Error('asked for gradients');
    const { along, norm, inside, outside } = slopeOf(answer.gradients[0]!.gradient, frame.directions);
    const h = 1e-5;
    expect(along[0]).toBeCloseTo((lossAt(0.5 + h, -0.25) - lossAt(0.5 - h, -0.25)) / (2 * h), 7);
    expect(along[1]).toBeCloseTo((lossAt(0.5, -0.25 + h) - lossAt(0.5, -0.25 - h)) / (2 * h), 7);
    // This plane is the whole parameter space.
    expect(inside).toBeCloseTo(norm, 10);
    expect(outside / norm).toBeLessThan(1e-5);
    // g = (3, 4, 12) on the axes e₁ and e₁ + e₂: 5 within, 12 out.
    const apart = slopeOf(Float64Array.of(3, 4, 12), [Float32Array.of(1, 0, 0), Float32Array.of(1, 1, 0)]);
    expect(apart.along).toEqual([3, 7]);
    expect(apart.inside).toBeCloseTo(5, 12);
    expect(apart.outside).toBeCloseTo(12, 12);
  });

  it('[J7] a place is called flat only where no slope is left, and a slope out of the slice is told first', () => {
    const slope = (inside: number, outside: number) => ({ norm: Math.hypot(inside, outside), along: [0, 0], inside, outside });
    // 1 % of ‖θ‖ = 10 is 0.1; with a loss of 2 a length of 0.02 is the limit.
    const parameters = Float64Array.of(6, 8);
    expect(flatnessOf(slope(0.019, 0.019), 2, parameters)).toBe('flat');
    expect(flatnessOf(slope(0.021, 0.019), 2, parameters)).toBe('slopesWithin');
    expect(flatnessOf(slope(5, 0.021), 2, parameters)).toBe('slopesOut');
    expect(flatnessOf(slope(NaN, NaN), 2, parameters)).toBe('slopesOut');
  });
});
