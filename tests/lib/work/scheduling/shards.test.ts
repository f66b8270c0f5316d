/** Who is lent which shard of a large dataset: what a device has goes first, and nobody waits for it. */
import { describe, expect, it } from 'vitest';
import { createRandom } from '#lib/random.ts';
import { shardFor } from '#lib/work/scheduling/shardChoice.ts';
import { Scheduler } from '#lib/work/scheduling/scheduler.ts';
import { Shelves } from '#lib/work/scheduling/shelves.ts';
import { SliceWork, TILE_STATE, type SliceSpec } from '#lib/work/scheduling/sliceWork.ts';
import { TIER } from '#lib/work/scheduling/tiers.ts';
import { specOf, World } from './world.ts';

const SHARDS = 32;
const TILES = 40;
/** A tenth of a second on a usual device of these. */
const COST = 1.5e7;

type Divided = { readonly shards?: number; readonly tiles?: number; /** The scheduler is not told what is on which device. */ readonly isBlind?: boolean; readonly data?: string };

/** A slice of one level over so many shards, a stage for each. */
const divided = (id: string, { shards = SHARDS, tiles = TILES, isBlind = false, data = 'points' }: Divided = {}): SliceSpec => {
  const stages = Array.from({ length: shards }, (_, shard) => shard);
  return specOf(id, 'ada', stages.map(() => tiles), COST, { isExtra: stages.map((shard) => shard > 0), ...(!isBlind && { shards: stages.map((shard) => `${data}/${shard}`) }) });
};

/** How many shards devices of different speeds fetched, on average, and when all was done. */
function lendAll(spec: SliceSpec, devices: number, seed: number) {
  const world = new World();
  const random = createRandom(seed);
  for (let index = 0; index < devices; index++) world.join({ id: `d${index}`, rate: 5e4 * 8 ** random.uniform() });
  world.scheduler.addSlice(spec);
  world.run(1e6);
  const fetched = new Set(world.results.map(({ grant }) => `${grant.device} ${spec.stage[grant.tile]}`));
  return { world, fetched: fetched.size / devices, endedAt: world.results.at(-1)!.at };
}

describe('shards of a large dataset', () => {
  it('[L20] devices fetch less than half of the shards that they would fetch otherwise, and all is done as soon', () => {
    for (const [devices, seed] of [[4, 1], [12, 2], [30, 3]] as const) {
      const blind = lendAll(divided('a', { isBlind: true }), devices, seed);
      const near = lendAll(divided('a'), devices, seed);
      expect(near.fetched).toBeLessThan(blind.fetched / 2);
      expect(near.endedAt).toBeLessThan(blind.endedAt * 1.02);
      expect(near.world.scheduler.counts()).toEqual({ waiting: 0, lent: 0, done: SHARDS * TILES });
    }
  });

  it('[L20] the picture still gets surer in steps: of the shards that wait, no more are begun than there are before the first of them', () => {
    const spec = divided('a');
    const slice = new SliceWork(spec);
    const random = createRandom(4);
    const waits = (shard: number) => Array.from({ length: TILES }, (_, at) => slice.state[shard * TILES + at]).includes(TILE_STATE.waiting);
    let [next, furthest] = [0, 0];
    for (let at = 0; at < SHARDS * TILES; at++) {
      const held = new Set(Array.from({ length: 8 }, () => `points/${random.integer(SHARDS)}`));
      const tile = slice.take(next === 0 ? TIER.surroundings : TIER.background, () => true, false, (shard) => held.has(shard))!;
      const shard = spec.stage[tile]!;
      expect(shard - next).toBeLessThan(Math.max(1, Math.min(next, 16)));
      furthest = Math.max(furthest, shard - next);
      while (next < SHARDS && !waits(next)) next++;
    }
    expect(next).toBe(SHARDS);
    expect(furthest).toBeGreaterThan(4);
  });

  it('[L20] another slice over the same samples begins with the shards that a device has', () => {
    const world = new World();
    for (const id of ['d0', 'd1', 'd2']) world.join({ id });
    world.scheduler.addSlice(divided('a', { shards: 8 }));
    world.run(1e6);
    const before = new Set(world.results.map(({ grant }) => `${grant.device} ${Math.floor(grant.tile / TILES)}`));
    const first = world.results.length;
    world.scheduler.addSlice(divided('b', { shards: 8 }));
    world.run(2e6);
    const more = new Set(world.results.slice(first).map(({ grant }) => `${grant.device} ${Math.floor(grant.tile / TILES)}`));
    expect(world.results.length).toBe(2 * 8 * TILES);
    expect([...more].filter((each) => !before.has(each)).length).toBeLessThan(more.size / 3);
  });

  it('[L20] nobody is left without work for a shard that another has, and the first picture is everybody\'s', () => {
    const slice = new SliceWork(divided('a', { shards: 3, tiles: 2 }));
    const hasNone = () => false;
    const take = (tier: number, has: (shard: string) => boolean) => slice.take(tier as 2, () => true, false, has);
    // Tiles 0 and 1 are the first picture; who has another shard computes it all the same.
    expect(take(TIER.surroundings, (shard) => shard === 'points/2')).toBe(0);
    expect(take(TIER.surroundings, hasNone)).toBe(1);
    // One shard before: one more at a time, whatever a device has.
    expect(take(TIER.background, (shard) => shard === 'points/2')).toBe(2);
    expect(take(TIER.background, hasNone)).toBe(3);
    expect([take(TIER.background, hasNone), take(TIER.background, hasNone), take(TIER.background, hasNone)]).toEqual([4, 5, null]);
    // What comes back is had by who has its shard, and by anybody else.
    slice.giveBack(3);
    expect(take(TIER.background, (shard) => shard === 'points/2')).toBe(3);
  });

  it('[L20] of the next shards a device takes one that it has, else the one with the most left for each that is at it', () => {
    const shards = ['0', '1', '2', '3', '4', '5', '6', '7'];
    const stages = { next: 3, firstExtra: 1, shards, waiting: Uint32Array.of(0, 0, 0, 9, 0, 9, 9, 9), lent: Uint32Array.of(0, 0, 0, 2, 0, 2, 1, 0) };
    expect(shardFor(stages, (shard) => shard === '5')).toBe(5);
    expect(shardFor(stages, (shard) => shard === '4')).toBe(3);
    // Three before, three at a time: 3, 4 and 5.
    expect(shardFor(stages, (shard) => shard === '6')).toBe(3);
    expect(shardFor({ ...stages, waiting: Uint32Array.of(0, 0, 0, 1, 0, 9, 9, 9) }, () => false)).toBe(5);
  });

  it.each([
    ['a page that is loaded again', 'browser', 9 * 60_000, 5],
    ['a page of another browser', 'another', 0, 6],
    ['a page that does not say whose it is', undefined, 0, 6],
    // By then what others held is overdue, so that nobody is at any.
    ['a page that comes back after a quarter of an hour', 'browser', 15 * 60_000, 4],
  ] as const)('[L22] %s goes on with the shards that its browser has, while they are remembered', (_, browser, away, shard) => {
    const scheduler = new Scheduler();
    const page = (id: string, of: string | undefined) => scheduler.join({ id, person: id, browser: of, workers: 1, duty: 1 });
    // Four shards are done, so the four after them are next; each who begins takes the one that nobody is at.
    scheduler.addSlice({ ...divided('a', { shards: 8, tiles: 4 }), isDone: (tile) => tile < 16 });
    const begin = (id: string, of?: string): number => {
      page(id, of);
      const [first, ...others] = scheduler.ask(id, 1, 0);
      scheduler.handBack(id, others);
      return Math.floor(first!.tile / 4);
    };
    expect([begin('other'), begin('before', 'browser')]).toEqual([4, 5]);
    scheduler.leave('before');
    expect(begin('next')).toBe(5);
    scheduler.sweep(0);
    scheduler.sweep(away);
    expect(begin('after', browser)).toBe(shard);
  });

  it('[L22] pages of one browser have one shelf; of browsers that left so many are remembered, the last ones', () => {
    const shelves = new Shelves();
    const visit = (name: string, count: number) => {
      for (let index = 0; index < count; index++) {
        shelves.take(`${name}${index}`);
        shelves.leave(`${name}${index}`);
      }
    };
    const first = shelves.take('browser');
    expect(shelves.take('browser')).toBe(first);
    first.put('points/1');
    shelves.leave('browser');
    visit('other', 600);
    // One page of it is here still.
    expect(shelves.take('browser')).toBe(first);
    shelves.leave('browser');
    shelves.leave('browser');
    visit('more', 511);
    expect(shelves.take('browser').has('points/1')).toBe(true);
    shelves.leave('browser');
    visit('later', 512);
    expect(shelves.take('browser').has('points/1')).toBe(false);
    expect(shelves.take(null)).not.toBe(shelves.take(null));
  });

  it('[L22] a browser is believed to have 256 shards at most, those it was lent last', () => {
    const shelf = new Shelves().take('browser');
    for (let shard = 0; shard < 300; shard++) shelf.put(`points/${shard}`);
    expect([0, 43, 44, 299].map((shard) => shelf.has(`points/${shard}`))).toEqual([false, false, true, true]);
  });

  it('[L20] a shard that is fetched first is reckoned with, and paid for by the slice', () => {
    const world = new World();
    world.join({ id: 'd0', rate: 1e3 });
    const spec = { ...divided('a', { shards: 2, tiles: 1 }), loadMs: 300, shardMs: 5000 };
    world.scheduler.addSlice(spec);
    world.scheduler.ask('d0', 1, 0);
    const device = world.scheduler.devices.get('d0')!;
    expect(device.held.map(({ loadMs }) => loadMs)).toEqual([5300]);
    world.scheduler.complete('d0', 'd0', 'a', 0, 1000, 6300);
    world.scheduler.ask('d0', 1, 6300);
    expect(device.held.map(({ loadMs }) => loadMs)).toEqual([5000]);
  });
});
