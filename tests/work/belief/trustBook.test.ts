/** The trust book on whole fleets, by seed: what is finally accepted, what checking costs, who is caught and when. */
import { describe, expect, it } from 'vitest';
import { TRUSTED_AT, newDevice } from '#lib/work/belief/device.ts';
import { createRandom } from '#lib/random.ts';
import type { Decision } from '#lib/work/belief/decision.ts';
import { TrustBook } from '#lib/work/belief/trustBook.ts';
import { honest, runFleet, type Habit } from './fleet.ts';

const allWrong: Habit = (_, points) => Array.from({ length: points }, (_, index) => index);
const oneWrong: Habit = (_, points, random) => [random.integer(points)];
/** Right for long, then wrong in one point of each tile: the worst for whoever checks points. */
const sleeper: Habit = (tile, points, random) => (tile < 40 ? honest(tile, points, random) : oneWrong(tile, points, random));
/** Wrong in a share of everything. */
const selective = (share: number): Habit => (_, points, random) => allWrong(0, points, random).filter(() => random.uniform() < share);

const LIES = [allWrong, oneWrong, sleeper, selective(0.02), selective(0.002)];

const fleetOf = (size: number, liars: number): readonly Habit[] =>
  Array.from({ length: size }, (_, index) => (index < size * liars ? LIES[index % LIES.length]! : honest));

describe('trust book', () => {
  it.each([
    [0.01, 50, 1e-5, 0.02],
    [0.1, 50, 1e-4, 0.06],
    [0.3, 50, 5e-4, 0.06],
  ])('[V3] with %d of devices wrong, what is finally accepted stays within its bound, and so does what is recomputed', (liars, size, mostWrong, mostRecomputed) => {
    let accepted = 0;
    let wrong = 0;
    for (const seed of [1, 2]) {
      const fleet = runFleet(fleetOf(size, liars), 800, seed);
      accepted += fleet.accepted;
      wrong += fleet.wrong;
      expect(fleet.recomputed / fleet.returned).toBeLessThan(mostRecomputed);
    }
    expect(accepted).toBeGreaterThan(2 * size * (1 - liars) * 800 * 64 * 0.98);
    expect(wrong / accepted).toBeLessThan(mostWrong);
  });

  it.each([4, 16])('[V3] tiles of %d points share their probes: no more is recomputed, and as much is verified', (points) => {
    const fleet = runFleet([honest, honest, oneWrong], Math.floor(40_000 / points), 3, points);
    expect(fleet.recomputed / fleet.returned).toBeLessThan(0.025);
    expect(fleet.accepted).toBeGreaterThan(2 * 40_000 * 0.99);
    expect(fleet.wrong).toBe(0);
    expect(fleet.stateOf(2)).toBe('quarantined');
  });

  it('[V5] a device that is always wrong is out with its first tile, and none of its tiles was ever verified', () => {
    for (let seed = 0; seed < 50; seed++) {
      const fleet = runFleet([allWrong, honest], 20, seed);
      expect(fleet.tilesOf(0)).toBe(1);
      expect(fleet.stateOf(0)).toBe('quarantined');
      expect(fleet.takenBack).toBe(0);
    }
  });

  it('[V4] nothing of a newcomer is verified before enough of its points were', () => {
    const few = runFleet([honest], Math.floor(TRUSTED_AT / 64), 1);
    expect(few.accepted).toBe(0);
    const many = runFleet([honest], 400, 1);
    expect(many.accepted).toBe(many.returned);
  });

  const arrival = { points: 64, pointCost: 1, doubtful: [], isSuspicious: false };
  const pointsOf = (decisions: readonly Decision[]) => decisions.flatMap((decision) => (decision.kind === 'probe' ? decision.points : []));

  it('[V12] the first point of a newcomer is asked before anything else, and in pieces: it waits behind nobody for long', () => {
    const book = new TrustBook({ perSecond: 1e9 }, createRandom(1).uniform);
    book.admit('new', 'ada', 0);
    const asked = (['s/0/0/0', 's/0/0/1'] as const).map((tile) => book.arrived({ ...arrival, tile, device: 'new', pointCost: 5e6 }, 0));
    expect(asked.map((decisions) => pointsOf(decisions.filter((decision) => decision.kind === 'probe' && decision.urgency === 'verdict')).length)).toEqual([1, 0]);
    expect(pointsOf(asked[0]!).length).toBe(16);
    for (const decision of asked.flat()) if (decision.kind === 'probe') expect(decision.points.length * 5e6).toBeLessThanOrEqual(0.05 * 1e9);
  });

  it('[V15] a newcomer holds one lease until the first point of it was judged, and one more each second that it waits', () => {
    const book = new TrustBook({ perSecond: 1e9 }, createRandom(2).uniform);
    const most = (now: number) => book.mostHeld('new', 'ada', 2, now);
    expect(most(0)).toBe(8);
    book.admit('new', 'ada', 0);
    expect(most(0)).toBe(8);
    for (let column = 0; column < 8; column++) {
      book.arrived({ ...arrival, tile: `s/0/0/${column}`, device: 'new' }, 100);
      expect(most(100)).toBe(0);
    }
    expect([1099, 1100, 2100].map(most)).toEqual([0, 2, 4]);
    book.judged('s/0/0/0', [{ index: 5, severity: 0.5 }], 3000);
    expect(most(3000)).toBe(Infinity);
  });

  it('[V15] the same holds for what comes back from quarantine, and nothing is lent to what is in it', () => {
    const book = new TrustBook({ perSecond: 1e9 }, createRandom(3).uniform);
    book.admit('new', 'ada', 0);
    book.arrived({ ...arrival, tile: 's/0/0/0', device: 'new' }, 0);
    book.judged('s/0/0/0', [{ index: 5, severity: Infinity }], 0);
    expect([book.mostHeld('new', 'ada', 4, 0), book.mostHeld('new', 'ada', 4, 600_000)]).toEqual([null, 16]);
  });

  it('[V5] where the first point of a newcomer does not match by little, more of the same tile tell an error everywhere from one error', () => {
    for (const [others, state] of [[5, 'quarantined'], [0.2, 'suspect']] as const) {
      const book = new TrustBook({ perSecond: 1e9 }, createRandom(4).uniform);
      book.admit('new', 'ada', 0);
      const [first] = book.arrived({ ...arrival, tile: 's/0/0/0', device: 'new' }, 0);
      if (first?.kind !== 'probe') throw new Error('nothing was asked');
      expect(new Set([...first.points, ...first.closer]).size).toBe(3);
      book.judged('s/0/0/0', [{ index: first.points[0]!, severity: 5 }, ...first.closer.map((index) => ({ index, severity: others }))], 1);
      expect(book.device('new')!.state).toBe(state);
    }
  });

  it('[V12] what a trusted device returned is judged with what it returns next, and only after a while without it', () => {
    const book = new TrustBook({ perSecond: 1e9 }, createRandom(5).uniform);
    book.admit('known', 'ada', 0, { ...newDevice('known', 'ada', 0), state: 'trusted', passed: TRUSTED_AT });
    book.admit('new', 'bob', 0);
    expect(book.arrived({ ...arrival, tile: 's/0/0/0', device: 'known', points: 16 }, 0)).toEqual([]);
    expect([book.audit(0), book.audit(999)]).toEqual([[], []]);
    expect(pointsOf(book.audit(1000)).length).toBe(16);
    expect(book.openCount).toBe(1);
  });

  it('[V9] a sleeper loses everything that was not proven, also what was verified', () => {
    const fleet = runFleet([(tile, points, random) => (tile < 600 ? honest(tile, points, random) : allWrong(tile, points, random))], 610, 4);
    expect(fleet.tilesOf(0)).toBe(601);
    expect(fleet.takenBack).toBeGreaterThan(500);
    expect(fleet.accepted).toBe(0);
  });

  it('[V11] under new identities again and again, a person is not lent to any more', () => {
    const book = new TrustBook({ perSecond: 1e9 }, createRandom(6).uniform);
    let taken = 0;
    for (let identity = 0; identity < 20; identity++) {
      const device = `device-${identity}`;
      book.admit(device, 'one person', identity);
      if (!book.mayReturn(device, identity)) continue;
      taken++;
      book.arrived({ tile: `slice/0/0/${identity}`, device, points: 16, pointCost: 1, doubtful: [], isSuspicious: false }, identity);
      book.judged(`slice/0/0/${identity}`, [{ index: 0, severity: Infinity }], identity);
    }
    expect(taken).toBe(4);
  });
});
