/**
 * The tiles that are not proven for good yet: by name, by device, and in the order in which they may be looked at again.
 *
 * It keeps what speaks for and against each; what follows from that it does not know (trustBook.ts).
 */
import type { Domain } from './domain.ts';
import type { TileKey } from '#lib/work/tile.ts';

/** Tiles whose probes were drawn together; of those `waiting`, points are not judged yet. */
export type Batch = { readonly tiles: readonly HeldTile[]; readonly waiting: Map<HeldTile, Set<number>> };

export type HeldTile = {
  readonly tile: TileKey;
  readonly device: string;
  readonly points: number;
  /** Multiply-adds of the truth at one of its points. */
  readonly pointCost: number;
  /** When it came, in milliseconds. */
  readonly at: number;
  /** Indices of points that were recomputed and agreed. */
  readonly agreed: Set<number>;
  /** Points asked and not judged. */
  asked: number;
  isVerified: boolean;
  /** Where its device was when it came. */
  readonly domain: Domain | null;
  /** People whose devices found the same, and another, value, each with where they were. */
  readonly supporters: Map<string, Domain | null>;
  readonly opponents: Map<string, Domain | null>;
  /** People who spoke while others were here who are further away, and were not counted. */
  readonly uncounted: Map<string, Domain | null>;
  /** Until when a second opinion is kept for who is furthest away; Infinity where none was asked for. */
  keptUntil: number;
  /** Points of the tiles that came with it were drawn from all of them, and agreed. */
  isCovered: boolean;
  batch: Batch | null;
};

/** Whether anything was judged that speaks for it. */
export const isProbed = ({ agreed, isCovered }: HeldTile): boolean => agreed.size > 0 || isCovered;

/** Open tiles that are looked through for the one that is cheapest to prove. */
const MOST_AUDITED = 1024;
/** What a trusted device returned is about to be judged with what it returns next: for so long it is not audited. */
const EXPECTED_MS = 1000;

export class HeldTiles {
  readonly #tiles = new Map<TileKey, HeldTile>();
  readonly #byDevice = new Map<string, Set<HeldTile>>();
  /** Those that are not verified and may be audited. */
  readonly #open = new Set<HeldTile>();
  /** Those that will be judged soon without it, in the order in which they came. */
  readonly #expected = new Set<HeldTile>();

  get(tile: TileKey): HeldTile | undefined {
    return this.#tiles.get(tile);
  }

  /** What a device returned, in the order in which it came. */
  of(device: string): ReadonlySet<HeldTile> {
    return this.#byDevice.get(device) ?? NONE;
  }

  /** @param isExpected whether it will be judged soon, together with what its device returns next */
  add(held: HeldTile, isExpected: boolean): void {
    this.forget(held.tile);
    this.#tiles.set(held.tile, held);
    (isExpected ? this.#expected : this.#open).add(held);
    const theirs = this.#byDevice.get(held.device);
    if (theirs) theirs.add(held);
    else this.#byDevice.set(held.device, new Set([held]));
  }

  /** It is gone, or proven for good. */
  forget(tile: TileKey): void {
    const held = this.#tiles.get(tile);
    if (!held) return;
    this.#tiles.delete(tile);
    this.close(held);
    const theirs = this.#byDevice.get(held.device)!;
    theirs.delete(held);
    if (theirs.size === 0) this.#byDevice.delete(held.device);
  }

  /** It is not audited any more. */
  close(held: HeldTile): void {
    this.#open.delete(held);
    this.#expected.delete(held);
  }

  /** Tiles that are not verified, and may be still. */
  get openCount(): number {
    return this.#open.size + this.#expected.size;
  }

  /** Milliseconds until the first of those that would be judged without it is open; Infinity without any. */
  expectedIn(now: number): number {
    for (const { at } of this.#expected) return Math.max(1, EXPECTED_MS - (now - at));
    return Infinity;
  }

  /** Of the open tiles that may be audited, and of which nothing is asked, the one whose rest costs least; those that may not be are closed. */
  cheapestOpen(now: number, mayBeAudited: (held: HeldTile) => boolean): HeldTile | null {
    for (const held of this.#expected) {
      if (now - held.at < EXPECTED_MS) break;
      this.#expected.delete(held);
      this.#open.add(held);
    }
    let looked = 0;
    let cheapest: HeldTile | null = null;
    for (const held of this.#open) {
      if (++looked > MOST_AUDITED) break;
      if (held.asked > 0) continue;
      if (!mayBeAudited(held)) this.#open.delete(held);
      else if (!cheapest || restOf(held) < restOf(cheapest)) cheapest = held;
    }
    return cheapest;
  }
}

const NONE: ReadonlySet<HeldTile> = new Set();

const restOf = ({ points, agreed, pointCost }: HeldTile): number => (points - agreed.size) * pointCost;
