/**
 * Which device holds which tile: tiles go out, come back, are taken back, and every account is kept meanwhile.
 *
 * What waits (demand.ts) and who computes (devices.ts) change here together, so that neither can forget a tile. It does not
 * choose: scheduler.ts does. Rules L2–L6 in docs/SPEC.md.
 */
import type { Demand } from './demand.ts';
import type { Device, Held, Lease } from './device.ts';
import { Devices } from './devices.ts';
import type { SliceWork } from './sliceWork.ts';
import { TIER, type Tier } from './tiers.ts';

/** One tile, lent to one device. */
export type Grant = {
  readonly device: string;
  readonly slice: string;
  readonly tile: number;
  readonly tier: Tier;
  /** Tiles granted together. */
  readonly lease: number;
  /** On one worker of that device, with its rests. */
  readonly predictedMs: number;
  /** To be computed before what was granted earlier and has not begun. */
  readonly isUrgent: boolean;
};

/** What a device should drop: where it has begun already, only if `isUseless`. */
export type Revocation = { readonly device: string; readonly slice: string; readonly tile: number; readonly isUseless: boolean };

/** A tile is lost when so many results of later ones came for each worker, whatever its device says. */
const MOST_OVERTAKEN = 32;

export class Leases {
  readonly #demand: Demand;
  readonly #devices: Devices;
  #revocations: Revocation[] = [];
  /** Who may still be at a tile that was taken from them as overdue, by slice and tile. */
  readonly #late = new Map<SliceWork, Map<number, string>>();
  #count = 0;
  #twins = 0;

  constructor(demand: Demand, devices: Devices) {
    this.#demand = demand;
    this.#devices = devices;
  }

  /** Tiles that are on a second device as well. */
  get twins(): number {
    return this.#twins;
  }

  open(tier: Tier, isOwed: boolean, now: number): Lease {
    return { number: ++this.#count, tier, grantedAt: now, isOwed, hasResult: false };
  }

  takeRevocations(): readonly Revocation[] {
    const revocations = this.#revocations;
    if (revocations.length > 0) this.#revocations = [];
    return revocations;
  }

  grant(device: Device, slice: SliceWork, tile: number, lease: Lease, { isUrgent, isTwin }: Pick<Held, 'isUrgent' | 'isTwin'>, now: number): Grant {
    const { spec } = slice;
    const ms = device.predict(spec.costClass, spec.cost[tile]!);
    const loadMs = device.loadMs(slice, tile);
    const shard = slice.shardOf(tile);
    const { meanRate } = this.#devices;
    // In milliseconds of the mean device, so that nobody pays for having been served by a slow one.
    const charged = ((ms + loadMs) / device.facts.workers) * (device.isRated && meanRate > 0 ? device.rate / meanRate : 1);
    const known = device.knows(spec.costClass);
    const isCheck = lease.tier === TIER.checking;
    this.#devices.change(device, () => device.hold({ slice, tile, lease, ms, charged, loadMs, isUrgent, isTwin, isCheck, known, overtaken: 0 }, now));
    device.getReadyFor(spec.id);
    if (shard !== undefined) device.keepShard(shard);
    if (!isCheck) slice.addHolder(tile, device.slot);
    if (isTwin) this.#twins++;
    this.#demand.charge(slice, lease.tier, charged);
    device.lent(slice, ms + loadMs);
    this.#demand.lent(lease.tier, charged);
    return { device: device.facts.id, slice: spec.id, tile, tier: lease.tier, lease: lease.number, predictedMs: ms, isUrgent };
  }

  /** Takes a result into account; returns whether it was asked for as an opinion. */
  returned(device: Device, slice: SliceWork, tile: number, ms: number | null, now: number): boolean {
    this.wake(device, now);
    const { spec } = slice;
    const index = Devices.indexOf(device, spec.id, tile);
    const held = index < 0 ? null : this.#devices.change(device, () => {
      device.since = now;
      if (ms !== null) device.measured(spec.costClass, spec.cost[tile]!, ms);
      return device.drop(index);
    });
    if (!held) return false;
    held.lease.hasResult = true;
    if (held.isTwin) this.#twins--;
    if (!held.isCheck) slice.removeHolder(tile, device.slot);
    // Everyone pays what it took rather than what was predicted.
    if (ms !== null && held.ms > 0) this.#demand.charge(slice, held.lease.tier, held.charged * (ms / device.facts.duty / held.ms - 1));
    for (let at = Math.min(index, device.held.length) - 1; at >= 0; at--) {
      if (++device.held[at]!.overtaken > MOST_OVERTAKEN * device.facts.workers) this.takeBack(device, at);
    }
    return held.isCheck;
  }

  takeBackAll(device: Device): void {
    // Last first, so that they wait in the order in which they were lent.
    while (device.held.length > 0) this.takeBack(device, device.held.length - 1);
  }

  /** What is at `index` of a device waits again, unless somebody else has it as well. */
  takeBack(device: Device, index: number): void {
    if (index < 0) return;
    const held = this.#devices.change(device, () => device.drop(index));
    const { slice, tile } = held;
    if (held.isTwin) this.#twins--;
    this.#undo(device, held);
    if (held.isCheck) this.#demand.update(slice, () => slice.check(tile));
    else if (slice.removeHolder(tile, device.slot)) this.#demand.update(slice, () => slice.giveBack(tile));
  }

  /** What a device holds, may not be lent any more and has not begun waits again, and it is told to leave it; returns whether there was such. */
  takeBackUnfit(device: Device): boolean {
    let isAny = false;
    for (let index = device.held.length - 1; index >= device.facts.workers; index--) {
      const { slice, tile } = device.held[index]!;
      if (device.mayHave(slice)) continue;
      this.takeBack(device, index);
      this.#revocations.push({ device: device.facts.id, slice: slice.spec.id, tile, isUseless: false });
      isAny = true;
    }
    return isAny;
  }

  /** Takes a tile from a device that should not go on with it, and tells it so. */
  drop(device: Device, slice: SliceWork, tile: number, isUseless: boolean): void {
    const index = Devices.indexOf(device, slice.spec.id, tile);
    if (index < 0) return;
    const held = this.#devices.change(device, () => device.drop(index));
    if (held.isTwin) this.#twins--;
    if (!held.isCheck) slice.removeHolder(tile, device.slot);
    this.#undo(device, held);
    this.#revocations.push({ device: device.facts.id, slice: slice.spec.id, tile, isUseless });
  }

  /** Takes back all tiles of a slice, wherever they are. */
  withdraw(slice: SliceWork): void {
    this.#late.delete(slice);
    for (const device of this.#devices.all()) {
      for (let index = device.held.length - 1; index >= 0; index--) {
        const held = device.held[index]!;
        if (held.slice !== slice) continue;
        this.takeBack(device, index);
        this.#revocations.push({ device: device.facts.id, slice: slice.spec.id, tile: held.tile, isUseless: true });
      }
    }
  }

  /** Its results are overdue: all it holds waits again, and it is told to leave what it has not begun. */
  lose(device: Device): void {
    for (const { slice, tile } of device.held.slice(0, device.facts.workers)) {
      const ofSlice = this.#late.get(slice);
      if (ofSlice) ofSlice.set(tile, device.facts.id);
      else this.#late.set(slice, new Map([[tile, device.facts.id]]));
    }
    for (const { slice, tile } of device.held.slice(device.facts.workers)) {
      this.#revocations.push({ device: device.facts.id, slice: slice.spec.id, tile, isUseless: false });
    }
    this.takeBackAll(device);
    this.#devices.change(device, () => (device.isSilent = true));
  }

  /** A tile is done: who is late with it need not go on. */
  relieveLate(slice: SliceWork, tile: number, doneBy: string | null): void {
    const ofSlice = this.#late.get(slice);
    const late = ofSlice?.get(tile);
    if (!ofSlice || late === undefined) return;
    ofSlice.delete(tile);
    if (ofSlice.size === 0) this.#late.delete(slice);
    if (late !== doneBy && this.#devices.get(late)) this.#revocations.push({ device: late, slice: slice.spec.id, tile, isUseless: true });
  }

  /** Something was heard of it. */
  wake(device: Device, now: number): void {
    if (device.isSilent) this.#devices.change(device, () => {
      device.isSilent = false;
      device.since = now;
    });
  }

  /** What was charged for a tile is given back: it is not done there. */
  #undo(device: Device, { slice, lease, charged, ms, loadMs }: Held): void {
    this.#demand.charge(slice, lease.tier, -charged);
    device.lent(slice, -(ms + loadMs));
  }
}
