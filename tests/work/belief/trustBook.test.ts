/** The trust book on whole fleets, by seed: what is finally accepted, what checking costs, who is caught and when. */
import { describe, expect, it } from 'vitest';
import { TRUSTED_AT } from '#lib/work/belief/device.ts';
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

  it('[V12] the first points of a newcomer are asked before anything else: until they are judged it is lent little', () => {
    const book = new TrustBook({ perSecond: 1e9 }, () => 0.5);
    book.admit('new', 'ada', 0);
    const asked = ['s/0/0/0', 's/0/0/1'].map((tile) => book.arrived({ tile: tile as `s/0/0/${number}`, device: 'new', points: 64, pointCost: 1, doubtful: [], isSuspicious: false }, 0));
    const urgent = asked.map((decisions) => decisions.flatMap((decision) => (decision.kind === 'probe' && decision.isUrgent ? decision.points : [])).length);
    expect(urgent).toEqual([1, 0]);
    expect(asked[0]!.flatMap((decision) => (decision.kind === 'probe' ? decision.points : [])).length).toBe(16);
  });

  it('[V9] a sleeper loses everything that was not proven, also what was verified', () => {
    const fleet = runFleet([(tile, points, random) => (tile < 600 ? honest(tile, points, random) : allWrong(tile, points, random))], 610, 4);
    expect(fleet.tilesOf(0)).toBe(601);
    expect(fleet.takenBack).toBeGreaterThan(500);
    expect(fleet.accepted).toBe(0);
  });

  it('[V11] under new identities again and again, a person is not lent to any more', () => {
    const book = new TrustBook({ perSecond: 1e9 }, () => 0.5);
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
