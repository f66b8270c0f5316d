/**
 * What is lent to whom: the lease book, with the measured speed of each volunteer.
 *
 * Leases are for people, so that a second tab is no second opinion; what a page holds is known as well, because
 * pages close one by one. It checks no results and sends nothing. Rules L1–L9 in docs/SPEC.md.
 */
import { nearestIndex } from '#lib/slice/grid.ts';
import type { Pointer } from '#lib/session/pointer.ts';
import { LeaseBook, type Completion, type Lease } from '#lib/work/leaseBook.ts';
import { pointsOf, tileKey, tileOfKey, tilesOf, type Tile, type TileKey, type Tiling } from '#lib/work/tile.ts';
import { inWantedOrder, type Focus } from '#lib/work/wanted.ts';

/** A grant should be about this much work. */
const GRANT_MS = 1000;
const MIN_LEASE_MS = 10_000;
const MAX_LEASE_MS = 300_000;
/** Added to a lease for the way there and back. */
const SLACK_MS = 2000;
/** A device nobody has measured yet: 500 million multiply-adds a second. */
const UNMEASURED_MS_PER_MULTIPLY_ADD = 2e-6;
/** Weight of the newest measurement. */
const EWMA_WEIGHT = 0.5;
/** One page never holds more, however much it asks for. */
const MAX_HELD = 128;
/** No page has more workers that compute side by side. */
const MOST_WORKERS = 8;

type Volunteer = { held: Set<TileKey>; workers: number; wasToldNone: boolean };

export class Lending {
  readonly #book = new LeaseBook();
  readonly #tilings = new Map<string, Tiling>();
  /** By connection. */
  readonly #volunteers = new Map<string, Volunteer>();
  /** By person: milliseconds per multiply-add. */
  readonly #pace = new Map<string, number>();
  #focusesBefore = '';

  /** Wants every tile of a slice that is not in `done`. */
  want(tiling: Tiling, done: ReadonlySet<TileKey>): void {
    this.#tilings.set(tiling.sliceId, tiling);
    const tiles = tilesOf(tiling);
    this.#book.alreadyDone(tiles.filter((tile) => done.has(tileKey(tile))));
    this.#book.want(inWantedOrder(tiling, tiles.filter((tile) => !done.has(tileKey(tile)))));
    this.#focusesBefore = '';
  }

  forget(sliceId: string): void {
    this.#tilings.delete(sliceId);
    this.#book.forget(sliceId);
  }

  counts(): ReturnType<LeaseBook['counts']> {
    return this.#book.counts();
  }

  /** Lends to a page: enough for each of its workers, and beyond that about a second of work, at most `room` tiles. */
  grant(connectionId: string, personId: string, room: number, now: number): readonly Lease[] {
    const volunteer = this.#volunteerOf(connectionId);
    const leased = new Set(this.#book.leasesOf(personId).map(({ tile }) => tile));
    volunteer.held = new Set([...volunteer.held].filter((key) => leased.has(key)));
    // A page asks for more than its workers, so that none of them waits for the network: for one more, or for several quick ones.
    volunteer.workers = Math.max(volunteer.workers, Math.min(room - 1, MOST_WORKERS));
    const granted: Lease[] = [];
    let workMs = 0;
    while (granted.length < Math.min(room, MAX_HELD - volunteer.held.size)) {
      const isIdleWorker = volunteer.held.size < volunteer.workers;
      if (granted.length > 0 && !isIdleWorker && workMs >= GRANT_MS) break;
      const turns = Math.ceil((volunteer.held.size + 1) / volunteer.workers);
      const [lease] = this.#book.grant(personId, 1, now, (tile) => {
        const tileMs = this.#predict(personId, tile);
        workMs += tileMs;
        return Math.min(MAX_LEASE_MS, Math.max(MIN_LEASE_MS, 4 * tileMs * turns + SLACK_MS));
      });
      if (!lease) break;
      volunteer.held.add(lease.tile);
      granted.push(lease);
    }
    volunteer.wasToldNone = granted.length === 0;
    return granted;
  }

  /** Notes how long a tile took, by the volunteer's own clock. */
  measured(personId: string, key: TileKey, ms: number): void {
    const cost = this.#costOf(tileOfKey(key)!);
    if (cost === null || ms <= 0) return;
    const before = this.#pace.get(personId) ?? ms / cost;
    this.#pace.set(personId, before * (1 - EWMA_WEIGHT) + (ms / cost) * EWMA_WEIGHT);
  }

  /** A result came from who shows the ticket of that tile. */
  complete(connectionId: string, key: TileKey, personId: string): Completion {
    this.#volunteers.get(connectionId)?.held.delete(key);
    this.#book.recall(key, personId);
    return this.#book.complete(key, personId);
  }

  /** Somebody in another session computed it. */
  completedElsewhere(key: TileKey): void {
    this.#book.recall(key, 'elsewhere');
    this.#book.complete(key, 'elsewhere');
  }

  reopen(key: TileKey, exceptFor: string): void {
    this.#book.reopen(key, exceptFor);
  }

  handBack(connectionId: string, personId: string, keys: readonly TileKey[]): void {
    const held = this.#volunteers.get(connectionId)?.held;
    if (!held) return;
    const mine = keys.filter((key) => held.delete(key));
    this.#book.handBack(personId, mine);
  }

  /** The page closed, or stopped lending. */
  release(connectionId: string, personId: string): void {
    const volunteer = this.#volunteers.get(connectionId);
    if (!volunteer) return;
    this.#volunteers.delete(connectionId);
    this.#book.handBack(personId, [...volunteer.held]);
  }

  expire(now: number): void {
    this.#book.expire(now);
  }

  /** Pages that were told there was nothing, if there is something now; each is named once. */
  takeHungry(): readonly string[] {
    if (this.#book.counts().waiting === 0) return [];
    const hungry = [...this.#volunteers].filter(([, { wasToldNone }]) => wasToldNone);
    for (const [, volunteer] of hungry) volunteer.wasToldNone = false;
    return hungry.map(([id]) => id);
  }

  /** Puts what people look at first. */
  focus(pointers: readonly Pointer[]): void {
    const said = JSON.stringify(pointers);
    if (said === this.#focusesBefore) return;
    this.#focusesBefore = said;
    const open = pointers.flatMap(({ slice }) => (slice === null ? [] : [slice]));
    this.#book.watch(open);
    for (const sliceId of new Set(open)) {
      const tiling = this.#tilings.get(sliceId);
      if (!tiling) continue;
      const focuses = pointers.flatMap(({ slice, at }) => (slice === sliceId && at ? [focusAt(tiling, at)] : []));
      if (focuses.length > 0) this.#book.reorder(sliceId, (waiting) => inWantedOrder(tiling, waiting, focuses));
    }
  }

  #predict(personId: string, tile: Tile): number {
    return (this.#costOf(tile) ?? 0) * (this.#pace.get(personId) ?? UNMEASURED_MS_PER_MULTIPLY_ADD);
  }

  #costOf(tile: Tile): number | null {
    const tiling = this.#tilings.get(tile.sliceId);
    return tiling ? pointsOf(tiling, tile).length * Math.max(1, tiling.pointCost) : null;
  }

  #volunteerOf(connectionId: string): Volunteer {
    let volunteer = this.#volunteers.get(connectionId);
    if (!volunteer) this.#volunteers.set(connectionId, (volunteer = { held: new Set(), workers: 1, wasToldNone: false }));
    return volunteer;
  }
}

function focusAt({ grid }: Tiling, [a, b]: readonly [number, number]): Focus {
  const [alpha, beta] = grid.axes;
  return { column: alpha ? nearestIndex(alpha, a) : 0, row: beta ? nearestIndex(beta, b) : 0 };
}
