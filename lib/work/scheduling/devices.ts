/**
 * All devices that lend: found by id, ordered by when each is overdue and by when each will be done.
 *
 * It keeps sums, so that what all can do together costs nothing to ask. It lends nothing.
 */
import { fitsIn, smallerOf, type Capacity } from '#lib/work/capacity.ts';
import { closenessToAny, type Closeness, type Domain } from '#lib/work/belief/domain.ts';
import { Device, type DeviceFacts } from './device.ts';
import { IndexedHeap } from './indexedHeap.ts';
import { Shelves } from './shelves.ts';
import type { SliceWork } from './sliceWork.ts';
import type { Fleet } from './tiers.ts';

/** What a device says that it can do counts at most as so many usual ones, until it was measured: boasting takes no work from others. */
const MOST_BOASTED = 16;
/** Looked at for one piece of urgent work. */
const MOST_LOOKED_AT = 32;

/** Rates from 2⁰ to 2⁶³ units a millisecond. */
const OCTAVES = 64;
const octaveOf = (rate: number): number => Math.min(OCTAVES - 1, Math.max(0, Math.floor(Math.log2(rate))));

export class Devices implements Fleet {
  readonly #bySlot: (Device | undefined)[] = [];
  readonly #free: number[] = [];
  readonly #byId = new Map<string, Device>();
  readonly #shelves = new Shelves();
  readonly #overdue = new IndexedHeap();
  /** The last to finish goes first. */
  readonly #finishing = new IndexedHeap();
  /** Over those that were measured or say how fast they are: Σ rate, Σ rate × rate of one worker, Σ log rate. */
  #rate = 0;
  #weighted = 0;
  #logRates = 0;
  #rated = 0;
  /** By slot: the rate as it stands in the sums. */
  readonly #counted: number[] = [];
  readonly #rateByOctave = new Float64Array(OCTAVES);
  readonly #countByOctave = new Uint32Array(OCTAVES);
  /** What every device here could hold, and every one that was here. */
  #leastHeld: Capacity = { piece: Infinity, all: Infinity };
  #awake = 0;
  #held = 0;
  #cursor = 0;

  join(facts: DeviceFacts): Device {
    const slot = this.#free.pop() ?? this.#bySlot.length;
    const device = new Device(slot, facts, this.#shelves.take(facts.browser ?? null));
    this.#bySlot[slot] = device;
    this.#byId.set(facts.id, device);
    this.#count(device, 1);
    return device;
  }

  leave(device: Device): void {
    this.#overdue.remove(device.slot);
    this.#finishing.remove(device.slot);
    this.#count(device, -1);
    this.#byId.delete(device.facts.id);
    this.#shelves.leave(device.browser);
    this.#bySlot[device.slot] = undefined;
    this.#free.push(device.slot);
  }

  /** Once in a while: forgets what devices that left had. */
  sweep(now: number): void {
    this.#shelves.sweep(now);
  }

  get(id: string): Device | undefined {
    return this.#byId.get(id);
  }

  at(slot: number): Device {
    return this.#bySlot[slot]!;
  }

  get size(): number {
    return this.#byId.size;
  }

  /** Devices that were not silent lately. */
  get devices(): number {
    return this.#awake;
  }

  /** Of those that were measured or say how fast they are. */
  get rate(): number {
    return this.#rated > 0 ? Math.max(0, this.#rate) : 0;
  }

  /** Whether whoever is here could hold something. */
  allCanHold(needs: Capacity): boolean {
    return fitsIn(needs, this.#leastHeld);
  }

  /** Whether there are devices that would compute a slice, and none of them can hold it. */
  areTooSmallFor(slice: SliceWork): boolean {
    if (this.allCanHold(slice.needs)) return false;
    const willing = [...this.#byId.values()].filter((device) => device.helps(slice));
    return willing.length > 0 && !willing.some((device) => device.canHold(slice.needs));
  }

  /** Of one device, units a millisecond. */
  get meanRate(): number {
    return this.#rated > 0 ? this.rate / this.#rated : 0;
  }

  /**
   * The geometric mean of what devices do, or say that they can do while they were not measured; 0 where nothing is known.
   * One that boasts moves it little, however much it boasts.
   */
  get typicalRate(): number {
    return this.#rated > 0 ? Math.exp(this.#logRates / this.#rated) : 0;
  }

  /** What those do together that are about twice as fast as this, or faster still. */
  rateAbove(rate: number): number {
    let sum = 0;
    for (let octave = octaveOf(rate) + 1; octave < OCTAVES; octave++) sum += this.#rateByOctave[octave]!;
    return sum;
  }

  /** Milliseconds that so many units take on one worker of the devices that most of the work is done by. */
  typicalMs(units: number): number {
    return this.#weighted > 0 ? (units * this.rate) / this.#weighted : Infinity;
  }

  /** Tiles on all devices together, those on two counted twice. */
  get held(): number {
    return this.#held;
  }

  /** Changes what a device is or holds, and puts it where it belongs then. */
  change<T>(device: Device, act: () => T): T {
    this.#count(device, -1);
    const outcome = act();
    this.#count(device, 1);
    if (device.held.length > 0) {
      this.#overdue.place(device.slot, device.overdueAt);
      this.#finishing.place(device.slot, -device.finishesAt);
    } else {
      this.#overdue.remove(device.slot);
      this.#finishing.remove(device.slot);
    }
    return outcome;
  }

  /** A device whose result is overdue; null when there is none. */
  overdue(now: number): Device | null {
    const slot = this.#overdue.first();
    return slot !== undefined && this.#overdue.keyOf(slot) <= now ? this.#bySlot[slot]! : null;
  }

  /** When the next result will be overdue. */
  get nextOverdueAt(): number {
    const slot = this.#overdue.first();
    return slot === undefined ? Infinity : this.#overdue.keyOf(slot);
  }

  /** Whether a device may be lent a tile: its person has not spoken of it, and it is not kept for somebody else who is here. */
  mayTake({ facts: { person, domain } }: Device, slice: SliceWork, tile: number, now: number): boolean {
    if (slice.eligibility.isBarred(tile, person)) return false;
    const awayFrom = slice.eligibility.keptFor(tile, now);
    if (!awayFrom) return true;
    const close = closenessToAny(domain ?? null, awayFrom);
    return close === 0 || close <= this.leastCloseness(slice, tile, awayFrom);
  }

  /** How close to these the furthest device is that could be lent a tile; 2 where none is. */
  leastCloseness(slice: SliceWork, tile: number, to: readonly Domain[]): Closeness {
    let least: Closeness = 2;
    for (const device of this.#byId.values()) {
      const { facts, held, mostHeld } = device;
      // Who is silent may be heard of again within the time that a tile is kept.
      if ((mostHeld === 0 && held.length === 0) || !device.mayHave(slice) || slice.eligibility.isBarred(tile, facts.person)) continue;
      least = Math.min(least, closenessToAny(facts.domain ?? null, to)) as Closeness;
      if (least === 0) break;
    }
    return least;
  }

  /** Some of those that will finish last. */
  finishingLast(count: number): readonly Device[] {
    return this.#finishing.nearFront(count).map((slot) => this.#bySlot[slot]!);
  }

  /** The fastest that may take something urgent, of those whose turn it is to be looked at. */
  fastest(mayTake: (device: Device) => boolean): Device | null {
    let best: Device | null = null;
    const count = Math.min(MOST_LOOKED_AT, this.#bySlot.length);
    for (let step = 0; step < count; step++) {
      this.#cursor = (this.#cursor + 1) % this.#bySlot.length;
      const device = this.#bySlot[this.#cursor];
      if (device && (!best || device.rate > best.rate) && mayTake(device)) best = device;
    }
    return best;
  }

  *all(): Generator<Device> {
    yield* this.#byId.values();
  }

  /** Where `device` holds a tile, or −1. */
  static indexOf(device: Device, sliceId: string, tile: number): number {
    const { held } = device;
    for (let index = 0; index < held.length; index++) if (held[index]!.tile === tile && held[index]!.slice.spec.id === sliceId) return index;
    return -1;
  }

  #count(device: Device, sign: 1 | -1): void {
    const { slot, rate, facts, held, isSilent, isMeasured, isRated, mostHeld } = device;
    this.#held += sign * held.length;
    if (sign > 0 && facts.holds) this.#leastHeld = smallerOf(this.#leastHeld, facts.holds);
    // What it can do is nothing that others could reckon with.
    if (device.onlyOf !== null) return;
    // Who may have nothing and has nothing waits to be believed.
    if (isSilent || (mostHeld === 0 && held.length === 0)) return;
    this.#awake += sign;
    // Of whom nothing is known is not reckoned with.
    if (!isRated) return;
    // The sums forget a device as they learned of it: what is usual may have changed meanwhile.
    const counted = sign < 0 ? this.#counted[slot]! : isMeasured || this.#rated === 0 ? rate : Math.min(rate, MOST_BOASTED * this.typicalRate);
    this.#counted[slot] = counted;
    this.#rated += sign;
    const isLast = this.#rated === 0;
    this.#rate = isLast ? 0 : this.#rate + sign * counted;
    this.#weighted = isLast ? 0 : this.#weighted + (sign * counted * counted) / facts.workers;
    this.#logRates = isLast ? 0 : this.#logRates + sign * device.logRate;
    const octave = octaveOf(counted);
    this.#countByOctave[octave]! += sign;
    this.#rateByOctave[octave] = this.#countByOctave[octave] === 0 ? 0 : this.#rateByOctave[octave]! + sign * counted;
  }
}
