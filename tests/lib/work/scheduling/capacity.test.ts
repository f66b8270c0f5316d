/** Slices that not every device can hold. Times are virtual. */
import { describe, expect, it } from 'vitest';
import type { DeviceFacts } from '#lib/work/scheduling/device.ts';
import { Scheduler } from '#lib/work/scheduling/scheduler.ts';
import { UNIT, World, specOf } from './world.ts';

const MB = 2 ** 20;
const device = (id: string, megabytes: number, more: Partial<DeviceFacts> = {}): DeviceFacts => ({ id, person: id, workers: 1, duty: 1, holds: { piece: megabytes * MB, all: megabytes * MB }, ...more });
const large = { needs: { piece: 100 * MB, all: 600 * MB } };

describe('what a device can hold', () => {
  it.each([
    ['in all', { piece: 200 * MB, all: 500 * MB }, 0],
    ['in one piece', { piece: 99 * MB, all: 700 * MB }, 0],
    ['just so', { piece: 100 * MB, all: 600 * MB }, 4],
    ['whatever it is', undefined, 4],
  ])('[L25] a slice is lent only to a device that has room for it, %s', (_, holds, lent) => {
    const scheduler = new Scheduler();
    scheduler.addSlice(specOf('large', 'ada', [1, 3], UNIT, large));
    scheduler.addSlice(specOf('small', 'ada', [1, 1], UNIT, { needs: { piece: MB, all: MB } }));
    scheduler.addSlice(specOf('unknown', 'bob', [1]));
    scheduler.join(device('one', 0, { holds }));
    const slices: string[] = [];
    for (let grants = scheduler.ask('one', 1e9, 0); grants.length > 0; grants = scheduler.ask('one', 1e9, 0)) {
      for (const { slice, tile } of grants) {
        slices.push(slice);
        scheduler.complete('one', 'one', slice, tile, 1, 0);
      }
    }
    expect(['large', 'small', 'unknown'].map((id) => slices.filter((slice) => slice === id).length)).toEqual([lent, 2, 1]);
  });

  it('[L25] who turns out to hold less gives back what does not fit and has not begun; nothing of it is taken over or pushed by the small', () => {
    const scheduler = new Scheduler();
    scheduler.addSlice(specOf('large', 'ada', [0, 9], UNIT, large));
    scheduler.join(device('one', 1000, { rate: 1e6 }));
    const held = scheduler.ask('one', 1000, 0);
    expect(held.length).toBeGreaterThan(2);
    expect(scheduler.join(device('one', 100, { rate: 1e6 }))).toBe(true);
    expect(scheduler.takeRevocations()).toHaveLength(held.length - 1);
    scheduler.join(device('laptop', 1000, { rate: 1e6 }));
    scheduler.ask('laptop', 1e9, 1);
    scheduler.join(device('phone', 100, { rate: 1e9 }));
    expect(scheduler.ask('phone', 1000, 10_000)).toEqual([]);
    expect(scheduler.serve(10_001).filter(({ device: to }) => to === 'phone')).toEqual([]);
  });

  it('[L25] it is said which slices nobody can hold that would compute them: not of paused ones, of done ones, or where nobody would', () => {
    const scheduler = new Scheduler();
    for (const id of ['a', 'paused', 'done']) scheduler.addSlice(specOf(id, 'ada', [1], UNIT, { ...large, isDone: () => id === 'done' }));
    scheduler.addSlice(specOf('small', 'ada', [1]));
    scheduler.pause('paused');
    expect(scheduler.tooLarge()).toEqual([]);
    scheduler.join(device('phone', 100));
    expect(scheduler.tooLarge()).toEqual(['a']);
    // It could, but computes for Bob alone.
    scheduler.join(device('bob', 1000, { helps: 'own' }));
    expect(scheduler.tooLarge()).toEqual(['a']);
    scheduler.resume('paused');
    expect(scheduler.tooLarge()).toEqual(['a', 'paused']);
    scheduler.leave('phone');
    expect(scheduler.tooLarge()).toEqual([]);
    scheduler.join(device('phone', 100));
    scheduler.join(device('laptop', 600));
    expect(scheduler.tooLarge()).toEqual([]);
    scheduler.removeSlice('a');
    scheduler.leave('laptop');
    expect(scheduler.tooLarge()).toEqual(['paused']);
  });

  it('[L25] the one slow device that can hold a slice computes all of it, first picture and end, beside quick ones that cannot', () => {
    const world = new World();
    world.scheduler.addSlice(specOf('large', 'ada', [4, 12], UNIT, large));
    world.scheduler.addSlice(specOf('small', 'bob', [4, 4000], UNIT));
    world.scheduler.watch(new Map([['large', 1], ['small', 1]]));
    world.join({ id: 'laptop', rate: 5e3, holds: { piece: 1000 * MB, all: 1000 * MB } });
    for (let phone = 0; phone < 9; phone++) world.join({ id: `phone ${phone}`, rate: 1e5, holds: { piece: 100 * MB, all: 100 * MB } });
    world.run(60_000);
    const ofLarge = world.results.filter(({ grant }) => grant.slice === 'large');
    expect(new Set(ofLarge.map(({ grant }) => grant.device))).toEqual(new Set(['laptop']));
    // Sixteen tiles of 200 ms, and nothing else meanwhile but its share of the other.
    expect(ofLarge).toHaveLength(16);
    expect(ofLarge.at(-1)!.at).toBeLessThan(10_000);
    expect(world.scheduler.counts()).toMatchObject({ waiting: 0, lent: 0 });
  });
});
