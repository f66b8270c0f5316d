/**
 * Attacks on lent compute, through the production server: what is finally accepted, and how long a wrong tile was shown.
 *
 * Five people compute one slice of 4,225 points; the first of them lies, or has a broken device. After each attack the
 * picture is whole, every point of it is verified, and none is wrong.
 */
import { describe, expect, it } from 'vitest';
import type { TileKey } from '#lib/work/tile.ts';
import { tileOfKey } from '#lib/work/tile.ts';
import { attack, kinkedSubject, lossesOf, type Distortion } from './attackedRoom.ts';

const SAMPLES = 8;
/** A wrong tile of an always wrong device is found out within one turn of the room. */
const A_TURN_MS = 5 * 50;

const offset: Distortion = (right) => right.map((sum) => sum + 0.01 * SAMPLES);
const scaled: Distortion = (right) => right.map((sum) => sum * (1 + 4e-4));
const oneWrong: Distortion = (right, { random }) => {
  const at = random.integer(right.length);
  return right.map((sum, index) => (index === at ? sum + 1 : sum));
};
const replay: Distortion = (right, { before, count }) => (before && before.length >= right.length && count > 0 ? before.slice(0, right.length) : right);
const notANumber: Distortion = (right) => right.map(() => NaN);
const sleeper: Distortion = (right, about) => (about.count < 3 ? right : offset(right, about));
const sleeperByOne: Distortion = (right, about) => (about.count < 3 ? right : oneWrong(right, about));
const selective: Distortion = (right, about) => (tileOfKey(about.key)!.level >= 2 && about.count % 2 === 1 ? offset(right, about) : right);
/** Rounds to ten bits after the first, as half precision does. */
const half = (value: number): number => {
  if (value === 0 || !Number.isFinite(value)) return value;
  const unit = 2 ** (Math.floor(Math.log2(Math.abs(value))) - 10);
  return Math.round(value / unit) * unit;
};
const halfPrecision: Distortion = (_, { key }) => lossesOf(key as TileKey, { round: half });
const wrongOperator: Distortion = (_, { key }) => lossesOf(key as TileKey, { subject: kinkedSubject(0) });

describe('attacks', () => {
  it.each([
    ['constant offset', offset, 1],
    // Off by less than a hundred tolerances is a suspicion the first time and a catch the second: both tiles are of the first lease.
    ['small scale error', scaled, 2],
    ['NaN flood', notANumber, 1],
    ['f16 passed off as f32', halfPrecision, 2],
    ['a GPU wrong in one operator', wrongOperator, 1],
  ])('[V5] %s: out within the first lease, never verified, told kindly and with numbers', async (_, distort, most) => {
    const outcome = await attack({ distort });
    expect(outcome).toMatchObject({ isComplete: true, accepted: outcome.points, acceptedWrong: 0, verifiedWrong: 0 });
    expect(outcome.wrongTiles).toBeGreaterThan(0);
    expect(outcome.wrongTiles).toBeLessThanOrEqual(most);
    expect(outcome.taken).toBe(outcome.wrongTiles);
    expect(outcome.longestMs).toBeLessThanOrEqual(A_TURN_MS);
    expect(outcome.notices.join()).toMatch(/do not match ours \(\d+ of \d+ compared\)/);
    expect(outcome.notices.join()).not.toMatch(/cheat|lie|malicious|punish/i);
  });

  it.each([
    ['one wrong point in a tile', oneWrong],
    ['replay of another tile', replay],
    ['sleeper', sleeper],
    ['selective', selective],
  ])('[V9] %s: nothing wrong is left, whatever was believed before is rolled back', async (_, distort) => {
    for (const seed of [1, 2]) {
      const outcome = await attack({ distort, seed });
      expect(outcome).toMatchObject({ isComplete: true, accepted: outcome.points, acceptedWrong: 0, verifiedWrong: 0 });
      expect(outcome.wrongTiles).toBeGreaterThan(0);
      expect(outcome.notices.length).toBeGreaterThan(0);
    }
  });

  it('[V9] a sleeper that was trusted and then lies in one point of a tile: what passed for verified is taken back when it is caught', async () => {
    for (const seed of [1, 2]) {
      const outcome = await attack({ distort: sleeperByOne, seed });
      expect(outcome).toMatchObject({ isComplete: true, accepted: outcome.points, acceptedWrong: 0 });
      expect(outcome.wrongTiles).toBeGreaterThan(0);
      expect(outcome.verifiedWrong).toBeLessThanOrEqual(1);
    }
  });

  it('[V9] a sleeper that was trusted: what was verified by points alone is shown as being rechecked, and then computed by others', async () => {
    const outcome = await attack({ distort: (right, about) => (about.count < 20 ? right : offset(right, about)), people: 3, size: 129 });
    expect(outcome).toMatchObject({ isComplete: true, acceptedWrong: 0, verifiedWrong: 0, wrongTiles: 1 });
    expect(outcome.accepted).toBe(outcome.points);
    expect(outcome.rechecked).toBeGreaterThan(5);
  });

  it('[V9] colluding group: two of five return the same wrong numbers and confirm each other, for nothing', async () => {
    const outcome = await attack({ distort: offset, liars: 2 });
    expect(outcome).toMatchObject({ isComplete: true, accepted: outcome.points, acceptedWrong: 0, verifiedWrong: 0 });
    expect(outcome.wrongTiles).toBe(2);
  });

  it('[V17] many identities from one address, one of them trusted, confirm each other where float64 is dear: nothing of it is verified while others are here', async () => {
    // The same wrong point in a tile from all of them, which the few points that are recomputed hardly ever meet. The trusted one lies only where another has.
    const inConcert: Distortion = (right, { key, who, isSeen }) => {
      const { level, row, column } = tileOfKey(key)!;
      const at = (31 * level + 7 * row + 3 * column) % right.length;
      return who === 0 && !isSeen ? right : right.map((sum, index) => (index === at ? 1.01 * sum + 1e-3 : sum));
    };
    const crowd = { distort: inConcert, liars: 5, people: 7, trusted: [0], pointSeconds: 10 };
    const [unknown, apart] = [[] as number[], [] as number[]];
    for (const seed of [1, 2, 3]) {
      unknown.push((await attack({ ...crowd, seed })).verifiedWrong);
      const outcome = await attack({ ...crowd, seed, domainOf: (index) => ({ network: index < 5 ? 'of them all' : `of person ${index}`, minute: index }) });
      expect(outcome).toMatchObject({ isComplete: true, acceptedWrong: 0 });
      apart.push(outcome.verifiedWrong);
    }
    // Where nobody knows that they come from one address it works.
    expect(Math.max(...unknown)).toBeGreaterThan(0);
    expect(apart).toEqual([0, 0, 0]);
  });

  it('[V15] where float64 cannot be had a newcomer that is wrong everywhere is found out by who looks at its first tile, and nothing of it is left', async () => {
    for (const seed of [1, 2]) {
      const outcome = await attack({ distort: offset, seed, pointSeconds: 1000, domainOf: (index) => ({ network: `of person ${index}`, minute: 0 }) });
      expect(outcome).toMatchObject({ isComplete: true, wrongLeft: 0, verifiedWrong: 0 });
      // One person against it asks for another, and two are more than its own word.
      expect(outcome.votes.length).toBeGreaterThanOrEqual(4);
      expect(outcome.notices.join()).toMatch(/do not match ours/);
    }
  });

  it('[V11] many identities: a person who is a new device after each tile is stopped after a few', async () => {
    const outcome = await attack({ distort: offset, changesDevice: true });
    expect(outcome).toMatchObject({ isComplete: true, accepted: outcome.points, acceptedWrong: 0, verifiedWrong: 0 });
    expect(outcome.taken).toBeLessThanOrEqual(4);
  });
});
