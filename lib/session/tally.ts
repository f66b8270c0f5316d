/** Who returned how much of a slice, counted from the ledger: the server's word. It draws nothing and knows no page. Rule P18 in docs/SPEC.md. */
import { pointsOf, tileOfKey, type TileKey, type Tiling } from '#lib/work/tile.ts';
import type { LedgerEntry } from './ledger.ts';

export type Share = {
  readonly by: string;
  /** As they were called at their first tile. */
  readonly byName: string;
  readonly tiles: readonly TileKey[];
  /** Those of a tile that is computed shard by shard once for each shard. */
  readonly points: number;
  /** Of them, those of tiles that count as verified. */
  readonly verified: number;
};

/** By person, in the order in which they first returned something. */
export function tallyOf(tiling: Tiling, entries: ReadonlyMap<TileKey, LedgerEntry>): ReadonlyMap<string, Share> {
  const shares = new Map<string, { by: string; byName: string; tiles: TileKey[]; points: number; verified: number }>();
  for (const [key, { by, byName, isVerified }] of byTime(entries)) {
    let share = shares.get(by);
    if (!share) shares.set(by, (share = { by, byName, tiles: [], points: 0, verified: 0 }));
    const count = countOf(tiling, key);
    share.tiles.push(key);
    share.points += count;
    if (isVerified) share.verified += count;
  }
  return shares;
}

/** Counted once per tile: a fine plane has a million points, and is looked at every few seconds. */
const counted = new WeakMap<Tiling, Map<TileKey, number>>();

function countOf(tiling: Tiling, key: TileKey): number {
  const known = counted.get(tiling) ?? new Map<TileKey, number>();
  counted.set(tiling, known);
  const count = known.get(key) ?? pointsOf(tiling, tileOfKey(key)!).length;
  known.set(key, count);
  return count;
}

/** In the order in which they were kept. */
export const byTime = (entries: ReadonlyMap<TileKey, LedgerEntry>): readonly (readonly [TileKey, LedgerEntry])[] =>
  [...entries].toSorted(([one, first], [other, second]) => first.at - second.at || (one < other ? -1 : 1));
