/** Looking for a direction of a wanted shape: found where it is, counted honestly where it is not. */
import { describe, expect, test } from 'vitest';
import { MINED_CLASSES, mineCurve, type MiningPlan, type Mining } from '#lib/analysis/curveMining.ts';

const PLAN: MiningPlan = { wanted: 'w-peak', span: 3, rounds: 12, angles: 8, samples: 51, seed: 1 };

/** Mines a loss of three numbers around 0. */
function mined(plan: MiningPlan, loss: (x: number, y: number, z: number) => number): Mining & { readonly rounds: number } {
  const mining = mineCurve(plan);
  let step = mining.next();
  let rounds = 0;
  while (!step.done) {
    rounds++;
    for (const direction of step.value.directions) expect(Math.hypot(...direction)).toBeCloseTo(1, 12);
    step = mining.next(step.value.directions.map(([x = 0, y = 0, z = 0]) => Array.from({ length: plan.samples }, (_, at) => (2 * at) / (plan.samples - 1) - 1).map((a) => loss(a * x, a * y, a * z))));
  }
  return { ...step.value, rounds };
}

/** Two valleys beside the network along x, a steep bowl across: only lines near x show them. */
const ridge = (x: number, y: number, z: number): number => (x * x - 0.16) ** 2 + 2 * y * y + 2 * z * z;

describe('mining of directions', () => {
  test('[O17] a shape that few directions show is found, and how many were tried is said', () => {
    const found = mined(PLAN, ridge);
    expect(found.best?.class).toBe('w-peak');
    expect(Math.abs(found.best!.direction[0]!)).toBeGreaterThan(0.9);
    expect(found.tried).toBe(found.rounds * PLAN.angles);
    expect(Object.values(found.counts).reduce((sum, count) => sum + count, 0)).toBe(found.tried);
    expect(found.counts['v-basin']).toBeGreaterThan(found.counts['w-peak']);
    expect(mined(PLAN, ridge)).toEqual(found);
  });

  test('[O17] where no direction has the shape, none is claimed: the nearest comes with the class that it has', () => {
    const found = mined({ ...PLAN, rounds: 5 }, (x, y, z) => x * x + y * y + 2 * z * z);
    expect(found.best?.class).toBe('v-basin');
    expect(found.counts).toEqual({ 'v-basin': 40, 'v-side': 0, 'w-basin': 0, 'w-peak': 0, 'vvv-basin': 0, unclassified: 0 });
    expect(mined({ ...PLAN, rounds: 2 }, () => NaN)).toMatchObject({ best: null, tried: 16 });
  });

  test('[O17] every round comes at least as near as the one before', () => {
    const distances = [1, 2, 4, 8].map((rounds) => mined({ ...PLAN, wanted: 'vvv-basin', rounds }, (x, y, z) => Math.sin(5 * x) + x * x + y * y + z * z).best!.distance);
    expect(distances.toSorted((one, other) => other - one)).toEqual(distances);
    expect(MINED_CLASSES).toEqual(['v-basin', 'v-side', 'w-basin', 'w-peak', 'vvv-basin']);
    expect(() => mineCurve({ ...PLAN, samples: 50 }).next()).toThrow('odd count');
  });
});
