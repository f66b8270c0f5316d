/** Traps of sharing work: what one slow participant costs everybody. A whole session is simulated; no clock is asked. */
import { LeaseBook } from '#lib/work/leaseBook.ts';
import { tilesOf, tilingOf, type Tile, type TileKey } from '#lib/work/tile.ts';
import { randomRecipe, layeredSubject } from './specimens.ts';
import { known } from './tools.ts';
import { short, type Trap } from './trap.ts';

/** When the last tile is done, in ms, with participants that each take so many ms for a tile. */
export type Shared = (tiles: readonly Tile[], msPerTile: readonly number[]) => number;

const LEASE_MS = 20_000;
const ASK_AGAIN_MS = 1_000;

export const leased: Shared = (tiles, msPerTile) => {
  const book = new LeaseBook();
  book.want(tiles);
  const hands = msPerTile.map((ms, index) => ({ name: `participant ${index}`, ms, at: 0, tile: null as TileKey | null }));
  for (;;) {
    const next = hands.reduce((soonest, hand) => (hand.at < soonest.at ? hand : soonest));
    if (next.tile !== null) book.complete(next.tile, next.name);
    if (book.counts().done === tiles.length) return next.at;
    const [lease] = book.grant(next.name, 1, next.at, () => LEASE_MS);
    next.tile = lease?.tile ?? null;
    next.at += lease ? next.ms : ASK_AGAIN_MS;
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
    const tiles = tilesOf(tilingOf(randomRecipe(subject, { seeds: [1, 2], count: 129 }), subject.manifest));
    const alone = shared(tiles, [QUICK_MS, QUICK_MS, QUICK_MS]);
    const together = shared(tiles, [QUICK_MS, QUICK_MS, QUICK_MS, SLOW_MS]);
    return {
      measured: `${tiles.length} tiles: three participants take ${short(alone / 1000)} s; with a fourth, forty times slower, ${short(together / 1000)} s`,
      expected: `at most ${short((alone + SLOW_MS) / 1000)} s`,
      ok: together <= alone + SLOW_MS,
    };
  },
};
