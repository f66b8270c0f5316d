/**
 * What waits to be computed, and whose turn it is: tiers, in each of them people, of each of them slices.
 *
 * Turns are in milliseconds of a device, so that a dear slice pays what it costs, and go to people first: a hundred slices
 * of one person cost the others nothing. It does not know what a device holds.
 */
import { NOTHING, largerOf, type Capacity } from '#lib/work/capacity.ts';
import type { Device } from './device.ts';
import { FairQueue } from './fairQueue.ts';
import type { SliceWork } from './sliceWork.ts';
import { TIERS, TIER_RULES, type Tier } from './tiers.ts';

/** Slices looked at before one is taken that the device is not ready for. */
const MOST_LOOKED_AT = 4;

/** Who looks for work. */
type Seeker = Pick<Device, 'onlyOf' | 'mayHave' | 'canHold' | 'isReadyFor'>;

/** One person's slices that have work, by tier. */
type Owner = { readonly slices: readonly FairQueue<SliceWork>[]; readonly active: readonly Set<SliceWork>[] };

export class Demand {
  readonly #people = TIERS.map((tier) => new FairQueue<string>(TIER_RULES[tier].targetMs));
  readonly #owners = new Map<string, Owner>();
  readonly #waiting = new Uint32Array(TIERS.length);
  readonly #units = new Float64Array(TIERS.length);
  /** What waited of a slice before it changed, in tiles and units: written anew by each change. */
  readonly #before = [new Uint32Array(TIERS.length), new Float64Array(TIERS.length)] as const;
  /** Milliseconds that a tier with a floor is owed. */
  readonly #owed = new Float64Array(TIERS.length);
  readonly #slices = new Set<SliceWork>();
  #mostNeeded: Capacity = NOTHING;

  /** Whether a tier has anything to lend, to this device where one is named. */
  has(tier: Tier, seeker?: Seeker): boolean {
    if (!seeker || (seeker.onlyOf === null && seeker.canHold(this.#mostNeeded))) return this.#people[tier]!.size > 0;
    const owners = seeker.onlyOf === null ? this.#owners.values() : [this.#owners.get(seeker.onlyOf)];
    for (const owner of owners) for (const slice of owner?.active[tier] ?? []) if (seeker.mayHave(slice)) return true;
    return false;
  }

  /** Whether somebody may have what they have waiting in a tier before the others of this round: they pay for it, so that it is their turn later. */
  isInTurn(tier: Tier, person: string): boolean {
    return this.#people[tier]!.isInTurn(person);
  }

  /** What a device has to hold that computes whatever there is. */
  get mostNeeded(): Capacity {
    return this.#mostNeeded;
  }

  /** Tiles of slices that are not paused, all tiers together. */
  get waiting(): number {
    let sum = 0;
    for (const count of this.#waiting) sum += count;
    return sum;
  }

  /** Units that wait in a tier and those before it. */
  restUpTo(tier: Tier): number {
    let rest = 0;
    for (const each of TIERS) if (each <= tier && (each === tier || tier < 4)) rest += this.#units[each]!;
    return rest;
  }

  /** Brings the queues up to date with one slice, after `change` was made to it. */
  update<T>(slice: SliceWork, change: () => T): T {
    const wasCounted = !slice.isPaused;
    const [before, units] = this.#before;
    before.set(slice.waiting);
    units.set(slice.units);
    const weight = slice.weight;
    const outcome = change();
    const isCounted = !slice.isPaused;
    for (const tier of TIERS) {
      const had = wasCounted ? before[tier]! : 0;
      const has = isCounted ? slice.waiting[tier]! : 0;
      this.#waiting[tier]! += has - had;
      this.#units[tier]! += (isCounted ? slice.units[tier]! : 0) - (wasCounted ? units[tier]! : 0);
      if (this.#waiting[tier] === 0) this.#units[tier] = 0;
      if (had === 0 && has > 0) this.#activate(slice, tier);
      else if (had > 0 && has === 0) this.#deactivate(slice, tier);
      else if (has > 0 && weight !== slice.weight) this.#reweigh(slice, tier);
    }
    return outcome;
  }

  /** A slice that is new: what of it waits is queued. */
  add(slice: SliceWork): void {
    this.#slices.add(slice);
    this.#mostNeeded = largerOf(this.#mostNeeded, slice.needs);
    for (const tier of TIERS) {
      this.#waiting[tier]! += slice.waiting[tier]!;
      this.#units[tier]! += slice.units[tier]!;
      if (slice.waiting[tier]! > 0) this.#activate(slice, tier);
    }
  }

  remove(slice: SliceWork): void {
    this.#slices.delete(slice);
    this.#mostNeeded = NOTHING;
    for (const { needs } of this.#slices) this.#mostNeeded = largerOf(this.#mostNeeded, needs);
    if (!slice.isPaused) {
      for (const tier of TIERS) {
        this.#waiting[tier]! -= slice.waiting[tier]!;
        this.#units[tier] = this.#waiting[tier] === 0 ? 0 : this.#units[tier]! - slice.units[tier]!;
        if (slice.waiting[tier]! > 0) this.#deactivate(slice, tier);
      }
    }
    this.#owners.get(slice.spec.person)?.slices.forEach((queue) => queue.forget(slice));
  }

  /** Tiers that have had less than their floor, and have something to lend. */
  owed(): readonly Tier[] {
    return TIERS.filter((tier) => this.has(tier) && this.#owed[tier]! >= TIER_RULES[tier].targetMs);
  }

  /** The slice whose turn it is in a tier, or one near it that the seeker is ready for. */
  pick(tier: Tier, seeker: Seeker, passedOver: ReadonlySet<SliceWork>, onlyOf = seeker.onlyOf): SliceWork | null {
    const people = this.#people[tier]!;
    const looked: SliceWork[] = [];
    const findOf = (person: string): SliceWork | null => {
      const queue = this.#owners.get(person)!.slices[tier]!;
      return queue.find((slice) => {
        if (passedOver.has(slice) || !seeker.mayHave(slice)) return null;
        looked.push(slice);
        // One that is ready goes first only within its own round: nobody waits longer than that for another's convenience.
        const isNear = people.roundsUntil(person) === 0 && queue.roundsUntil(slice) === 0;
        if (seeker.isReadyFor(slice.spec.id) && (looked.length === 1 || isNear)) return slice;
        return looked.length >= MOST_LOOKED_AT ? looked[0]! : null;
      });
    };
    const found = onlyOf === null ? people.find(findOf) : this.#owners.has(onlyOf) ? findOf(onlyOf) : null;
    return found ?? looked[0] ?? null;
  }

  /** Work of this slice was lent, or given back where `ms` is below zero. */
  charge(slice: SliceWork, tier: Tier, ms: number): void {
    const { person } = slice.spec;
    this.#people[tier]!.charge(person, ms);
    this.#owners.get(person)?.slices[tier]!.charge(slice, ms);
  }

  /** Keeps account of the floors: so much was lent of this tier. */
  lent(tier: Tier, ms: number): void {
    for (const each of TIERS) {
      const { floor, targetMs } = TIER_RULES[each];
      if (floor === 0) continue;
      if (!this.has(each)) this.#owed[each] = 0;
      else this.#owed[each] = Math.min(4 * targetMs, Math.max(-4 * targetMs, this.#owed[each]! + floor * ms - (each === tier ? ms : 0)));
    }
  }

  #activate(slice: SliceWork, tier: Tier): void {
    const { person } = slice.spec;
    let owner = this.#owners.get(person);
    if (!owner) {
      owner = { slices: TIERS.map((each) => new FairQueue<SliceWork>(TIER_RULES[each].targetMs)), active: TIERS.map(() => new Set<SliceWork>()) };
      this.#owners.set(person, owner);
    }
    owner.active[tier]!.add(slice);
    owner.slices[tier]!.add(slice, slice.weight);
    if (owner.active[tier]!.size === 1) this.#people[tier]!.add(person, slice.weight);
    else this.#reweigh(slice, tier);
  }

  #deactivate(slice: SliceWork, tier: Tier): void {
    const { person } = slice.spec;
    const owner = this.#owners.get(person)!;
    owner.active[tier]!.delete(slice);
    owner.slices[tier]!.rest(slice);
    if (owner.active[tier]!.size === 0) this.#people[tier]!.rest(person);
    else if (slice.weight > 1) this.#reweigh(slice, tier);
  }

  /** A person weighs what the slice of theirs weighs that most people look at. */
  #reweigh(slice: SliceWork, tier: Tier): void {
    const owner = this.#owners.get(slice.spec.person)!;
    owner.slices[tier]!.setWeight(slice, slice.weight);
    let heaviest = 1;
    for (const { weight } of owner.active[tier]!) heaviest = Math.max(heaviest, weight);
    this.#people[tier]!.setWeight(slice.spec.person, heaviest);
  }
}
