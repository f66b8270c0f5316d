/**
 * The lease book: which tiles wait, which are being evaluated and by whom.
 *
 * A lease is a promise with an end: one volunteer evaluates one tile until `expiresAt`. Volunteers are
 * browsers: they close, sleep and crawl, so a tile is never lost, only lent again, and whoever it was
 * ever lent to may still return it. No clock, no socket: the caller brings `now`. Rules L1–L9 in docs/SPEC.md.
 */
import { tileKey, type Tile, type TileKey } from './tile.ts';

export type Lease = { readonly tile: TileKey; readonly volunteer: string; readonly grantedAt: number; readonly expiresAt: number };

export type Completion = 'accepted' | 'duplicate' | 'neverLent';

/** One slice's tiles that wait, last one wanted next. */
type Queue = { waiting: Tile[]; served: number };

/** So long no tile is left to one device while others have nothing to do. */
const LONG_MS = 10_000;

export class LeaseBook {
  // Invariant: a wanted tile is waiting in its slice's queue, or in #leases, or in #done; in one of them only.
  readonly #queues = new Map<string, Queue>();
  readonly #leases = new Map<TileKey, Lease[]>();
  readonly #done = new Set<TileKey>();
  readonly #tiles = new Map<TileKey, Tile>();
  /** Everyone a tile was ever lent to: a slow result is late, not wrong. */
  readonly #borrowers = new Map<TileKey, Set<string>>();
  /** Whose result of a tile was found wrong: the tile is not lent to them again. */
  readonly #barred = new Map<TileKey, Set<string>>();
  readonly #watched = new Set<string>();

  /** Adds tiles of one slice in the order given; those already known keep their state. L1 */
  want(tiles: readonly Tile[]): void {
    const fresh = new Map<string, Tile[]>();
    for (const tile of tiles) {
      const key = tileKey(tile);
      if (this.#tiles.has(key)) continue;
      this.#tiles.set(key, tile);
      const ofSlice = fresh.get(tile.sliceId) ?? [];
      ofSlice.push(tile);
      fresh.set(tile.sliceId, ofSlice);
    }
    for (const [sliceId, added] of fresh) {
      const queue = this.#queueOf(sliceId);
      queue.waiting = [...added.reverse(), ...queue.waiting];
    }
  }

  /** Tiles computed before this book was opened: never lent. L1 */
  alreadyDone(tiles: readonly Tile[]): void {
    for (const tile of tiles) {
      const key = tileKey(tile);
      this.#tiles.set(key, tile);
      this.#done.add(key);
    }
  }

  /** Puts a slice's waiting tiles in a new order: first wanted first. */
  reorder(sliceId: string, order: (waiting: readonly Tile[]) => readonly Tile[]): void {
    const queue = this.#queues.get(sliceId);
    if (queue) queue.waiting = [...order([...queue.waiting].reverse())].reverse();
  }

  /** Which slices somebody has open: they go first once every slice has its coarse level. L7 */
  watch(sliceIds: Iterable<string>): void {
    this.#watched.clear();
    for (const id of sliceIds) this.#watched.add(id);
  }

  /**
   * Lends up to `room` tiles. When nothing waits, a tile that is long with somebody else, or past half its
   * lease, is lent a second time, so that one slow or sleeping device does not hold up the end. L2, L7, L8
   */
  grant(volunteer: string, room: number, now: number, leaseMs: (tile: Tile) => number): readonly Lease[] {
    this.expire(now);
    const granted: Lease[] = [];
    while (granted.length < room) {
      const tile = this.#next(volunteer) ?? this.#backup(volunteer, now);
      if (!tile) break;
      const key = tileKey(tile);
      const lease = { tile: key, volunteer, grantedAt: now, expiresAt: now + leaseMs(tile) };
      this.#leases.set(key, [...(this.#leases.get(key) ?? []), lease]);
      this.#borrowersOf(key).add(volunteer);
      granted.push(lease);
    }
    return granted;
  }

  /** Notes that a tile was lent before this book was opened, as a valid ticket shows. L4 */
  recall(key: TileKey, volunteer: string): void {
    if (this.#tiles.has(key) && !this.#isBarred(key, volunteer)) this.#borrowersOf(key).add(volunteer);
  }

  /** Records a result from anyone the tile was ever lent to, however late; the first one counts. L3, L4, L5 */
  complete(key: TileKey, volunteer: string): Completion {
    if (this.#done.has(key)) return 'duplicate';
    const tile = this.#tiles.get(key);
    if (!tile || !this.#borrowers.get(key)?.has(volunteer)) return 'neverLent';
    if (!this.#leases.delete(key)) {
      const queue = this.#queueOf(tile.sliceId);
      queue.waiting = queue.waiting.filter((other) => tileKey(other) !== key);
    }
    this.#done.add(key);
    return 'accepted';
  }

  /** A tile found wrong after it was accepted: wanted again, and not by who returned it. L9 */
  reopen(key: TileKey, exceptFor: string): void {
    const tile = this.#tiles.get(key);
    if (!tile || !this.#done.delete(key)) return;
    this.#borrowers.get(key)?.delete(exceptFor);
    this.#barred.set(key, (this.#barred.get(key) ?? new Set()).add(exceptFor));
    this.#queueOf(tile.sliceId).waiting.push(tile);
  }

  /** Takes back leases that have ended; returns how many tiles wait again because of it. L2 */
  expire(now: number): number {
    return this.#takeBack((lease) => lease.expiresAt <= now);
  }

  /** Takes back everything a volunteer holds: they left, or stopped lending. L6 */
  release(volunteer: string): number {
    return this.#takeBack((lease) => lease.volunteer === volunteer);
  }

  /** Takes back the tiles named, where this volunteer holds them. L6 */
  handBack(volunteer: string, keys: readonly TileKey[]): number {
    const named = new Set(keys);
    return this.#takeBack((lease) => lease.volunteer === volunteer && named.has(lease.tile));
  }

  /** Forgets a slice that was taken away. */
  forget(sliceId: string): void {
    this.#queues.delete(sliceId);
    for (const [key, tile] of this.#tiles) {
      if (tile.sliceId !== sliceId) continue;
      this.#tiles.delete(key);
      this.#leases.delete(key);
      this.#done.delete(key);
      this.#borrowers.delete(key);
      this.#barred.delete(key);
    }
  }

  counts(): { readonly waiting: number; readonly lent: number; readonly done: number } {
    let waiting = 0;
    for (const queue of this.#queues.values()) waiting += queue.waiting.length;
    return { waiting, lent: this.#leases.size, done: this.#done.size };
  }

  leasesOf(volunteer: string): readonly Lease[] {
    return [...this.#leases.values()].flat().filter((lease) => lease.volunteer === volunteer);
  }

  /** The next tile: any slice's coarse level first, then slices people watch, then turn by turn. L7 */
  #next(volunteer: string): Tile | undefined {
    let best: { queue: Queue; index: number; rank: number } | undefined;
    for (const [sliceId, queue] of this.#queues) {
      const index = queue.waiting.findLastIndex((tile) => !this.#isBarred(tileKey(tile), volunteer));
      const head = queue.waiting[index];
      if (!head) continue;
      const rank = (head.level === 0 ? 0 : this.#watched.has(sliceId) ? 1e9 : 2e9) + queue.served;
      if (!best || rank < best.rank) best = { queue, index, rank };
    }
    if (!best) return undefined;
    best.queue.served++;
    return best.queue.waiting.splice(best.index, 1)[0];
  }

  #backup(volunteer: string, now: number): Tile | undefined {
    let longest: Lease | undefined;
    for (const leases of this.#leases.values()) {
      const [first] = leases;
      if (!first || leases.length > 1 || first.volunteer === volunteer || this.#isBarred(first.tile, volunteer)) continue;
      if (now - first.grantedAt < Math.min(LONG_MS, (first.expiresAt - first.grantedAt) / 2)) continue;
      if (!longest || first.grantedAt < longest.grantedAt) longest = first;
    }
    return longest && this.#tiles.get(longest.tile);
  }

  #isBarred(key: TileKey, volunteer: string): boolean {
    return this.#barred.get(key)?.has(volunteer) ?? false;
  }

  #takeBack(isOver: (lease: Lease) => boolean): number {
    let waitingAgain = 0;
    for (const [key, leases] of this.#leases) {
      const kept = leases.filter((lease) => !isOver(lease));
      if (kept.length === leases.length) continue;
      if (kept.length > 0) {
        this.#leases.set(key, kept);
        continue;
      }
      this.#leases.delete(key);
      const tile = this.#tiles.get(key)!;
      this.#queueOf(tile.sliceId).waiting.push(tile);
      waitingAgain++;
    }
    return waitingAgain;
  }

  #queueOf(sliceId: string): Queue {
    let queue = this.#queues.get(sliceId);
    if (!queue) {
      // A new slice starts level with the one served least, so it neither waits nor takes all.
      const served = Math.min(...[...this.#queues.values()].map((other) => other.served), Infinity);
      queue = { waiting: [], served: Number.isFinite(served) ? served : 0 };
      this.#queues.set(sliceId, queue);
    }
    return queue;
  }

  #borrowersOf(key: TileKey): Set<string> {
    let borrowers = this.#borrowers.get(key);
    if (!borrowers) this.#borrowers.set(key, (borrowers = new Set()));
    return borrowers;
  }
}
