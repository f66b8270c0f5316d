/** A fleet without sockets, bytes or networks: devices return tiles right and wrong, the trust book judges them, every point is counted. */
import { createRandom, type Random } from '#lib/random.ts';
import type { TileKey } from '#lib/work/tile.ts';
import { TrustBook } from '#lib/work/belief/trustBook.ts';
import type { Decision } from '#lib/work/belief/decision.ts';

/** Which points of its n-th tile a device gets wrong. */
export type Habit = (tile: number, points: number, random: Random) => readonly number[];

const NONE: readonly number[] = [];
export const honest: Habit = () => NONE;

const GROSS = 1e6;

export function runFleet(habits: readonly Habit[], tilesEach: number, seed: number, tilePoints = 64) {
  const random = createRandom(seed);
  const book = new TrustBook({ perSecond: 1e9 }, random.uniform);
  const returned = new Map<TileKey, { readonly device: string; readonly wrong: readonly number[] }>();
  const verified = new Set<TileKey>();
  const returnedBy = new Map<string, number>();
  const states = new Map<string, string>();
  /** Tiles that were ever shown as verified and were taken back. */
  let takenBack = 0;
  let recomputed = 0;
  let now = 0;

  function act(decisions: readonly Decision[]): void {
    for (const decision of decisions) {
      switch (decision.kind) {
        case 'probe': {
          const { wrong } = returned.get(decision.tile)!;
          const points = decision.points.some((index) => wrong.includes(index)) ? [...decision.points, ...decision.closer] : decision.points;
          recomputed += points.length;
          act(book.judged(decision.tile, points.map((index) => ({ index, severity: wrong.includes(index) ? GROSS : 0 })), now));
          break;
        }
        case 'verify':
          verified.add(decision.tile);
          break;
        case 'strike':
        case 'rollBack':
          for (const tile of decision.kind === 'strike' ? [decision.tile] : decision.tiles) if (verified.delete(tile)) takenBack++;
          break;
        case 'device':
          states.set(decision.record.key, decision.record.state);
      }
    }
  }

  for (let place = 0; place < habits.length * tilesEach; place++) {
    const device = place % habits.length;
    now += 10;
    const key = `device-${device}`;
    book.admit(key, `person-${device}`, now);
    if (!book.mayReturn(key, now)) continue;
    const count = returnedBy.get(key) ?? 0;
    returnedBy.set(key, count + 1);
    const tile: TileKey = `slice/0/0/${place}`;
    returned.set(tile, { device: key, wrong: habits[device]!(count, tilePoints, random) });
    act(book.arrived({ tile, device: key, points: tilePoints, pointCost: 1, doubtful: [], isSuspicious: false }, now));
  }
  return {
    accepted: verified.size * tilePoints,
    wrong: [...verified].reduce((sum, tile) => sum + returned.get(tile)!.wrong.length, 0),
    recomputed,
    takenBack,
    returned: returned.size * tilePoints,
    tilesOf: (device: number) => returnedBy.get(`device-${device}`) ?? 0,
    stateOf: (device: number) => states.get(`device-${device}`) ?? 'new',
  };
}
