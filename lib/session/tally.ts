/**
 * Who returned how much of a slice, counted from the ledger: the server's word. It draws nothing and knows no page. Rule P18 in docs/SPEC.md.
 *
 * Kept line by line: a tile more costs what that tile has, however many there are already.
 */
import { pointsOf, tileOfKey, type TileKey, type Tiling } from '#lib/work/tile.ts';
import type { LedgerEntry } from './ledger.ts';

export type Share = {
  readonly by: string;
  /** As they were called at their first tile. */
  readonly byName: string;
  readonly tiles: ReadonlySet<TileKey>;
  /** Those of a tile that is computed shard by shard once for each shard. */
  readonly points: number;
  /** Of them, those of tiles that count as verified. */
  readonly verified: number;
};

/** `first`: the tile that came before all others of this person. */
type Counted = { readonly by: string; byName: string; first: TileKey; readonly tiles: Set<TileKey>; points: number; verified: number };

export class Tally {
  private readonly tiling: Tiling;
  private readonly lines = new Map<TileKey, LedgerEntry>();
  private readonly people = new Map<string, Counted>();
  private all = 0;

  constructor(tiling: Tiling) {
    this.tiling = tiling;
  }

  /** Takes in what the ledger says of a tile now; null where it lists it no more. */
  note(key: TileKey, entry: LedgerEntry | null): void {
    const before = this.lines.get(key);
    if (before) this.takeBack(key, before);
    if (entry) this.add(key, entry);
  }

  /** Of everybody, as `Share` counts them. */
  get points(): number {
    return this.all;
  }

  /** By person, in the order in which they first returned something. */
  shares(): ReadonlyMap<string, Share> {
    const ordered = [...this.people.values()].toSorted((one, other) => this.compare(one.first, other.first));
    return new Map(ordered.map((share) => [share.by, share]));
  }

  /** What one person returned; null where that is nothing. */
  of(by: string): Share | null {
    return this.people.get(by) ?? null;
  }

  private add(key: TileKey, entry: LedgerEntry): void {
    this.lines.set(key, entry);
    const { by, byName } = entry;
    let share = this.people.get(by);
    if (!share) this.people.set(by, (share = { by, byName, first: key, tiles: new Set(), points: 0, verified: 0 }));
    share.tiles.add(key);
    if (this.compare(key, share.first) < 0) Object.assign(share, { first: key, byName });
    this.count(share, key, entry, 1);
  }

  private takeBack(key: TileKey, entry: LedgerEntry): void {
    const share = this.people.get(entry.by)!;
    share.tiles.delete(key);
    this.count(share, key, entry, -1);
    if (share.tiles.size === 0) this.people.delete(entry.by);
    else if (share.first === key) {
      const first = [...share.tiles].reduce((one, other) => (this.compare(other, one) < 0 ? other : one));
      Object.assign(share, { first, byName: this.lines.get(first)!.byName });
    }
    this.lines.delete(key);
  }

  private count(share: Counted, key: TileKey, { isVerified }: LedgerEntry, sign: 1 | -1): void {
    const points = sign * pointsOf(this.tiling, tileOfKey(key)!).length;
    share.points += points;
    this.all += points;
    if (isVerified) share.verified += points;
  }

  private compare(one: TileKey, other: TileKey): number {
    return compareTimes([one, this.lines.get(one)!], [other, this.lines.get(other)!]);
  }
}

export function tallyOf(tiling: Tiling, entries: ReadonlyMap<TileKey, LedgerEntry>): Tally {
  const tally = new Tally(tiling);
  for (const [key, entry] of entries) tally.note(key, entry);
  return tally;
}

type Line = readonly [TileKey, LedgerEntry];

const compareTimes = ([one, first]: Line, [other, second]: Line): number => first.at - second.at || (one < other ? -1 : Number(one > other));

/** In the order in which they were kept. */
export const byTime = (entries: ReadonlyMap<TileKey, LedgerEntry>): readonly Line[] => [...entries].toSorted(compareTimes);
