/**
 * Who computes what, and for how long: leases in milliseconds, in fair order, and nothing that could be lost.
 *
 * Devices say how many milliseconds of work they have room for; work that becomes urgent is pushed to them unasked, and
 * what they have not begun is taken back where others would be sooner. A tile is never lost, only lent again, and who was
 * ever lent a tile may still return it. No clock, no dice, no socket: the caller brings `now`. Rules L1–L18 in docs/SPEC.md.
 */
import type { Closeness, Domain } from '#lib/work/belief/domain.ts';
import { Demand } from './demand.ts';
import { MOST_HELD, type DeviceFacts } from './device.ts';
import { Devices } from './devices.ts';
import type { Kept } from './eligibility.ts';
import { Leases, type Grant, type Revocation } from './leases.ts';
import { Lender } from './lender.ts';
import { SliceWork, TILE_STATE, type SliceSpec } from './sliceWork.ts';

/** `opinion`: the tile was done, and lent once more to be believed. `barred`: somebody else has to compute it. */
export type Completion = 'accepted' | 'duplicate' | 'opinion' | 'barred';

/** Who is to compute a tile once more: none of these people, until then who is furthest away from these domains. `isFirst`: before others are checked. */
export type Another = Partial<Kept> & { readonly notTo: readonly string[]; readonly isFirst?: boolean };

export class Scheduler {
  readonly #slices = new Map<string, SliceWork>();
  readonly #devices = new Devices();
  readonly #demand = new Demand();
  readonly #leases = new Leases(this.#demand, this.#devices);
  readonly #lender = new Lender(this.#demand, this.#devices, this.#leases);

  // --- what is wanted

  addSlice(spec: SliceSpec): void {
    if (this.#slices.has(spec.id)) return;
    const slice = new SliceWork(spec);
    this.#slices.set(spec.id, slice);
    this.#demand.add(slice);
  }

  removeSlice(id: string): void {
    const slice = this.#slices.get(id);
    if (!slice) return;
    this.#leases.withdraw(slice);
    this.#demand.remove(slice);
    this.#slices.delete(id);
  }

  /** Nothing more of a slice is lent, and what is under way is dropped; what is done stays done. */
  pause(id: string): void {
    const slice = this.#slices.get(id);
    if (!slice || slice.isPaused) return;
    this.#leases.withdraw(slice);
    this.#demand.update(slice, () => (slice.isPaused = true));
  }

  resume(id: string): void {
    const slice = this.#slices.get(id);
    if (slice?.isPaused) this.#demand.update(slice, () => (slice.isPaused = false));
  }

  /** How many people look at each slice; at those not named, nobody. */
  watch(viewers: ReadonlyMap<string, number>): void {
    for (const id of this.#slices.keys()) this.view(id, viewers.get(id) ?? 0);
  }

  /** How many people look at one slice. */
  view(id: string, viewers: number): void {
    const slice = this.#slices.get(id);
    if (slice && viewers !== slice.viewers) this.#demand.update(slice, () => slice.setViewers(viewers));
  }

  /** Puts a slice's tiles in a new order within their stages: lowest rank first. */
  reorder(id: string, rank: (tile: number) => number): void {
    this.#slices.get(id)?.reorder(rank);
  }

  slice(id: string): SliceWork | undefined {
    return this.#slices.get(id);
  }

  /** Slices of which something waits, and that none of those devices can hold that would compute them. */
  tooLarge(): readonly string[] {
    return [...this.#slices.values()].flatMap((slice) => (!slice.isPaused && slice.waiting.some((count) => count > 0) && this.#devices.areTooSmallFor(slice) ? [slice.spec.id] : []));
  }

  // --- who computes

  /** A device begins to lend, or what it says of itself has changed; returns whether tiles wait again that it may not have any more and has not begun. */
  join(facts: DeviceFacts): boolean {
    const known = this.#devices.get(facts.id);
    if (known) this.#devices.change(known, () => (known.facts = facts));
    else this.#devices.join(facts);
    return known !== undefined && this.#leases.takeBackUnfit(known);
  }

  /** With so many tiles in hand a device is lent no more from now on; it goes on with what it holds. Null where nothing of it is taken any more: what it holds waits again. */
  limit(id: string, most: number | null): void {
    const device = this.#devices.get(id);
    if (!device) return;
    if (most === null) this.#leases.takeBackAll(device);
    const mostHeld = Math.max(0, Math.min(MOST_HELD, most ?? 0));
    if (device.mostHeld === mostHeld) return;
    this.#devices.change(device, () => (device.mostHeld = mostHeld));
    this.#lender.remember(device);
  }

  leave(id: string): void {
    const device = this.#devices.get(id);
    if (!device) return;
    this.#leases.takeBackAll(device);
    this.#lender.forget(device);
    this.#devices.leave(device);
  }

  get devices(): Devices {
    return this.#devices;
  }

  counts(): { readonly waiting: number; readonly lent: number; readonly done: number } {
    let [lent, done] = [0, 0];
    for (const { lentCount, doneCount } of this.#slices.values()) {
      lent += lentCount;
      done += doneCount;
    }
    return { waiting: this.#demand.waiting, lent, done };
  }

  // --- lending

  /** A device has room for `roomMs` more milliseconds of work. What it is not given now it is given when there is some. */
  ask(id: string, roomMs: number, now: number): readonly Grant[] {
    const device = this.#devices.get(id);
    if (!device) return [];
    this.#leases.wake(device, now);
    device.credit = roomMs;
    return this.#lender.fill(device, now);
  }

  /** What is to be pushed now: to devices that were given too little, and what is urgent to those that do other things. */
  serve(now: number): readonly Grant[] {
    return this.#lender.serve(now);
  }

  /** Devices whose result is overdue lose what they hold, and are lent nothing until they are heard of again. */
  sweep(now: number): readonly string[] {
    const silent: string[] = [];
    this.#devices.sweep(now);
    for (let device = this.#devices.overdue(now); device; device = this.#devices.overdue(now)) {
      this.#leases.lose(device);
      this.#lender.forget(device);
      silent.push(device.facts.id);
    }
    return silent;
  }

  /** What devices should drop since the last time this was asked. */
  takeRevocations(): readonly Revocation[] {
    return this.#leases.takeRevocations();
  }

  // --- what comes back

  /**
   * A result, from a device it was lent to at any time; the first one counts.
   *
   * @param device null when it is not here any more, or was another session's
   * @param ms that one worker took, rests left out; null when not known
   */
  complete(device: string | null, person: string, sliceId: string, tile: number, ms: number | null, now: number): Completion {
    const slice = this.#slices.get(sliceId);
    if (!slice) return 'duplicate';
    const from = device === null ? undefined : this.#devices.get(device);
    const isOpinion = from ? this.#leases.returned(from, slice, tile, ms, now) : false;
    if (slice.eligibility.isBarred(tile, person)) return 'barred';
    if (isOpinion && slice.state[tile] === TILE_STATE.done) return 'opinion';
    const isNew = this.#demand.update(slice, () => slice.finish(tile));
    if (!isNew) return 'duplicate';
    for (const slot of slice.holders(tile)) this.#leases.drop(this.#devices.at(slot), slice, tile, true);
    this.#leases.relieveLate(slice, tile, device);
    return 'accepted';
  }

  /** A device gives back some of what it holds, or everything. */
  handBack(id: string, tiles: readonly { readonly slice: string; readonly tile: number }[] | 'everything'): void {
    const device = this.#devices.get(id);
    if (!device) return;
    if (tiles === 'everything') return this.#leases.takeBackAll(device);
    for (const { slice, tile } of tiles) this.#leases.takeBack(device, Devices.indexOf(device, slice, tile));
  }

  /** A tile found wrong: wanted again, and not from who returned it. */
  reopen(sliceId: string, tile: number, exceptFor: string): void {
    const slice = this.#slices.get(sliceId);
    if (!slice) return;
    if (exceptFor !== '') slice.eligibility.bar(tile, exceptFor);
    this.#demand.update(slice, () => slice.reopen(tile));
  }

  /** Wants a tile that is done computed once more. Its result is an opinion. */
  check(sliceId: string, tile: number, { notTo, awayFrom = [], until = 0, isFirst = false }: Another): void {
    const slice = this.#slices.get(sliceId);
    if (slice?.state[tile] !== TILE_STATE.done) return;
    for (const person of notTo) slice.eligibility.bar(tile, person);
    slice.eligibility.keep(tile, { awayFrom, until });
    this.#demand.update(slice, () => slice.check(tile, isFirst));
  }

  /** How close to these the furthest device is that could be asked about a tile; 2 where none is. */
  leastCloseness(sliceId: string, tile: number, to: readonly Domain[]): Closeness {
    const slice = this.#slices.get(sliceId);
    return slice ? this.#devices.leastCloseness(slice, tile, to) : 2;
  }
}
