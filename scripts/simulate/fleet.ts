/**
 * The volunteers of a simulation in arrays, one entry each: how fast, how far, how long they stay, how they leave and whether they lie.
 *
 * Shares and speeds are of a mixed class: 0.2 % data-centre GPUs, 9.8 % desktops, 45 % laptops, 25 % phones, 20 % Chromebooks. It holds
 * what devices are; volunteers.ts what they do.
 */
import { ATTACKS, attackNumber, type AttackChoice } from './attacks.ts';
import { PURPOSE, type Draws } from './draws.ts';

/** Units of work a millisecond of a laptop: 20 ms for a point of 10⁷. */
export const LAPTOP_RATE = 5e5;
export const POINT_COST = 1e7;

/** A short trial finds a device's speed within about a third; who lies says that it is so many times as fast. */
const TRIAL_SIGMA = 0.35;
const BOAST = 8;

/** Data-centre GPUs, desktops, laptops, phones, Chromebooks. */
export type Mix = readonly [number, number, number, number, number];
/** Times a laptop. */
export const SPEED: Mix = [60, 8, 1, 0.4, 0.05];
export const MIXED: Mix = [0.002, 0.098, 0.45, 0.25, 0.2];

export type FleetPlan = {
  readonly volunteers: number;
  readonly mix: Mix;
  /** Median in milliseconds, log-normal with this spread of the logarithm. */
  readonly roundTrip: readonly [medianMs: number, sigma: number];
  /** Mean stay in seconds; Infinity: until the end. */
  readonly stayS: number;
  readonly silentShare: number;
  readonly liars: number;
  readonly attack: AttackChoice;
  /** Honest volunteers of one kind that are simulated as one device of so many workers; 1: everybody by themselves. */
  readonly cohort: number;
};

export class Fleet {
  readonly size: number;
  readonly kind: Uint8Array;
  readonly workers: Uint16Array;
  /** Units a millisecond of one worker. */
  readonly rate: Float64Array;
  /** What it says of that when it begins to lend. */
  readonly saidRate: Float64Array;
  readonly roundTripUs: Float64Array;
  readonly attack: Uint8Array;
  /** In microseconds from joining. */
  readonly stayUs: Float64Array;
  readonly leavesSilently: Uint8Array;
  /** From when after joining it is slower, and by which factor; Infinity for never. */
  readonly hotFromUs: Float64Array;

  constructor(plan: FleetPlan, draws: Draws) {
    const groups = groupsOf(plan, draws);
    this.size = groups.length;
    this.kind = Uint8Array.from(groups, ({ kind }) => kind);
    this.workers = Uint16Array.from(groups, ({ count }) => count);
    this.attack = Uint8Array.from(groups, ({ attack }) => attack);
    this.rate = new Float64Array(this.size);
    this.saidRate = new Float64Array(this.size);
    this.roundTripUs = new Float64Array(this.size);
    this.stayUs = new Float64Array(this.size);
    this.leavesSilently = new Uint8Array(this.size);
    this.hotFromUs = new Float64Array(this.size);
    for (let device = 0; device < this.size; device++) {
      // A tenth up or down within a kind.
      this.rate[device] = LAPTOP_RATE * SPEED[this.kind[device]!]! * (0.9 + 0.2 * draws.uniform(device, PURPOSE.speed));
      this.saidRate[device] = this.rate[device]! * draws.logNormal(1, TRIAL_SIGMA, device, PURPOSE.trial) * (this.attack[device]! > 0 ? BOAST : 1);
      this.roundTripUs[device] = 1000 * Math.min(2000, draws.logNormal(plan.roundTrip[0], plan.roundTrip[1], device, PURPOSE.roundTrip));
      this.stayUs[device] = plan.stayS * 1e6 * draws.exponential(device, PURPOSE.session);
      this.leavesSilently[device] = Number(draws.uniform(device, PURPOSE.goes) < plan.silentShare);
      const getsHot = this.kind[device]! >= 2 && draws.uniform(device, PURPOSE.hot) < 0.1;
      this.hotFromUs[device] = getsHot ? 60e6 * (0.5 + draws.uniform(device, PURPOSE.hot, 1)) : Infinity;
    }
  }
}

type Group = { readonly kind: number; readonly count: number; readonly attack: number };

/** Shares are met as closely as whole devices allow, so that a class of thirty is the same mix with every seed. */
function groupsOf({ volunteers, mix, liars, attack, cohort }: FleetPlan, draws: Draws): readonly Group[] {
  const kinds = new Uint8Array(volunteers);
  const gone = mix.map(() => 0);
  for (let index = 0; index < volunteers; index++) {
    const owed = mix.map((share, kind) => share * (index + 1) - gone[kind]!);
    const kind = owed.indexOf(Math.max(...owed));
    kinds[index] = kind;
    gone[kind]!++;
  }
  const order = Array.from({ length: volunteers }, (_, index) => index);
  for (let index = volunteers - 1; index > 0; index--) {
    const other = Math.floor(draws.uniform(index, PURPOSE.kind) * (index + 1));
    [order[index], order[other]] = [order[other]!, order[index]!];
  }
  const isLiar = new Uint8Array(volunteers);
  const liarCount = liars === 0 ? 0 : Math.max(1, Math.round(liars * volunteers));
  for (let found = 0, place = 0; found < liarCount; place++) {
    const index = Math.floor(draws.uniform(place, PURPOSE.liar) * volunteers);
    if (isLiar[index]) continue;
    isLiar[index] = 1;
    found++;
  }
  const groups: Group[] = [];
  const open = new Map<number, number>();
  const kindsOfLie = ATTACKS.length - 1;
  for (const [index, from] of order.entries()) {
    const kind = kinds[from]!;
    if (isLiar[index]) groups.push({ kind, count: 1, attack: attack === 'mixed' ? 1 + (draws.word(index, PURPOSE.liar, 1) % kindsOfLie) : attackNumber(attack) });
    else if (cohort === 1) groups.push({ kind, count: 1, attack: 0 });
    else {
      const count = (open.get(kind) ?? 0) + 1;
      open.set(kind, count === cohort ? 0 : count);
      if (count === cohort) groups.push({ kind, count, attack: 0 });
    }
  }
  for (const [kind, count] of open) if (count > 0) groups.push({ kind, count, attack: 0 });
  return groups;
}
