/**
 * What a device is lent next: which tier, which slice, how many tiles; and who is given some unasked.
 *
 * It chooses among what waits (demand.ts) for one device after the other, and has leases.ts do it. Nothing waits: what others
 * have not begun (tail.ts). It does not know what comes back. Rules L7–L13, L15–L18 and L23–L25 in docs/SPEC.md.
 */
import type { Demand } from './demand.ts';
import type { Device } from './device.ts';
import type { Devices } from './devices.ts';
import type { Grant, Leases } from './leases.ts';
import type { SliceWork } from './sliceWork.ts';
import { steal, twin } from './tail.ts';
import { TIER, TIERS, TIER_RULES, leaseMs, type Tier } from './tiers.ts';

/** With so many devices, those much slower than is usual leave the first picture to the others. */
const GATED_FROM = 8;
const GATED_BELOW = 0.25;
/** Of those that finish last, so many are looked at. */
const VICTIMS = 8;
/** So long a slow device leaves the last tiles to faster ones that do nothing. */
const MOST_REFUSED_MS = 1000;
/** Slices tried in one tier for one lease. */
const MOST_PASSED_OVER = 8;
/** Hungry devices asked after in a row that there was nothing for, before the others wait for the next time. */
const MOST_IN_VAIN = 32;
/** Hungry devices looked at each time where nothing waits: only what others hold could be had. */
const MOST_LOOKED_AT = 256;
/** Of those that wait, so many are compared for one piece of a first picture. */
const MOST_COMPARED = 64;
/** A device that nobody measured holds at most so many tiles for each worker, however fast it says it is. */
const MOST_ON_TRIAL = 8;

type How = { readonly isUrgent: boolean; readonly isOwed: boolean };
const AS_ASKED: How = { isUrgent: false, isOwed: false };
const OWED: How = { isUrgent: false, isOwed: true };
const PUSHED: How = { isUrgent: true, isOwed: false };
const NOTHING: readonly Grant[] = [];

const hasRoom = ({ credit, held, mostHeld }: Device): boolean => credit > 0 && held.length < mostHeld;

function spend(device: Device, lent: readonly Grant[]): void {
  for (const { predictedMs } of lent) device.credit -= predictedMs / device.facts.workers;
}

export class Lender {
  readonly #demand: Demand;
  readonly #devices: Devices;
  readonly #leases: Leases;
  /** Devices that have room for more than there was. */
  readonly #hungry = new Set<Device>();

  constructor(demand: Demand, devices: Devices, leases: Leases) {
    this.#demand = demand;
    this.#devices = devices;
    this.#leases = leases;
  }

  /** A device left, or is silent. */
  forget(device: Device): void {
    this.#hungry.delete(device);
  }

  /** To devices that were given too little, and what is urgent to those that do other things. */
  serve(now: number): readonly Grant[] {
    const grants: Grant[] = [...this.#serveFirstPictures(now)];
    let inVain = 0;
    const isTail = this.#demand.waiting === 0;
    for (let left = isTail ? Math.min(this.#hungry.size, MOST_LOOKED_AT) : this.#hungry.size; left > 0 && inVain < MOST_IN_VAIN; left--) {
      const device = this.#hungry.values().next().value!;
      // To the end of the line, should there be nothing for it.
      this.#hungry.delete(device);
      // At the end only the quick are of use: the others wait without being asked after one by one.
      if (isTail && device.isRated && device.rate < this.#devices.meanRate) {
        this.#hungry.add(device);
        continue;
      }
      const filled = this.fill(device, now);
      if (filled.length > 0) inVain = 0;
      else if (isTail || this.#isWanted(device)) inVain++;
      grants.push(...filled);
    }
    while (this.#demand.has(TIER.viewed)) {
      const device = this.#devices.fastest((each) => this.#mayBePushed(each, TIER.viewed));
      const pushed = device ? this.#lend(device, TIER.viewed, PUSHED, now) : NOTHING;
      if (pushed.length === 0) break;
      grants.push(...pushed);
    }
    return grants;
  }

  /** It may hold more than it could before: it is served with the others that wait. */
  remember(device: Device): void {
    if (hasRoom(device)) this.#hungry.add(device);
  }

  /** As much as a device has room for; where that is not to be had, it is hungry. */
  fill(device: Device, now: number): readonly Grant[] {
    const grants: Grant[] = [];
    while (hasRoom(device)) {
      const lent = this.#lendNext(device, now);
      if (lent.length === 0) break;
      spend(device, lent);
      grants.push(...lent);
    }
    if (hasRoom(device)) this.#hungry.add(device);
    else this.#hungry.delete(device);
    return grants;
  }

  #serveFirstPictures(now: number): readonly Grant[] {
    const grants: Grant[] = [];
    while (this.#demand.has(TIER.coarse)) {
      const busy = this.#devices.fastest((each) => this.#mayBePushed(each, TIER.coarse));
      const idle = this.#fastestHungry();
      // Who is busy has to end first what it is at.
      const isIdleSooner = idle !== null && (!busy || 2 * idle.rate >= busy.rate);
      let lent = isIdleSooner ? this.#lend(idle, TIER.coarse, AS_ASKED, now) : NOTHING;
      if (isIdleSooner && lent.length > 0) {
        spend(idle, lent);
        if (!hasRoom(idle)) this.#hungry.delete(idle);
      } else if (busy) lent = this.#lend(busy, TIER.coarse, PUSHED, now);
      if (lent.length === 0) break;
      grants.push(...lent);
    }
    return grants;
  }

  /** Of some that wait for work, and may have a first picture; those looked at go to the end of the line. */
  #fastestHungry(): Device | null {
    let best: Device | null = null;
    for (let left = Math.min(this.#hungry.size, MOST_COMPARED); left > 0; left--) {
      const device = this.#hungry.values().next().value!;
      this.#hungry.delete(device);
      this.#hungry.add(device);
      if ((!best || device.rate > best.rate) && hasRoom(device) && this.#demand.has(TIER.coarse, device) && !this.#isGated(device)) best = device;
    }
    return best;
  }

  #lendNext(device: Device, now: number): readonly Grant[] {
    for (const tier of this.#demand.owed()) {
      const grants = this.#lend(device, tier, OWED, now);
      if (grants.length > 0) return grants;
    }
    for (const tier of TIERS) {
      if (!this.#demand.has(tier, device) || (tier === TIER.coarse && this.#isGated(device))) continue;
      const grants = this.#lend(device, tier, AS_ASKED, now);
      if (grants.length > 0) return grants;
    }
    return this.#relieve(device, now);
  }

  /** One lease of one slice and one tier, of the device's own person first where it is their turn; nothing where there is nothing for this device. */
  #lend(device: Device, tier: Tier, how: How, now: number): readonly Grant[] {
    const { person } = device.facts;
    const isOwnFirst = (tier === TIER.coarse || tier === TIER.viewed) && device.putsOwnFirst && this.#demand.isInTurn(tier, person);
    const own = isOwnFirst ? this.#lendOf(device, tier, how, person, now) : NOTHING;
    return own.length > 0 ? own : this.#lendOf(device, tier, how, device.onlyOf, now);
  }

  /** @param onlyOf whose slices alone; null for everyone's */
  #lendOf(device: Device, tier: Tier, { isUrgent, isOwed }: How, onlyOf: string | null, now: number): readonly Grant[] {
    const passedOver = new Set<SliceWork>();
    for (let slice = this.#demand.pick(tier, device, passedOver, onlyOf); slice && passedOver.size < MOST_PASSED_OVER; slice = this.#demand.pick(tier, device, passedOver, onlyOf)) {
      const tiles = this.#takeTiles(device, slice, tier, now);
      if (tiles.length > 0) {
        const lease = this.#leases.open(tier, isOwed, now);
        // A first picture never stands behind what a device has not begun.
        const how = { isUrgent: isUrgent || tier === TIER.coarse, isTwin: false };
        return tiles.map((tile) => this.#leases.grant(device, slice!, tile, lease, how, now));
      }
      passedOver.add(slice);
    }
    return [];
  }

  /** As many tiles as last as long as a lease of this tier should, and at least one for each worker with nothing to do. */
  #takeTiles(device: Device, slice: SliceWork, tier: Tier, now: number): readonly number[] {
    const { workers } = device.facts;
    const rest = this.#demand.restUpTo(tier);
    const budget = leaseMs(tier, rest, this.#devices) * workers;
    const idle = Math.max(1, workers - device.held.length);
    const known = device.knows(slice.spec.costClass);
    const free = device.mostHeld - device.held.length;
    // Who was never measured with work of this kind shows with the first tiles how fast it is.
    const room = known === 'measured' ? free : Math.min(free, known === 'guessed' ? idle : MOST_ON_TRIAL * workers - device.held.length);
    // While others are at work the last tiles are left to them; where nobody is, not for long: the faster ones may not come.
    const areOthersAtIt = this.#devices.held > device.held.length && this.#devices.allCanHold(slice.needs);
    const mayBeLeftOut = areOthersAtIt || now - device.refusedAt < MOST_REFUSED_MS;
    // A first picture is left to those that are sooner done with it: the slower take part where there is much of it.
    const isCoarse = tier === TIER.coarse;
    const others = !device.isRated ? 0 : isCoarse ? this.#devices.rateAbove(device.rate) : this.#devices.rate;
    const untilFree = isCoarse ? device.untilFree(now) : 0;
    return this.#demand.update(slice, () => {
      const tiles: number[] = [];
      let ms = 0;
      let fetched: string | undefined;
      // The shard of the first tile is on the device before the others begin.
      const has = (shard: string) => shard === fetched || device.hasShard(shard);
      while (tiles.length < room && (tiles.length < idle || ms < budget)) {
        const tile = slice.take(tier, (each) => this.#devices.mayTake(device, slice, each, now), known === 'guessed', has);
        if (tile === null) break;
        fetched = slice.shardOf(tile);
        const own = device.predict(slice.spec.costClass, slice.spec.cost[tile]!);
        ms += own;
        // It would still be at it when the others have long finished all that waits.
        const isTooSlow = mayBeLeftOut && own + untilFree > rest / others + this.#devices.typicalMs(slice.spec.cost[tile]!) * 1.01;
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
    const mayTake = (slice: SliceWork, tile: number) => device.mayHave(slice) && this.#devices.mayTake(device, slice, tile, now);
    const stolen = steal(device, victims, mayTake, now, TIER_RULES[TIER.viewed].targetMs);
    if (stolen.length > 0) {
      const lease = this.#leases.open(stolen[0]!.held.lease.tier, stolen[0]!.held.lease.isOwed, now);
      return stolen.map(({ from, held: { slice, tile, isUrgent } }) => {
        this.#leases.drop(from, slice, tile, false);
        return this.#leases.grant(device, slice, tile, lease, { isUrgent, isTwin: false }, now);
      });
    }
    const copied = device.held.length < device.facts.workers ? twin(device, victims, mayTake, now, this.#devices.held, this.#leases.twins) : null;
    if (!copied) return [];
    const { slice, tile, lease } = copied.held;
    const own = this.#leases.open(lease.tier, lease.isOwed, now);
    return [this.#leases.grant(device, slice, tile, own, { isUrgent: false, isTwin: true }, now)];
  }

  /** Whether anything waits that a device may have. */
  #isWanted(device: Device): boolean {
    return TIERS.some((tier) => this.#demand.has(tier, device));
  }

  #isGated(device: Device): boolean {
    // Where not everybody can hold everything, there may be no others to leave it to.
    if (this.#devices.devices < GATED_FROM || !this.#devices.allCanHold(this.#demand.mostNeeded)) return false;
    if (device.isRated) return device.rate < GATED_BELOW * this.#devices.typicalRate;
    // It may be the slowest of all: it shows how fast it is with something nobody waits for, where there is such.
    return this.#devices.typicalRate > 0 || this.#demand.has(TIER.viewed) || this.#demand.has(TIER.surroundings) || this.#demand.has(TIER.background);
  }

  /** Whether a device should put this before what it does: one urgent lease at a time, and never the slow. */
  #mayBePushed(device: Device, tier: Tier): boolean {
    const [first] = device.held;
    if (!first || device.isSilent || !this.#demand.has(tier, device) || device.urgentCount > 0 || device.held.length >= device.mostHeld) return false;
    if (tier === TIER.coarse && this.#isGated(device)) return false;
    return device.held.some(({ lease }) => TIER_RULES[tier].preempts.includes(lease.tier) && (tier === TIER.coarse || !lease.isOwed));
  }
}
