/** What a device keeps for its own person: their slices first, for up to half of its time, and nothing more for them over the whole. Times are virtual. */
import { describe, expect, it } from 'vitest';
import { FairQueue } from '#lib/work/scheduling/fairQueue.ts';
import { Scheduler } from '#lib/work/scheduling/scheduler.ts';
import { TIER } from '#lib/work/scheduling/tiers.ts';
import { UNIT, World, specOf } from './world.ts';

/** What one device is lent, one tile at a time, each taking so long. */
function lentTo(scheduler: Scheduler, device: string, count: number, ms: number): string[] {
  const slices: string[] = [];
  let now = 0;
  while (slices.length < count) {
    const [grant, ...others] = scheduler.ask(device, 1e-6, now);
    if (!grant) break;
    scheduler.handBack(device, others);
    now += ms;
    slices.push(`${grant.slice}${grant.tier}`);
    scheduler.complete(device, device, grant.slice, grant.tile, ms, now);
  }
  return slices;
}

function room(people: readonly string[], stages: readonly number[], units = UNIT): Scheduler {
  const scheduler = new Scheduler();
  for (const person of people) scheduler.addSlice(specOf(person, person, stages, units));
  scheduler.watch(new Map(people.map((person) => [person, 1])));
  return scheduler;
}

describe('what a device keeps for its own person', () => {
  it('[L24] their first picture and the rest of what is open go first on it, though others were here before, but no rest before a first picture of others', () => {
    for (const [device, first] of [['ada', 'ada'], ['bob', 'bob'], ['eve', 'eve'], ['nobody', 'ada']] as const) {
      const scheduler = room(['ada', 'bob', 'eve'], [1, 3]);
      scheduler.join({ id: device, person: device, workers: 1, duty: 1 });
      const lent = lentTo(scheduler, device, 4, 100);
      expect(lent[0]).toBe(`${first}${TIER.coarse}`);
      expect(lent.slice(0, 3).sort()).toEqual(['ada', 'bob', 'eve'].map((person) => `${person}${TIER.coarse}`));
      expect(lent[3]).toBe(`${first}${TIER.viewed}`);
    }
  });

  it('[L24] what nobody looks at is not kept for them', () => {
    const scheduler = room(['ada', 'bob'], [1, 3]);
    scheduler.watch(new Map());
    scheduler.join({ id: 'bob', person: 'bob', workers: 1, duty: 1 });
    expect(lentTo(scheduler, 'bob', 1, 100)).toEqual([`ada${TIER.surroundings}`]);
  });

  it('[L24] they pay for it: on one device that three people wait for, its person is served no more than the others', () => {
    const scheduler = room(['ada', 'bob', 'eve'], [0, 300]);
    scheduler.join({ id: 'bob', person: 'bob', workers: 1, duty: 1 });
    const lent = lentTo(scheduler, 'bob', 300, 100);
    expect(lent[0]).toBe(`bob${TIER.viewed}`);
    for (const person of ['ada', 'bob', 'eve']) {
      // A quantum of a second is ten of these tiles.
      const count = lent.filter((slice) => slice.startsWith(person)).length;
      expect(Math.abs(count - 100)).toBeLessThanOrEqual(15);
    }
  });

  it('[L24] a device gives its person more than their share of it, up to half of its time, while their share of the whole stays what it is', () => {
    const world = new World();
    const people = Array.from({ length: 8 }, (_, index) => `p${index}`);
    for (const person of people) world.scheduler.addSlice(specOf(person, person, [0, 3000], UNIT));
    world.scheduler.watch(new Map(people.map((person) => [person, 1])));
    for (const [index, person] of people.entries()) world.join({ id: person, rate: index === 0 ? 2e4 : 1e5 });
    world.run(40_000);
    const ownOf = (device: string) => world.results.filter(({ grant }) => grant.device === device && grant.slice === device).length;
    const shares = people.map((person) => ownOf(person) / world.results.filter(({ grant }) => grant.device === person).length);
    // In turn alone it would be an eighth. Half goes before others, and of the rest what comes in turn.
    expect(Math.min(...shares)).toBeGreaterThan(0.2);
    const all = people.reduce((sum, person) => sum + ownOf(person), 0) / world.results.length;
    expect(all).toBeGreaterThan(0.5);
    expect(all).toBeLessThan(0.65);
    const served = people.map((person) => world.results.filter(({ grant }) => grant.slice === person).length);
    expect(Math.min(...served) / Math.max(...served)).toBeGreaterThan(0.95);
  });

  it('[L24] work that goes back counts for nobody', () => {
    const scheduler = room(['ada', 'bob'], [0, 400]);
    scheduler.join({ id: 'bob', person: 'bob', workers: 1, duty: 1, rate: UNIT / 100 });
    for (let time = 0; time < 50; time++) {
      const grants = scheduler.ask('bob', 1e-6, time);
      expect(grants[0]!.slice).toBe('bob');
      scheduler.handBack('bob', 'everything');
    }
  });
});

describe('whose turn it is', () => {
  it('[L12] is said of those who could be served in the present round, and of nobody who has had more', () => {
    const queue = new FairQueue<string>(1000);
    expect(queue.isInTurn('ada')).toBe(false);
    for (const person of ['ada', 'bob']) queue.add(person, 1);
    expect(['ada', 'bob'].map((person) => queue.isInTurn(person))).toEqual([true, true]);
    queue.charge('ada', 2500);
    expect(['ada', 'bob'].map((person) => queue.isInTurn(person))).toEqual([false, true]);
    queue.charge('bob', 3500);
    // Nobody is in an earlier round than Ada now.
    expect(['ada', 'bob'].map((person) => queue.isInTurn(person))).toEqual([true, false]);
  });
});
