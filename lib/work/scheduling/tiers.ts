/**
 * The five tiers of lent work, and how long a lease of each should be.
 *
 * A lease is sized in milliseconds of the device that takes it, so that a phone and a cluster both answer in about the
 * same time; towards the end leases shrink, so that all devices finish together (weighted factoring: Hummel, Schonberg
 * and Flynn, "Factoring", CACM 1992). It knows no slices and no devices.
 */

/**
 * `coarse`: the first picture of a slice somebody has open. `viewed`: the rest of what is open. `surroundings`: what people
 * may look at next. `background`: everything else. `checking`: tiles computed once more to be believed.
 */
export const TIER = { coarse: 0, viewed: 1, surroundings: 2, background: 3, checking: 4 } as const;
export type Tier = (typeof TIER)[keyof typeof TIER];

export const TIERS: readonly Tier[] = [0, 1, 2, 3, 4];

type TierRule = {
  /** How long a lease should last on the device that takes it. */
  readonly targetMs: number;
  /** Of the time that is predicted to be left, a lease takes at most this share. */
  readonly shareOfRest: number;
  /** Of all that is lent while the tier has work, it gets at least this share. */
  readonly floor: number;
  /** Work of these tiers stands back behind it on a device that holds both. */
  readonly preempts: readonly Tier[];
};

export const TIER_RULES: Readonly<Record<Tier, TierRule>> = {
  0: { targetMs: 500, shareOfRest: 0.5, floor: 0, preempts: [1, 2, 3, 4] },
  1: { targetMs: 1000, shareOfRest: 0.5, floor: 0, preempts: [3, 4] },
  2: { targetMs: 2000, shareOfRest: 0.5, floor: 0, preempts: [4] },
  // Long leases of background work would make the end of a short job all tail.
  3: { targetMs: 4000, shareOfRest: 0.1, floor: 0.1, preempts: [] },
  4: { targetMs: 1000, shareOfRest: 0.5, floor: 0.05, preempts: [] },
};

/** So many leases a second at most: with more devices, each gets longer ones. */
const MOST_GRANTS_PER_SECOND = 20_000;

/** What all devices that lend can do together, as far as is known. */
export type Fleet = {
  readonly devices: number;
  /** Units of work a millisecond. */
  readonly rate: number;
};

/**
 * How long a lease of this tier should last on whoever takes it, in milliseconds.
 *
 * @param rest units of work that wait in this tier and those before it
 */
export function leaseMs(tier: Tier, rest: number, fleet: Fleet): number {
  const { targetMs, shareOfRest } = TIER_RULES[tier];
  const target = Math.max(targetMs, (1000 * fleet.devices) / MOST_GRANTS_PER_SECOND);
  return fleet.rate > 0 ? Math.min(target, (shareOfRest * rest) / fleet.rate) : target;
}
