/** Whom a device helps: everyone in the session, or its person alone. Times are virtual. */
import { describe, expect, it } from 'vitest';
import type { DeviceFacts } from '#lib/work/scheduling/device.ts';
import { Scheduler } from '#lib/work/scheduling/scheduler.ts';
import { UNIT, World, specOf } from './world.ts';

const device = (id: string, more: Partial<DeviceFacts> = {}): DeviceFacts => ({ id, person: id, workers: 1, duty: 1, ...more });
const own = (id: string, more: Partial<DeviceFacts> = {}): DeviceFacts => device(id, { helps: 'own', ...more });

/** Everything that one device is lent, when it answers at once. */
function drain(scheduler: Scheduler, id: string): string[] {
  const slices: string[] = [];
  for (let grants = scheduler.ask(id, 1e9, 0); grants.length > 0; grants = scheduler.ask(id, 1e9, 0)) {
    for (const { slice, tile } of grants) {
      slices.push(slice);
      scheduler.complete(id, id, slice, tile, 1, 0);
    }
  }
  return slices;
}

describe('whom a device helps', () => {
  it('[L23] who lends for their own slices is lent those, in their tiers, and nothing else', () => {
    const scheduler = new Scheduler();
    for (const [id, person] of [['a', 'ada'], ['b', 'bob'], ['c', 'bob']] as const) scheduler.addSlice(specOf(id, person, [1, 2]));
    scheduler.watch(new Map([['a', 3], ['c', 1]]));
    scheduler.join(own('bob'));
    scheduler.join(own('eve'));
    expect(drain(scheduler, 'eve')).toEqual([]);
    // What is open goes first among one's own, too.
    expect(drain(scheduler, 'bob')).toEqual(['c', 'c', 'c', 'b', 'b', 'b']);
    expect(scheduler.counts()).toEqual({ waiting: 3, lent: 0, done: 6 });
    scheduler.reopen('c', 1, 'bob');
    scheduler.check('b', 0, { notTo: ['bob'] });
    expect(drain(scheduler, 'bob')).toEqual([]);
  });

  it('[L23] who changes their mind while they lend gives back what they hold of others and have not begun, is told so, and is lent their own', () => {
    const scheduler = new Scheduler();
    scheduler.addSlice(specOf('a', 'ada', [9]));
    scheduler.join(device('bob', { rate: 1e6 }));
    const held = scheduler.ask('bob', 1000, 0);
    expect(held.length).toBeGreaterThan(3);
    expect(scheduler.join(own('bob', { rate: 1e6 }))).toBe(true);
    const left = scheduler.takeRevocations();
    expect(left.map(({ device: from, slice, isUseless }) => [from, slice, isUseless])).toEqual(held.slice(1).map(() => ['bob', 'a', false]));
    expect(left.map(({ tile }) => tile).sort()).toEqual(held.slice(1).map(({ tile }) => tile).sort());
    // What it had begun counts.
    expect(scheduler.counts()).toMatchObject({ waiting: 8, lent: 1 });
    expect(scheduler.complete('bob', 'bob', 'a', held[0]!.tile, 1, 1)).toBe('accepted');
    expect(scheduler.ask('bob', 1000, 1)).toEqual([]);
    scheduler.addSlice(specOf('b', 'bob', [1]));
    expect(scheduler.serve(2).map(({ slice }) => slice)).toEqual(['b']);
    scheduler.complete('bob', 'bob', 'b', 0, 1, 3);
    expect(scheduler.join(device('bob'))).toBe(false);
    expect(scheduler.ask('bob', 1000, 4).every(({ slice }) => slice === 'a')).toBe(true);
  });

  it('[L23] nothing of others is pushed to who lends for themselves, nor taken over by them, and the others do not wait for them', () => {
    const scheduler = new Scheduler();
    scheduler.addSlice(specOf('b', 'bob', [0, 40]));
    scheduler.join(own('bob', { rate: 1e9 }));
    scheduler.join(device('eve', { rate: 1e5 }));
    // Bob's is by far the fastest, is at work, and has room.
    scheduler.ask('bob', 0.01, 0);
    scheduler.ask('eve', 1, 0);
    scheduler.addSlice(specOf('a', 'ada', [3]));
    scheduler.watch(new Map([['a', 1]]));
    expect(scheduler.serve(1).map(({ slice, device: to, isUrgent }) => [slice, to, isUrgent])).toContainEqual(['a', 'eve', true]);
    // At the end Bob's takes over what others hold of Bob's, but not of Ada's.
    for (let tile = 0; tile < 40; tile++) scheduler.complete('bob', 'bob', 'b', tile, 0.01, 2);
    scheduler.ask('eve', 1e9, 3);
    expect(scheduler.ask('bob', 1000, 5000)).toEqual([]);
  });

  it('[L23] a room of people who lend for themselves ends with all slices whole, each computed by whose it is', () => {
    const world = new World();
    for (const [index, person] of ['ada', 'bob', 'eve'].entries()) {
      world.scheduler.addSlice(specOf(person, person, [4, 20], UNIT));
      world.join({ id: person, rate: 1e5 * 4 ** index, helps: 'own' });
    }
    world.run(60_000);
    expect(world.scheduler.counts()).toEqual({ waiting: 0, lent: 0, done: 72 });
    expect(world.results.every(({ grant }) => grant.device === grant.slice)).toBe(true);
  });
});
