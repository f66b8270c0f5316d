/**
 * Who computes what, and for how long: leases in milliseconds, in fair order, and nothing that could be lost.
 *
 * Devices say how many milliseconds of work they have room for; work that becomes urgent is pushed to them unasked, and
 * what they have not begun is taken back where others would be sooner. A tile is never lost, only lent again, and who was
 * ever lent a tile may still return it. No clock, no dice, no socket: the caller brings `now`. Rules L1–L16 in docs/SPEC.md.
 */
import { Demand } from './demand.ts';
import { MOST_HELD, type Device, type DeviceFacts } from './device.ts';
import { Devices } from './devices.ts';
import { Leases, type Grant, type Revocation } from './leases.ts';
import { SliceWork, TILE_STATE, type SliceSpec } from './sliceWork.ts';
import { steal, twin } from './tail.ts';
import { TIER, TIERS, TIER_RULES, leaseMs, type Tier } from './tiers.ts';

/** `opinion`: the tile was done, and lent once more to be believed. `barred`: somebody else has to compute it. */
export type Completion = 'accepted' | 'duplicate' | 'opinion' | 'barred';

/** With so many devices, those much slower than the mean leave the first picture to the others. */
const GATED_FROM = 8;
const GATED_BELOW = 0.25;
/** Of those that finish last, so many are looked at. */
const VICTIMS = 8;
/** So long a slow device leaves the last tiles to faster ones that do nothing. */
const MOST_REFUSED_MS = 1000;
/** Slices tried in one tier for one lease. */
const MOST_PASSED_OVER = 16;
/** Hungry devices asked after in a row that there was nothing for, before the others wait for the next time. */
const MOST_IN_VAIN = 32;
export class Scheduler {
  readonly #slices = new Map<string, SliceWork>();
  readonly #devices = new Devices();
  readonly #demand = new Demand();
  /** Devices that have room for more than there was. */
  readonly #hungry = new Set<Device>();
  readonly #leases = new Leases(this.#demand, this.#devices);

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
    for (const [id, slice] of this.#slices) {
      const count = viewers.get(id) ?? 0;
      if (count !== slice.viewers) this.#demand.update(slice, () => slice.setViewers(count));
    }
  }

  /** Puts a slice's tiles in a new order within their stages: lowest rank first. */
  reorder(id: string, rank: (tile: number) => number): void {
    this.#slices.get(id)?.reorder(rank);
  }

  slice(id: string): SliceWork | undefined {
    return this.#slices.get(id);
  }

  // --- who computes

  join(facts: DeviceFacts): void {
    const known = this.#devices.get(facts.id);
    if (known) this.#devices.change(known, () => (known.facts = facts));
    else this.#devices.join(facts);
  }

  /** A device may hold so many tiles more than it does now; of one that may have none, what it holds waits again. */
  limit(id: string, more: number): void {
    const device = this.#devices.get(id);
    if (!device) return;
    if (more <= 0 && device.mostHeld > 0) this.#leases.takeBackAll(device);
    this.#devices.change(device, () => (device.mostHeld = more <= 0 ? 0 : Math.min(MOST_HELD, device.held.length + more)));
  }

  leave(id: string): void {
    const device = this.#devices.get(id);
    if (!device) return;
    this.#leases.takeBackAll(device);
    this.#hungry.delete(device);
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
    return this.#fill(device, now);
  }

  /** What is to be pushed now: to devices that were given too little, and what is urgent to those that do other things. */
  serve(now: number): readonly Grant[] {
    const grants: Grant[] = [];
    let inVain = 0;
    for (let left = this.#hungry.size; left > 0 && inVain < MOST_IN_VAIN; left--) {
      const device = this.#hungry.values().next().value!;
      // To the end of the line, should there be nothing for it.
      this.#hungry.delete(device);
      // At the end only the quick are of use: the others wait without being asked after one by one.
      if (this.#demand.waiting === 0 && device.isMeasured && device.rate < this.#devices.meanRate) {
        this.#hungry.add(device);
        continue;
      }
      const filled = this.#fill(device, now);
      inVain = filled.length > 0 ? 0 : inVain + 1;
      grants.push(...filled);
    }
    for (const tier of [TIER.coarse, TIER.viewed]) {
      while (this.#demand.has(tier)) {
        const device = this.#devices.fastest((each) => this.#mayBePushed(each, tier));
        const pushed = device ? this.#lend(device, tier, { isUrgent: true, isOwed: false }, now) : [];
        if (pushed.length === 0) break;
        grants.push(...pushed);
      }
    }
    return grants;
  }

  /** Devices whose result is overdue lose what they hold, and are lent nothing until they are heard of again. */
  sweep(now: number): readonly string[] {
    const silent: string[] = [];
    for (let device = this.#devices.overdue(now); device; device = this.#devices.overdue(now)) {
      this.#leases.lose(device);
      this.#hungry.delete(device);
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
    if (slice.isBarred(tile, person)) return 'barred';
    if (isOpinion) return 'opinion';
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
    if (exceptFor !== '') slice.bar(tile, exceptFor);
    this.#demand.update(slice, () => slice.reopen(tile));
  }

  /** Wants a tile that is done computed once more, by none of those named. Its result is an opinion. */
  check(sliceId: string, tile: number, exceptFor: readonly string[]): void {
    const slice = this.#slices.get(sliceId);
    if (slice?.state[tile] !== TILE_STATE.done) return;
    for (const person of exceptFor) slice.bar(tile, person);
    this.#demand.update(slice, () => slice.check(tile));
  }

  // --- within

  #fill(device: Device, now: number): Grant[] {
    const grants: Grant[] = [];
    while (device.credit > 0 && device.held.length < device.mostHeld) {
      const lent = this.#lendNext(device, now);
      if (lent.length === 0) break;
      for (const grant of lent) {
        device.credit -= grant.predictedMs / device.facts.workers;
        grants.push(grant);
      }
    }
    if (device.credit > 0 && device.held.length < device.mostHeld) this.#hungry.add(device);
    else this.#hungry.delete(device);
    return grants;
  }

  #lendNext(device: Device, now: number): readonly Grant[] {
    for (const tier of this.#demand.owed()) {
      const grants = this.#lend(device, tier, { isUrgent: false, isOwed: true }, now);
      if (grants.length > 0) return grants;
    }
    for (const tier of TIERS) {
      if (!this.#demand.has(tier) || (tier === TIER.coarse && this.#isGated(device))) continue;
      const grants = this.#lend(device, tier, { isUrgent: false, isOwed: false }, now);
      if (grants.length > 0) return grants;
    }
    return this.#relieve(device, now);
  }

  /** One lease of one slice and one tier; nothing where there is nothing for this device. */
  #lend(device: Device, tier: Tier, { isUrgent, isOwed }: { readonly isUrgent: boolean; readonly isOwed: boolean }, now: number): readonly Grant[] {
    const passedOver = new Set<SliceWork>();
    const isReady = (each: SliceWork) => device.isReadyFor(each.spec.id);
    for (let slice = this.#demand.pick(tier, isReady, passedOver); slice && passedOver.size < MOST_PASSED_OVER; slice = this.#demand.pick(tier, isReady, passedOver)) {
      const tiles = this.#takeTiles(device, slice, tier, now);
      if (tiles.length > 0) {
        const lease = this.#leases.open(tier, isOwed, now);
        return tiles.map((tile) => this.#leases.grant(device, slice!, tile, lease, { isUrgent, isTwin: false }, now));
      }
      passedOver.add(slice);
    }
    return [];
  }

  /** As many tiles as last as long as a lease of this tier should, and at least one for each worker with nothing to do. */
  #takeTiles(device: Device, slice: SliceWork, tier: Tier, now: number): readonly number[] {
    const { person, workers } = device.facts;
    const rest = this.#demand.restUpTo(tier);
    const budget = leaseMs(tier, rest, this.#devices) * workers;
    const idle = Math.max(1, workers - device.held.length);
    // Who was never measured with work of this kind shows with the first tiles how fast it is.
    const isTrial = !device.knows(slice.spec.costClass);
    const free = device.mostHeld - device.held.length;
    const room = isTrial ? Math.min(idle, free) : free;
    // While others are at work the last tiles are left to them; where nobody is, not for long: the faster ones may not come.
    const mayBeLeftOut = this.#devices.held > device.held.length || now - device.refusedAt < MOST_REFUSED_MS;
    return this.#demand.update(slice, () => {
      const tiles: number[] = [];
      let ms = 0;
      while (tiles.length < room && (tiles.length < idle || ms < budget)) {
        const tile = slice.take(tier, person, isTrial);
        if (tile === null) break;
        const own = device.predict(slice.spec.costClass, slice.spec.cost[tile]!);
        ms += own;
        // It would still be at it when the others have long finished all that waits.
        const isTooSlow = device.isMeasured && mayBeLeftOut && own > rest / this.#devices.rate + this.#devices.typicalMs(slice.spec.cost[tile]!) * 1.01;
        if ((tiles.length === 0 && isTooSlow) || (tiles.length >= idle && ms > budget)) {
          if (tiles.length === 0) device.refusedAt = Math.min(device.refusedAt, now);
          slice.putBack(tier, tile);
          break;
        }
        tiles.push(tile);
        device.refusedAt = Infinity;
      }
      return tiles;
    });
  }

  /** Nothing waits: what others have not begun is taken over, or one tile computed as well. */
  #relieve(device: Device, now: number): readonly Grant[] {
    if (device.held.length > device.facts.workers) return [];
    const victims = this.#devices.finishingLast(VICTIMS);
    const stolen = steal(device, victims, now, TIER_RULES[TIER.viewed].targetMs);
    if (stolen.length > 0) {
      const lease = this.#leases.open(stolen[0]!.held.lease.tier, stolen[0]!.held.lease.isOwed, now);
      return stolen.map(({ from, held: { slice, tile, isUrgent } }) => {
        this.#leases.drop(from, slice, tile, false);
        return this.#leases.grant(device, slice, tile, lease, { isUrgent, isTwin: false }, now);
      });
    }
    const copied = device.held.length < device.facts.workers ? twin(device, victims, now, this.#devices.held, this.#leases.twins) : null;
    if (!copied) return [];
    const { slice, tile, lease } = copied.held;
    const own = this.#leases.open(lease.tier, lease.isOwed, now);
    return [this.#leases.grant(device, slice, tile, own, { isUrgent: false, isTwin: true }, now)];
  }

  #isGated(device: Device): boolean {
    if (this.#devices.devices < GATED_FROM) return false;
    if (device.isMeasured) return device.rate < GATED_BELOW * this.#devices.meanRate;
    // It may be the slowest of all: it shows how fast it is with something nobody waits for, where there is such.
    return this.#devices.meanRate > 0 || this.#demand.has(TIER.viewed) || this.#demand.has(TIER.surroundings) || this.#demand.has(TIER.background);
  }

  /** Whether a device should put this before what it does: one urgent lease at a time, and never the slow. */
  #mayBePushed(device: Device, tier: Tier): boolean {
    const [first] = device.held;
    if (!first || device.isSilent || device.urgentCount > 0 || device.held.length >= device.mostHeld) return false;
    if (tier === TIER.coarse && this.#isGated(device)) return false;
    return device.held.some(({ lease }) => TIER_RULES[tier].preempts.includes(lease.tier) && (tier === TIER.coarse || !lease.isOwed));
  }
}
