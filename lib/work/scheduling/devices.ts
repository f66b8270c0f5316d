/**
 * All devices that lend: found by id, ordered by when each is overdue and by when each will be done.
 *
 * It keeps sums, so that what all can do together costs nothing to ask. It lends nothing.
 */
import { Device, type DeviceFacts, type Held } from './device.ts';
import { IndexedHeap } from './indexedHeap.ts';
import type { Fleet } from './tiers.ts';

/** Looked at for one piece of urgent work. */
const MOST_LOOKED_AT = 32;

export class Devices implements Fleet {
  readonly #bySlot: (Device | undefined)[] = [];
  readonly #free: number[] = [];
  readonly #byId = new Map<string, Device>();
  readonly #overdue = new IndexedHeap((one, other) => this.#bySlot[one]!.overdueAt < this.#bySlot[other]!.overdueAt);
  /** The last to finish goes first. */
  readonly #finishing = new IndexedHeap((one, other) => this.#bySlot[one]!.finishesAt > this.#bySlot[other]!.finishesAt);
  #rate = 0;
  /** Σ rate × rate of one worker. */
  #weighted = 0;
  #awake = 0;
  #measured = 0;
  #held = 0;
  #cursor = 0;

  join(facts: DeviceFacts): Device {
    const slot = this.#free.pop() ?? this.#bySlot.length;
    const device = new Device(slot, facts);
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
    this.#bySlot[device.slot] = undefined;
    this.#free.push(device.slot);
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

  /** Of those that were measured. */
  get rate(): number {
    return this.#measured > 0 ? Math.max(0, this.#rate) : 0;
  }

  /** Of one device, units a millisecond. */
  get meanRate(): number {
    return this.#measured > 0 ? this.rate / this.#measured : 0;
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
    for (const heap of [this.#overdue, this.#finishing]) {
      if (device.held.length > 0) heap.place(device.slot);
      else heap.remove(device.slot);
    }
    return outcome;
  }

  /** A device whose result is overdue; null when there is none. */
  overdue(now: number): Device | null {
    const slot = this.#overdue.first();
    const device = slot === undefined ? undefined : this.#bySlot[slot];
    return device && device.overdueAt <= now ? device : null;
  }

  /** When the next result will be overdue. */
  get nextOverdueAt(): number {
    const slot = this.#overdue.first();
    return slot === undefined ? Infinity : this.#bySlot[slot]!.overdueAt;
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
    return device.held.findIndex((held: Held) => held.tile === tile && held.slice.spec.id === sliceId);
  }

  #count(device: Device, sign: 1 | -1): void {
    const { rate, facts, held, isSilent, isMeasured, mostHeld } = device;
    this.#held += sign * held.length;
    if (isSilent || mostHeld === 0) return;
    this.#awake += sign;
    // What nobody has measured is not reckoned with.
    if (!isMeasured) return;
    this.#measured += sign;
    this.#rate += sign * rate;
    this.#weighted += sign * ((rate * rate) / facts.workers);
  }
}
