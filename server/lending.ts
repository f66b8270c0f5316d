/**
 * What is lent to whom in one session: the scheduler, in the words of slices, tiles and pages.
 *
 * A page is a device; whose it is matters where a second person has to look. It checks no results and sends nothing:
 * what is to be said to pages waits here until it is taken. Rules L1–L18 in docs/SPEC.md.
 */
import type { Capacity } from '#lib/work/capacity.ts';
import type { SubjectManifest } from '#lib/network/subject.ts';
import { nearestIndex } from '#lib/slice/grid.ts';
import type { SliceRecipe } from '#lib/slice/recipe.ts';
import { partsOfTile, shardsOf } from '#lib/slice/shards.ts';
import type { Pointer } from '#lib/session/pointer.ts';
import { Scheduler, type Another, type Completion } from '#lib/work/scheduling/scheduler.ts';
import type { Grant } from '#lib/work/scheduling/leases.ts';
import { pointsOf, tileKey, tileOfKey, type TileKey, type Tiling } from '#lib/work/tile.ts';
import { TileNumbers } from '#lib/work/tileNumbers.ts';
import { anchorOf, distanceTo, type Focus } from '#lib/work/wanted.ts';
import type { Closeness, Domain } from '#lib/work/belief/domain.ts';
import type { LendFacts } from '#lib/wire/events.ts';
import type { Helper } from './roster.ts';

/** A page that lends. */
type Lender = Pick<Helper, 'connectionId' | 'personId' | 'browser' | 'domain'>;

/** What is lent: a tile to a page, with what it is predicted to take there. */
export type Lent = Pick<Grant, 'predictedMs' | 'isUrgent' | 'tier'> & { readonly connectionId: string; readonly tile: TileKey };

/** What a page should leave: where it has begun as well, only if it `isUseless`. */
export type Withdrawn = { readonly connectionId: string; readonly tile: TileKey; readonly isUseless: boolean };

export type WantedSlice = {
  readonly tiling: Tiling;
  /** What each shard of the samples costs, the first 1. */
  readonly shares: readonly number[];
  /** What a device has to fetch for each shard, by a name that slices over the same samples share, and how long that takes; absent where it fetches the dataset whole. */
  readonly fetched?: { readonly names: readonly string[]; readonly ms: number } | undefined;
  /** Who placed it. */
  readonly by: string;
  /** Work of one class takes equally long per multiply-add on one device. */
  readonly costClass: string;
  /** What it takes a page to get ready, in milliseconds. */
  readonly loadMs: number;
  /** What a page has to hold to compute it. */
  readonly needs: Capacity;
  readonly isPaused: boolean;
};

/** What a device fetches for each shard of a dataset in parts: their files, at two megabytes a second and the way there and back. */
export function fetchedOf(recipe: SliceRecipe, { dataset: { parts } }: SubjectManifest): WantedSlice['fetched'] {
  if (!parts || shardsOf(recipe) === 1) return undefined;
  const files = Array.from({ length: shardsOf(recipe) }, (_, shard) => partsOfTile(recipe, shard).map(({ set, part }) => parts[set][part]!));
  return { names: files.map((each) => each.map(({ digest }) => digest).join(' ')), ms: 100 + files[0]!.reduce((sum, { bytes }) => sum + bytes, 0) / 2000 };
}

type Slice = { readonly tiling: Tiling; readonly numbers: TileNumbers };

export class Lending {
  readonly #scheduler = new Scheduler();
  readonly #slices = new Map<string, Slice>();
  #seenBefore = '';

  /** Wants every tile of a slice that is not in `done`. */
  want({ tiling, shares, fetched, by, costClass, loadMs, needs, isPaused }: WantedSlice, done: ReadonlySet<TileKey>): void {
    const numbers = new TileNumbers(tiling);
    const cost = new Float32Array(numbers.count);
    const stage = new Uint16Array(numbers.count);
    const { levels } = tiling.grid;
    for (let number = 0; number < numbers.blocks; number++) {
      const tile = numbers.tile(number);
      cost[number] = pointsOf(tiling, tile).length * Math.max(1, tiling.pointCost);
      stage[number] = tile.level;
    }
    // More samples come once every point has some, a shard after the other.
    for (let number = numbers.blocks; number < numbers.count; number++) {
      const shard = Math.floor(number / numbers.blocks);
      cost[number] = cost[number % numbers.blocks]! * shares[shard]!;
      stage[number] = levels - 1 + shard;
    }
    this.#slices.set(tiling.sliceId, { tiling, numbers });
    this.#scheduler.addSlice({
      id: tiling.sliceId,
      person: by,
      costClass,
      cost,
      stage,
      isExtra: Array.from({ length: levels - 1 + shares.length }, (_, at) => at >= levels),
      loadMs,
      needs,
      ...(fetched && { shards: Array.from({ length: levels - 1 + shares.length }, (_, at) => fetched.names[Math.max(0, at - levels + 1)]!), shardMs: fetched.ms }),
      isDone: (number) => done.has(tileKey(numbers.tile(number))),
    });
    this.#order(tiling.sliceId, [anchorOf(tiling)]);
    if (isPaused) this.#scheduler.pause(tiling.sliceId);
    this.#seenBefore = '';
  }

  forget(sliceId: string): void {
    this.#slices.delete(sliceId);
    this.#scheduler.removeSlice(sliceId);
  }

  setPaused(sliceId: string, isPaused: boolean): void {
    if (isPaused) this.#scheduler.pause(sliceId);
    else this.#scheduler.resume(sliceId);
  }

  /** A page begins to lend, or has changed; returns whether it lost what it held. */
  join({ connectionId, personId, browser, domain }: Lender, { workers, duty, rate, helps, holds }: LendFacts): boolean {
    return this.#scheduler.join({ id: connectionId, person: personId, browser, domain, workers, duty, rate, helps, holds });
  }

  /** Slices of which something waits that none of the pages can hold that would compute them. */
  tooLarge(): readonly string[] {
    return this.#scheduler.tooLarge();
  }

  /** With so many tiles in hand a page is lent no more from now on; null bars it, and what it holds waits again. */
  limit(connectionId: string, most: number | null): void {
    this.#scheduler.limit(connectionId, most);
  }

  /** The page closed, or stopped lending. */
  leave(connectionId: string): void {
    this.#scheduler.leave(connectionId);
  }

  /** Lends to a page that has room for so many milliseconds of work. */
  ask(connectionId: string, roomMs: number, now: number): readonly Lent[] {
    return this.#scheduler.ask(connectionId, roomMs, now).map((grant) => this.#lent(grant));
  }

  /** What is to be pushed to pages now. */
  serve(now: number): readonly Lent[] {
    return this.#scheduler.serve(now).map((grant) => this.#lent(grant));
  }

  /** Pages whose results are overdue lose what they hold. */
  sweep(now: number): readonly string[] {
    return this.#scheduler.sweep(now);
  }

  takeWithdrawn(): readonly Withdrawn[] {
    return this.#scheduler.takeRevocations().flatMap(({ device, slice, tile, isUseless }) => {
      const numbers = this.#slices.get(slice)?.numbers;
      return numbers ? [{ connectionId: device, tile: tileKey(numbers.tile(tile)), isUseless }] : [];
    });
  }

  /** A result came from who shows the ticket of that tile. @param ms by the page's own clock, rests left out */
  complete(connectionId: string | null, personId: string, key: TileKey, ms: number | null, now: number): Completion {
    const { sliceId, number } = this.#find(key);
    return number < 0 ? 'duplicate' : this.#scheduler.complete(connectionId, personId, sliceId, number, ms, now);
  }

  reopen(key: TileKey, exceptFor: string): void {
    const { sliceId, number } = this.#find(key);
    if (number >= 0) this.#scheduler.reopen(sliceId, number, exceptFor);
  }

  /** Wants a tile that is done once more, to be believed. */
  check(key: TileKey, another: Another): void {
    const { sliceId, number } = this.#find(key);
    if (number >= 0) this.#scheduler.check(sliceId, number, another);
  }

  /** How close to these the furthest page is that could be asked about a tile; 2 where none is. */
  leastCloseness(key: TileKey, to: readonly Domain[]): Closeness {
    const { sliceId, number } = this.#find(key);
    return number < 0 ? 2 : this.#scheduler.leastCloseness(sliceId, number, to);
  }

  handBack(connectionId: string, keys: readonly TileKey[]): void {
    const tiles = keys.map((key) => this.#find(key));
    this.#scheduler.handBack(connectionId, tiles.map(({ sliceId, number }) => ({ slice: sliceId, tile: number })));
  }

  /** Puts what people look at first. */
  focus(pointers: readonly Pointer[]): void {
    const said = JSON.stringify(pointers);
    if (said === this.#seenBefore) return;
    this.#seenBefore = said;
    const viewers = new Map<string, number>();
    const focuses = new Map<string, Focus[]>();
    for (const { slice, at } of pointers) {
      const tiling = slice === null ? undefined : this.#slices.get(slice)?.tiling;
      if (slice === null || !tiling) continue;
      viewers.set(slice, (viewers.get(slice) ?? 0) + 1);
      if (at) focuses.set(slice, [...(focuses.get(slice) ?? []), focusAt(tiling, at)]);
    }
    this.#scheduler.watch(viewers);
    for (const [sliceId, places] of focuses) this.#order(sliceId, places);
  }

  #order(sliceId: string, places: readonly Focus[]): void {
    const { tiling, numbers } = this.#slices.get(sliceId)!;
    this.#scheduler.reorder(sliceId, (number) => distanceTo(tiling, numbers.tile(number), places));
  }

  #find(key: TileKey): { readonly sliceId: string; readonly number: number } {
    const tile = tileOfKey(key)!;
    return { sliceId: tile.sliceId, number: this.#slices.get(tile.sliceId)?.numbers.numberOf(tile) ?? -1 };
  }

  #lent({ device, slice, tile, predictedMs, isUrgent, tier }: Grant): Lent {
    return { connectionId: device, tile: tileKey(this.#slices.get(slice)!.numbers.tile(tile)), predictedMs, isUrgent, tier };
  }
}

function focusAt({ grid }: Tiling, [a, b]: readonly [number, number]): Focus {
  const [alpha, beta] = grid.axes;
  return { column: alpha ? nearestIndex(alpha, a) : 0, row: beta ? nearestIndex(beta, b) : 0 };
}
