/**
 * One device that lends: what it holds, in the order in which it computes it, and how fast it was found to be.
 *
 * Times are milliseconds on the caller's clock; speeds are units of work a millisecond of one of its workers. It does not
 * decide what it is lent.
 */
import { fitsIn, type Capacity } from '#lib/work/capacity.ts';
import type { Domain } from '#lib/work/belief/domain.ts';
import type { Shelf } from './shelves.ts';
import type { SliceWork } from './sliceWork.ts';
import type { Tier } from './tiers.ts';

/** What a device says of itself when it begins to lend. */
export type DeviceFacts = {
  readonly id: string;
  /** Whose it is: no second opinion is asked of the same person. */
  readonly person: string;
  /** Where its person came from and when, as far as is known. */
  readonly domain?: Domain | null | undefined;
  /** What names its browser, which keeps what it fetched for the next page; absent where nobody said. */
  readonly browser?: string | undefined;
  /** Tiles it computes side by side. */
  readonly workers: number;
  /** Share of the time it may compute, in (0, 1]. */
  readonly duty: number;
  /** Units a millisecond of one worker, as it measured itself in a short trial; absent where it did not. */
  readonly rate?: number | undefined;
  /** Whose slices it computes; absent for everyone's. */
  readonly helps?: 'everyone' | 'own' | undefined;
  /** What each of its workers can hold; absent where it takes anything. */
  readonly holds?: Capacity | undefined;
};

/** `isOwed`: lent before its turn, because its tier has had less than its floor. */
export type Lease = { readonly number: number; readonly tier: Tier; readonly grantedAt: number; readonly isOwed: boolean; hasResult: boolean };

/** One tile on one device. */
export type Held = {
  readonly slice: SliceWork;
  readonly tile: number;
  readonly lease: Lease;
  /** Predicted, on one worker, with the rests that it takes. */
  readonly ms: number;
  /** What was charged for it, to whoever placed the slice. */
  readonly charged: number;
  /** How `ms` is known: from results of that kind, from what the device said of itself, or not at all. */
  readonly known: 'measured' | 'said' | 'guessed';
  /** Getting ready for the slice, where this is its first tile here. */
  readonly loadMs: number;
  readonly isUrgent: boolean;
  /** The same tile is computed by another device as well. */
  readonly isTwin: boolean;
  /** Is done already, and computed once more to be believed. */
  readonly isCheck: boolean;
  /** Results that came of tiles lent after it. */
  overtaken: number;
};

/** One device never holds more tiles, however quick they are. */
export const MOST_HELD = 256;
/** A device nobody has measured yet: 500 million units a second. */
const UNMEASURED_RATE = 5e5;
/** What a device says of its own speed is believed within these bounds, and until its first result says how fast it is. */
const LEAST_SAID_RATE = UNMEASURED_RATE / 1e4;
const MOST_SAID_RATE = UNMEASURED_RATE * 1e4;
/** What was done for others, or for its own person, longer ago than this is not made up for. */
const RESERVE_MS = 2000;
/** Weight of the newest measurement. */
const EWMA_WEIGHT = 0.5;
/** Slices a device is believed to have ready. */
const MOST_READY = 8;
/**
 * A result may be late by so many milliseconds, or so many times what was predicted, before its device counts as silent:
 * the longer of the two. Who says of itself that it is faster than it is loses what it holds the sooner.
 */
const PATIENCE = { measured: [2000, 3], said: [4000, 6], guessed: [10_000, 12] } as const;

export class Device {
  readonly slot: number;
  /** As it said when it began. */
  readonly browser: string | null;
  #facts: DeviceFacts;
  /** Computed first to last; with w workers the first w are under way. */
  readonly held: Held[] = [];
  /** With so many in hand it is lent no more: fewer while little is believed of it. */
  mostHeld = MOST_HELD;
  /** Milliseconds of work it would still take. */
  credit = 0;
  /** Since when it has been at what it holds: the last result, or when it was given something to do. */
  since = 0;
  /** Had a result overdue, and nothing was heard of it since. */
  isSilent = false;
  isMeasured = false;
  /** Since when it is left without work because others would be sooner; Infinity while it is not. */
  refusedAt = Infinity;
  urgentCount = 0;
  /** Milliseconds of what it was lent of others beyond those of its own person, within bounds. */
  #forOthers = 0;
  /** Of all it holds, on one worker. */
  #heldMs = 0;
  #rate = UNMEASURED_RATE;
  #logRate = 0;
  readonly #rates = new Map<string, number>();
  readonly #ready: string[] = [];
  /** Shards of samples that were fetched to it. */
  readonly #shelf: Shelf;

  constructor(slot: number, facts: DeviceFacts, shelf: Shelf) {
    this.slot = slot;
    this.browser = facts.browser ?? null;
    this.#shelf = shelf;
    this.#facts = facts;
    this.facts = facts;
  }

  get facts(): DeviceFacts {
    return this.#facts;
  }

  set facts(facts: DeviceFacts) {
    this.#facts = facts;
    const said = this.isMeasured ? undefined : facts.rate;
    this.#setRate(said === undefined ? this.#rate : Math.min(MOST_SAID_RATE, Math.max(LEAST_SAID_RATE, said)));
  }

  /** The one person whose slices it computes; null where it computes everyone's. */
  get onlyOf(): string | null {
    return this.#facts.helps === 'own' ? this.#facts.person : null;
  }

  /** Whether it may be lent tiles of a slice. */
  mayHave(slice: SliceWork): boolean {
    return this.helps(slice) && this.canHold(slice.needs);
  }

  /** Whether it computes for whoever placed a slice. */
  helps(slice: SliceWork): boolean {
    return this.onlyOf === null || this.onlyOf === slice.spec.person;
  }

  canHold(needs: Capacity): boolean {
    const { holds } = this.#facts;
    return !holds || fitsIn(needs, holds);
  }

  /** Whether its person's slices may go before those of others: as long as they had no more than half of its time. */
  get putsOwnFirst(): boolean {
    return this.#forOthers >= 0;
  }

  /** Work of a slice was lent to it, or given back where `ms` is below zero. */
  lent(slice: SliceWork, ms: number): void {
    const sign = slice.spec.person === this.#facts.person ? -1 : 1;
    this.#forOthers = Math.min(RESERVE_MS, Math.max(-RESERVE_MS, this.#forOthers + (sign * ms) / this.#facts.workers));
  }

  /** Was measured, or says how fast it is. */
  get isRated(): boolean {
    return this.isMeasured || this.#facts.rate !== undefined;
  }

  /** The logarithm of `rate`, which costs too much to be taken each time. */
  get logRate(): number {
    return this.#logRate;
  }

  /** All its workers together, rests counted. */
  get rate(): number {
    return this.#rate * this.facts.workers * this.facts.duty;
  }

  /** How well it is known how long work of this kind takes it. */
  knows(costClass: string): Held['known'] {
    if (this.#rates.has(costClass)) return 'measured';
    return !this.isMeasured && this.isRated ? 'said' : 'guessed';
  }

  /** On one worker, in milliseconds, rests counted. */
  predict(costClass: string, units: number): number {
    return units / (this.#rates.get(costClass) ?? this.#rate) / this.facts.duty;
  }

  /** @param ms that one worker took, rests left out */
  measured(costClass: string, units: number, ms: number): void {
    const rate = units / Math.max(ms, 0.01);
    const ofClass = this.#rates.get(costClass);
    this.#rates.set(costClass, ofClass === undefined ? rate : ofClass + EWMA_WEIGHT * (rate - ofClass));
    this.#setRate(this.isMeasured ? this.#rate + EWMA_WEIGHT * (rate - this.#rate) : rate);
    this.isMeasured = true;
  }

  #setRate(rate: number): void {
    this.#rate = rate;
    this.#logRate = Math.log(this.rate);
  }

  isReadyFor(sliceId: string): boolean {
    return this.#ready.includes(sliceId);
  }

  getReadyFor(sliceId: string): void {
    const index = this.#ready.indexOf(sliceId);
    if (index >= 0) this.#ready.splice(index, 1);
    this.#ready.push(sliceId);
    if (this.#ready.length > MOST_READY) this.#ready.shift();
  }

  hasShard(shard: string): boolean {
    return this.#shelf.has(shard);
  }

  /** It fetches a shard, and has it from now on. */
  keepShard(shard: string): void {
    this.#shelf.put(shard);
  }

  /** What it takes until it can begin with a tile: nothing where it has the slice and the shard. */
  loadMs(slice: SliceWork, tile: number): number {
    const shard = slice.shardOf(tile);
    return (this.isReadyFor(slice.spec.id) ? 0 : slice.spec.loadMs) + (shard === undefined || this.hasShard(shard) ? 0 : (slice.spec.shardMs ?? 0));
  }

  /** Gives it a tile: urgent ones go before what has not begun, and is not urgent itself. */
  hold(held: Held, now: number): void {
    if (this.held.length === 0) this.since = now;
    if (held.isUrgent) {
      let at = this.held.length;
      while (at > this.facts.workers && !this.held[at - 1]!.isUrgent) at--;
      this.held.splice(at, 0, held);
      this.urgentCount++;
    } else this.held.push(held);
    this.#heldMs += held.ms + held.loadMs;
  }

  /** Takes the tile at `index` of what it holds away. */
  drop(index: number): Held {
    const [held] = this.held.splice(index, 1);
    this.#heldMs = this.held.length === 0 ? 0 : this.#heldMs - held!.ms - held!.loadMs;
    if (held!.isUrgent) this.urgentCount--;
    return held!;
  }

  /** Milliseconds until it has computed all it holds. */
  get busyMs(): number {
    return this.#heldMs / this.facts.workers;
  }

  /** Milliseconds until a worker of it can begin something urgent. */
  untilFree(now: number): number {
    const [first] = this.held;
    return !first || this.held.length < this.#facts.workers ? 0 : Math.max(0, this.since + first.ms + first.loadMs - now);
  }

  /** When it will have computed all it holds. */
  get finishesAt(): number {
    return this.since + this.busyMs;
  }

  /** When the next result is overdue; never, while it holds nothing. */
  get overdueAt(): number {
    const [next] = this.held;
    if (!next) return Infinity;
    const predicted = next.ms + next.loadMs;
    const [leastMs, times] = PATIENCE[next.known];
    return this.since + Math.max(leastMs, times * predicted);
  }
}
