/** Traps of sharing work: what one slow participant costs everybody. A whole session is simulated; no clock is asked. */
import { Scheduler } from '#lib/work/scheduling/scheduler.ts';
import { pointsOf, tilesOf, tilingOf } from '#lib/work/tile.ts';
import { randomRecipe, layeredSubject } from './specimens.ts';
import { known } from './tools.ts';
import { short, type Trap } from './trap.ts';

/** When the last tile is done, in ms: tiles of so much work each, and participants that each take so many ms for a tile of mean size. */
export type Shared = (costs: readonly number[], msPerTile: readonly number[]) => number;

const STEP_MS = 10;

export const leased: Shared = (costs, msPerTile) => {
  const scheduler = new Scheduler();
  const mean = costs.reduce((sum, cost) => sum + cost, 0) / costs.length;
  scheduler.addSlice({ id: 'slice', person: 'somebody', costClass: 'one', cost: Float32Array.from(costs), stage: new Uint8Array(costs.length), isExtra: [false], loadMs: 0 });
  const hands = msPerTile.map((ms, index) => ({ id: `participant ${index}`, ms, tiles: [] as number[], endsAt: Infinity }));
  for (const { id } of hands) scheduler.join({ id, person: id, workers: 1, duty: 1 });
  for (let now = 0; ; now += STEP_MS) {
    for (const hand of hands) {
      if (now >= hand.endsAt) {
        const tile = hand.tiles.shift()!;
        scheduler.complete(hand.id, hand.id, 'slice', tile, (hand.ms * costs[tile]!) / mean, now);
        hand.endsAt = Infinity;
        if (scheduler.counts().done === costs.length) return now;
      }
      const grants = hand.tiles.length < 2 ? scheduler.ask(hand.id, STEP_MS, now) : [];
      hand.tiles.push(...grants.map(({ tile }) => tile));
      for (const { device, tile, isUseless } of scheduler.takeRevocations()) {
        const from = hands.find(({ id }) => id === device)!;
        const at = from.tiles.indexOf(tile);
        const hasBegun = at === 0 && from.endsAt < Infinity;
        if (at < 0 || (hasBegun && !isUseless)) continue;
        from.tiles.splice(at, 1);
        if (hasBegun) from.endsAt = Infinity;
      }
      const [next] = hand.tiles;
      if (next !== undefined && hand.endsAt === Infinity) hand.endsAt = now + (hand.ms * costs[next]!) / mean;
    }
  }
};

const QUICK_MS = 100;
const SLOW_MS = 4_000;

export const staticSplit: Trap<Shared> = {
  name: 'static equal split across workers',
  who: known('lossLandscape'),
  claim: 'Whoever is ready takes the next tile, so one slow participant delays the picture by at most one tile of theirs.',
  ours: () => leased,
  measure: (shared) => {
    const subject = layeredSubject();
    const tiling = tilingOf(randomRecipe(subject, { seeds: [1, 2], count: 129 }), subject.manifest);
    const tiles = tilesOf(tiling).map((tile) => pointsOf(tiling, tile).length);
    const alone = shared(tiles, [QUICK_MS, QUICK_MS, QUICK_MS]);
    const together = shared(tiles, [QUICK_MS, QUICK_MS, QUICK_MS, SLOW_MS]);
    return {
      measured: `${tiles.length} tiles: three participants take ${short(alone / 1000)} s; with a fourth, forty times slower, ${short(together / 1000)} s`,
      expected: `at most ${short((alone + SLOW_MS) / 1000)} s`,
      ok: together <= alone + SLOW_MS,
    };
  },
};
