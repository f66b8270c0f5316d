/** How long it still takes: from numbers alone, and never longer than was said without saying so. */
import { describe, expect, test } from 'vitest';
import { leftOf, outlook, promise, type Look, type Promised } from '#lib/work/eta.ts';
import { Pace } from '#lib/work/pace.ts';

const look = (at: number, by: Readonly<Record<string, readonly [points: number, tiles: number]>>): Look => ({
  at,
  by: new Map(Object.entries(by).map(([lender, [points, tiles]]) => [lender, { points, tiles }])),
});

describe('outlook', () => {
  test('[L19] a steady device gives a range around points over speed, narrower the more it returned', () => {
    // 1 point a millisecond, in 4 tiles and in 400.
    const few = outlook(10_000, [look(0, {}), look(1000, { ada: [1000, 4] })], new Set(['ada']));
    const many = outlook(10_000, [look(0, {}), look(100_000, { ada: [100_000, 400] })], new Set(['ada']));
    // σ = rate/√n: ±82 % of the rate, of which a quarter is the least; and ±20 %, the least spread.
    expect(few).toEqual({ kind: 'range', lowMs: expect.closeTo(10_000 / 1.82, 6) as number, highMs: expect.closeTo(10_000 / 0.25, 6) as number });
    expect(many).toEqual({ kind: 'range', lowMs: expect.closeTo(10_000 / 1.2, 6) as number, highMs: expect.closeTo(10_000 / 0.8, 6) as number });
  });

  test('[L19] who has left is not reckoned with, and who just came widens the near end only', () => {
    const looks = [look(0, {}), look(10_000, { ada: [10_000, 400], ben: [30_000, 400] })];
    const both = outlook(40_000, looks, new Set(['ada', 'ben']));
    const one = outlook(40_000, looks, new Set(['ada']));
    const joined = outlook(40_000, looks, new Set(['ada', 'carl']));
    expect(both).toMatchObject({ kind: 'range', highMs: expect.closeTo(40_000 / (4 * 0.8), 3) as number });
    expect(one).toMatchObject({ kind: 'range', highMs: expect.closeTo(40_000 / 0.8, 3) as number });
    expect(joined).toMatchObject({ kind: 'range', lowMs: expect.closeTo(40_000 / (1.2 * 2), 3) as number, highMs: expect.closeTo(40_000 / 0.8, 3) as number });
  });

  test('[L19] a late comer is measured from when it began, not from the first look', () => {
    const looks = [look(0, { ada: [5, 1] }), look(90_000, { ada: [5, 1] }), look(100_000, { ada: [5, 1], ben: [10_000, 400] })];
    expect(outlook(10_000, looks, new Set(['ben']))).toMatchObject({ kind: 'range', lowMs: expect.closeTo(10_000 / 1.2, 3) as number });
  });

  test('[L19] what a device took to get ready counts only until its second result', () => {
    // A minute of opening its engine, then a point a millisecond.
    const one = [look(0, {}), look(60_000, { ada: [1000, 1] })];
    const more = [...one, look(70_000, { ada: [11_000, 401] })];
    expect(outlook(10_000, one, new Set(['ada']))).toMatchObject({ kind: 'range', highMs: expect.closeTo((10_000 * 60) / 0.25, 3) as number });
    expect(outlook(10_000, more, new Set(['ada']))).toMatchObject({ kind: 'range', lowMs: expect.closeTo(10_000 / 1.2, 3) as number, highMs: expect.closeTo(10_000 / 0.8, 3) as number });
  });

  test('[L19] nothing left is done; nobody here, nobody measured, or one look only, is not known', () => {
    const looks = [look(0, {}), look(1000, { ada: [1000, 4] })];
    expect(outlook(0, looks, new Set(['ada']))).toEqual({ kind: 'done' });
    expect(outlook(10, looks, new Set())).toEqual({ kind: 'unknown' });
    expect(outlook(10, looks, new Set(['ben']))).toEqual({ kind: 'unknown' });
    expect(outlook(10, [looks[1]!], new Set(['ada']))).toEqual({ kind: 'unknown' });
  });
});

describe('promise', () => {
  test('[L19] whatever the estimates do, a later end than was said is always marked', () => {
    // A speed that falls, recovers, falls again, in steps of two seconds.
    const highs = [60, 58, 57, 56, 90, 88, 87, 40, 39, 38, 37, 120, 118, 60, 61, 62, 63].map((seconds) => seconds * 1000);
    let told: Promised | null = null;
    let grew = 0;
    for (const [step, highMs] of highs.entries()) {
      const now = 2000 * step;
      const before: Promised | null = told;
      told = promise(before, { lowMs: highMs / 2, highMs }, now);
      const { isLonger, lowMs, highMs: shown } = leftOf(told, now);
      expect(lowMs).toBeLessThanOrEqual(shown);
      if (before && told.highAt > before.highAt) {
        expect(isLonger).toBe(true);
        grew++;
      }
      // And what is shown is never more than a tenth below what was estimated.
      expect(shown).toBeGreaterThanOrEqual(0.9 * highMs - 1);
    }
    // The last steps creep: 60, 61, 62 s where two seconds should have gone by in between.
    expect(grew).toBe(3);
  });

  test('[L19] it trembles: what was said stands and runs down; the mark goes after ten seconds', () => {
    const first = promise(null, { lowMs: 20_000, highMs: 40_000 }, 0);
    expect(leftOf(first, 0).isLonger).toBe(false);
    const trembling = promise(first, { lowMs: 19_000, highMs: 39_500 }, 2000);
    expect(leftOf(trembling, 2000)).toMatchObject({ highMs: 38_000, isLonger: false });
    const grown = promise(trembling, { lowMs: 40_000, highMs: 80_000 }, 4000);
    expect([leftOf(grown, 4000).isLonger, leftOf(grown, 13_000).isLonger, leftOf(grown, 14_001).isLonger]).toEqual([true, true, false]);
    // A promise that has run out while work is left was too short.
    expect(promise(first, { lowMs: 100, highMs: 200 }, 41_000).longerAt).toBe(41_000);
  });
});

describe('pace', () => {
  const points = (ada: number) => look(0, { ada: [ada, ada / 10] }).by;

  test('[L19] what was computed before the first look is no speed, and what is left is what nobody has computed', () => {
    const pace = new Pace(10_000);
    const present = new Set(['ada']);
    expect(pace.look(0, points(8000), present)).toEqual({ perSecond: null, left: { kind: 'unknown' } });
    for (let at = 2000; at <= 60_000; at += 2000) {
      // 20 points a second, whatever of it has come here.
      const { perSecond, left } = pace.look(at, points(8000 + at / 50), present);
      expect(perSecond).toBeCloseTo(20, 9);
      if (left?.kind !== 'range') throw new Error('nothing was said');
      expect(left.isLonger).toBe(false);
      expect(left.lowMs).toBeLessThanOrEqual((2000 - at / 50) * 50);
      expect(left.highMs).toBeGreaterThanOrEqual((2000 - at / 50) * 50);
    }
  });

  test('[L19] a minute in which nobody lent is not reckoned into the speed of those who came', () => {
    const pace = new Pace(100_000);
    for (let at = 0; at <= 20_000; at += 2000) expect(pace.look(at, points(0), new Set()).perSecond).toBeNull();
    // The first result, of which nobody knows how long it took; then a thousand points a second.
    expect(pace.look(22_000, points(500), new Set(['ada'])).perSecond).toBeCloseTo(250, 9);
    expect(pace.look(24_000, points(2500), new Set(['ada'])).perSecond).toBeCloseTo(1000, 9);
    expect(pace.look(60_000, points(38_500), new Set(['ada'])).perSecond).toBeCloseTo(1000, 9);
  });

  test('[L19] once all is computed nothing is left, and nothing is said of a speed', () => {
    const pace = new Pace(100);
    pace.look(0, points(50), new Set(['ada']));
    expect(pace.look(2000, points(100), new Set(['ada']))).toEqual({ perSecond: null, left: null });
  });

  test('[L19] who became slower is said to take longer than was thought', () => {
    const pace = new Pace(100_000);
    const present = new Set(['ada']);
    pace.look(0, points(0), present);
    for (let at = 2000; at <= 30_000; at += 2000) expect(pace.look(at, points(at), present).left).toMatchObject({ isLonger: false });
    const said = [];
    for (let at = 32_000; at <= 70_000; at += 2000) said.push(pace.look(at, points(30_000 + (at - 30_000) / 10), present).left);
    expect(said.some((left) => left?.kind === 'range' && left.isLonger)).toBe(true);
  });
});
