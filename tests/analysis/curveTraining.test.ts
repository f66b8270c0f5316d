import { describe, expect, it } from 'vitest';
import { bendShare, pointOnCurve, rateAt, straightState, trainCurve, type BatchGradient, type CurveTrainingOptions } from '#lib/analysis/curveTraining.ts';

const ends = { from: Float64Array.of(-1, 0), to: Float64Array.of(1, 0) };

/** A ring of radius 1 with a hill in the middle: (x² + y² − 1)², so the straight line climbs to 1 and half a circle stays at 0. */
const ring = (point: Float64Array) => {
  const [x, y] = [point[0]!, point[1]! + 0.05];
  const away = x * x + y * y - 1;
  return { loss: away * away, gradient: Float64Array.of(4 * away * x, 4 * away * y) };
};

const options: CurveTrainingOptions = { shape: 'bezier', seed: 7, steps: 600, batch: 4, learningRate: 0.05, momentum: 0.9, weightDecay: 0 };

function highest(shape: 'bezier' | 'polygon', bend: Float64Array): number {
  const point = new Float64Array(2);
  return Math.max(...Array.from({ length: 101 }, (_, place) => ring(pointOnCurve(shape, ends, bend, place / 100, point)).loss));
}

describe('curve training', () => {
  it.each(['bezier', 'polygon'] as const)('[R20] bends a %s curve around the hill between its ends', async (shape) => {
    const state = straightState(ends);
    expect(highest(shape, state.bend)).toBeCloseTo(0.995, 2);
    for await (const _ of trainCurve(ends, { ...options, shape }, 32, ring, state));
    expect(state.losses).toHaveLength(600);
    expect(highest(shape, state.bend)).toBeLessThan(0.3);
  });

  it('[R20] goes on after an interruption as if there had been none, and draws other samples with another seed', async () => {
    const drawn: string[] = [];
    const noting: BatchGradient = (point, samples) => {
      drawn.push([...samples].sort((a, b) => a - b).join());
      return ring(point);
    };
    const whole = straightState(ends);
    for await (const _ of trainCurve(ends, options, 32, noting, whole));
    const part = straightState(ends);
    const steps = trainCurve(ends, options, 32, ring, part);
    for (let step = 0; step < 250; step++) await steps.next();
    const copy = { bend: part.bend.slice(), velocity: part.velocity.slice(), losses: [...part.losses] };
    for await (const _ of trainCurve(ends, options, 32, ring, copy));
    expect(copy.bend).toEqual(whole.bend);
    expect(copy.losses).toEqual(whole.losses);
    expect(new Set(drawn).size).toBeGreaterThan(590);
    expect(drawn.every((samples) => new Set(samples.split(',')).size === 4)).toBe(true);
    const other = straightState(ends);
    for await (const _ of trainCurve(ends, { ...options, seed: 8 }, 32, ring, other));
    expect(other.bend).not.toEqual(whole.bend);
  });

  it('[R20] is Garipov’s curve and schedule at the places that fix them', () => {
    const bend = Float64Array.of(0, 2);
    const at = (shape: 'bezier' | 'polygon', t: number) => [...pointOnCurve(shape, ends, bend, t, new Float64Array(2))];
    for (const shape of ['bezier', 'polygon'] as const) expect([at(shape, 0), at(shape, 1)]).toEqual([[-1, 0], [1, 0]]);
    expect(at('bezier', 0.5)).toEqual([0, 1]);
    expect(at('polygon', 0.5)).toEqual([0, 2]);
    expect(at('polygon', 0.25)).toEqual([-0.5, 1]);
    expect([bendShare('bezier', 0.5), bendShare('polygon', 0.5), bendShare('bezier', 1)]).toEqual([0.5, 1, 0]);
    expect([rateAt(0), rateAt(0.5), rateAt(0.7), rateAt(0.95)].map((rate) => Number(rate.toFixed(6)))).toEqual([1, 1, 0.505, 0.01]);
  });

  it('[R20] stops in words when the loss is no number', async () => {
    const wild: BatchGradient = () => ({ loss: NaN, gradient: new Float64Array(2) });
    await expect(trainCurve(ends, options, 32, wild, straightState(ends)).next()).rejects.toThrow('smaller learning rate');
  });
});
