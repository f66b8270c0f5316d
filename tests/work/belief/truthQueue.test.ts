/** The server's float64 budget: kept, and fair over slices whatever their points cost. */
import { describe, expect, it } from 'vitest';
import { affordable, drawPoints, isDear, planProbes } from '#lib/work/belief/probePlan.ts';
import { TruthQueue } from '#lib/work/belief/truthQueue.ts';
import { createRandom } from '#lib/random.ts';

const budget = { perSecond: 1000 };

describe('truth queue', () => {
  it('[V12] spends what was saved, then no more a second than the budget', () => {
    const queue = new TruthQueue<number>(budget);
    for (let tag = 0; tag < 1000; tag++) queue.push({ slice: 'a', cost: 100, urgency: 'usual', tag });
    const spend = (now: number) => {
      let spent = 0;
      for (let taken = queue.take(now); taken; taken = queue.take(now)) spent += taken.cost;
      return spent;
    };
    expect(spend(0)).toBe(10_000);
    expect(queue.wait(0)).toBeGreaterThan(0);
    expect(spend(1000)).toBeCloseTo(1000, -2);
    expect(spend(3000)).toBeCloseTo(2000, -2);
    expect(queue.size).toBe(1000 - 130);
  });

  it('[V12] gives each slice the same multiply-adds, however dear its points and however many it asks', () => {
    const queue = new TruthQueue<null>({ perSecond: 1e6 });
    for (let count = 0; count < 2000; count++) queue.push({ slice: 'many', cost: 10, urgency: 'usual', tag: null });
    for (let count = 0; count < 100; count++) queue.push({ slice: 'dear', cost: 200, urgency: 'usual', tag: null });
    for (let count = 0; count < 400; count++) queue.push({ slice: 'few', cost: 20, urgency: 'usual', tag: null });
    const spent = new Map<string, number>();
    for (let total = 0; total < 15_000; ) {
      const { slice, cost } = queue.take(0)!;
      spent.set(slice, (spent.get(slice) ?? 0) + cost);
      total += cost;
    }
    for (const slice of ['many', 'dear', 'few']) expect(spent.get(slice)! / 5000).toBeCloseTo(1, 1);
  });

  it('[V12] takes first verdicts before doubts and those before the rest, in whichever slices; and a closed slice not at all', () => {
    const queue = new TruthQueue<string>(budget);
    queue.push({ slice: 'a', cost: 1, urgency: 'usual', tag: 'usual' });
    for (const tag of ['doubt', 'another doubt']) queue.push({ slice: 'a', cost: 10, urgency: 'doubt', tag });
    for (const tag of ['verdict', 'another verdict']) queue.push({ slice: 'b', cost: 2000, urgency: 'verdict', tag });
    queue.push({ slice: 'c', cost: 1, urgency: 'usual', tag: 'closed' });
    queue.forget('c');
    expect([0, 0, 0, 0, 0, 0].map((now) => queue.take(now)?.tag)).toEqual(['verdict', 'another verdict', 'doubt', 'another doubt', 'usual', undefined]);
  });
});

describe('probe plan', () => {
  it('[V3] asks for one point of every tile that can be had, for no more than the budget, and for what is pointed at', () => {
    const { uniform } = createRandom(1);
    const plan = (pointCost: number, share: number, doubtful: readonly number[] = []) =>
      planProbes({ points: 64, pointCost, share, doubtful, isSuspicious: doubtful.length > 0 }, budget, uniform);
    expect(plan(1, 1 / 64)).toHaveLength(1);
    expect(plan(1, 1 / 4)).toHaveLength(16);
    expect(plan(100, 1 / 4)).toHaveLength(10);
    expect(plan(5500, 1 / 4)).toHaveLength(1);
    expect(isDear(budget, 5500)).toBe(true);
    expect([affordable(budget, 1e6), plan(1e6, 1 / 4)]).toEqual([0, []]);
    const pointed = plan(1, 1 / 64, [7, 9]);
    expect(pointed).toHaveLength(4);
    expect(pointed).toEqual(expect.arrayContaining([7, 9]));
  });

  it('[V3] draws every point equally often, none twice, and none that is left out', () => {
    const { uniform } = createRandom(2);
    for (const count of [3, 30]) {
      const drawn = new Float64Array(40);
      for (let round = 0; round < 4000; round++) {
        const points = drawPoints(40, count, uniform, [], new Set([5]));
        if (new Set(points).size !== count) throw new Error(`drew ${points}`);
        for (const point of points) drawn[point]!++;
      }
      expect(drawn[5]).toBe(0);
      for (const [point, times] of drawn.entries()) if (point !== 5) expect(times / ((4000 * count) / 39)).toBeCloseTo(1, 0);
    }
  });
});
