/**
 * What the scheduler costs by itself: leases a second on one core, the time of one grant, and whether its book grows by a straight line.
 *
 * In virtual time, without sockets and without checking. Each device asks, answers all it was lent, and asks again.
 */
import type { Figure } from '#bench/figures.ts';
import { createRandom } from '#lib/random.ts';
import { Scheduler } from '#lib/work/scheduling/scheduler.ts';

/** Units of work of a tile. */
const TILE = 1e7;
const DEVICES = 1000;
const SIZES = [1e3, 1e4, 1e5, 1e6];
const TILES_OF_SLICE = 4096;

type BookCost = { readonly tiles: number; readonly tilesPerSecond: number; readonly leasesPerSecond: number; readonly askP50Us: number; readonly askP99Us: number };

export function benchBook(): readonly Figure[] {
  // Once for the compiler.
  run(SIZES[1]!);
  const costs = SIZES.map(run);
  const figures = costs.map(
    ({ tiles, tilesPerSecond, leasesPerSecond, askP50Us, askP99Us }): Figure => ({
      title: `the scheduler alone, ${tiles.toLocaleString('en-GB')} tiles: leases a second`,
      measured: leasesPerSecond,
      pass: 10_000,
      kind: 'rate',
      detail: `${Math.round(tilesPerSecond).toLocaleString('en-GB')} tiles a second; a request takes ${askP50Us.toFixed(0)} µs (p99 ${askP99Us.toFixed(0)} µs)`,
    }),
  );
  const [least, most] = [costs[0]!, costs.at(-1)!];
  return [
    ...figures,
    {
      title: `time per tile of the book at ${most.tiles.toLocaleString('en-GB')} tiles against ${least.tiles.toLocaleString('en-GB')}`,
      measured: least.tilesPerSecond / most.tilesPerSecond,
      pass: null,
      kind: 'times',
      detail: 'a straight line would be ×1',
    },
  ];
}

/** All tiles of as many slices as are needed, of ten people, lent to devices of very different speed. */
function run(tiles: number): BookCost {
  const random = createRandom(1);
  const scheduler = new Scheduler();
  for (let slice = 0; slice * TILES_OF_SLICE < tiles; slice++) {
    const count = Math.min(TILES_OF_SLICE, tiles - slice * TILES_OF_SLICE);
    const stage = Uint8Array.from({ length: count }, (_, tile) => (tile < 4 ? 0 : tile < 64 ? 1 : 2));
    scheduler.addSlice({ id: `slice ${slice}`, person: `person ${slice % 10}`, costClass: 'one', cost: new Float32Array(count).fill(TILE), stage, isExtra: [false, false, false], loadMs: 0 });
  }
  // From a phone to a cluster, in units a millisecond.
  const devices = Array.from({ length: DEVICES }, (_, index) => ({ id: `device ${index}`, rate: 1e5 * 60 ** (2 * random.uniform() - 1) }));
  for (const { id } of devices) scheduler.join({ id, person: id, workers: 1, duty: 1 });
  const asks: number[] = [];
  const leases = new Set<number>();
  let returned = 0;
  let now = 0;
  const start = performance.now();
  while (returned < tiles) {
    const idle = returned;
    for (const { id, rate } of devices) {
      now += 1;
      const asked = performance.now();
      const grants = scheduler.ask(id, 250, now);
      asks.push(performance.now() - asked);
      for (const { slice, tile, lease } of grants) {
        leases.add(lease);
        if (scheduler.complete(id, id, slice, tile, TILE / rate, now) === 'accepted') returned++;
      }
    }
    scheduler.takeRevocations();
    // The slow leave the last tiles to the others for a while.
    if (idle === returned) now += 1000;
  }
  const seconds = (performance.now() - start) / 1000;
  asks.sort((one, other) => one - other);
  const at = (share: number) => 1000 * asks[Math.min(asks.length - 1, Math.floor(share * asks.length))]!;
  return { tiles, tilesPerSecond: returned / seconds, leasesPerSecond: leases.size / seconds, askP50Us: at(0.5), askP99Us: at(0.99) };
}
