/**
 * What is measured while a simulation runs: times, waste, checks, wrong points, fairness, what the scheduler costs, and the trace.
 *
 * It only counts; report.ts says what it comes to.
 */
import { ATTACKS } from './attacks.ts';

/** Why points were computed that are not in the picture. */
export const WASTE_CAUSES = ['duplicate', 'revoked', 'lost', 'refused', 'barred', 'rolledBack', 'checking'] as const;
export type WasteCause = (typeof WASTE_CAUSES)[number];

/** A shorter time than this says nothing of who was served. */
const FAIR_FROM_MS = 5000;
/** Every so many calls of the scheduler one is timed. */
const TIMED_EVERY = 16;
const ERR_EVERYWHERE: ReadonlySet<string> = new Set(['offset', 'replay', 'nan', 'f16', 'scale']);

/** Under one identity. `leases`: those that something came back from, and all that were granted after that, until it was caught. */
type Liar = { readonly attack: number; readonly leases: Set<number>; tiles: number; isCaught: boolean };

export class Measures {
  readonly #openedAt: number[] = [];
  readonly #people: string[] = [];
  readonly #coarseAt: number[] = [];
  readonly #completeAt: number[] = [];
  readonly waste = new Map<WasteCause, number>(WASTE_CAUSES.map((cause) => [cause, 0]));
  acceptedPoints = 0;
  results = 0;
  recomputedPoints = 0;
  auditedPoints = 0;
  wrongEverShown = 0;
  wrongShownMs = 0;
  wrongTakenBack = 0;
  verifiedTakenBack = 0;
  quarantines = 0;
  falseQuarantines = 0;
  grants = 0;
  calls = 0;
  readonly callMs: number[] = [];
  /** Points in the picture, by whose slice they are. */
  readonly served = new Map<string, number>();
  /** What everyone had when the last slice was opened: taken when somebody is served after that, not at each of thousands of openings. */
  #servedBefore: ReadonlyMap<string, number> | null = null;
  /** What everyone was served while everyone had work waiting. */
  readonly fairShares = new Map<string, number>();
  /** By device: its attack. */
  readonly liars = new Map<number, number>();
  /** By identity. */
  readonly #identities = new Map<string, Liar>();
  readonly violations = new Map<string, number>();
  readonly curve: { readonly s: number; readonly done: number; readonly devices: number; readonly wrong: number }[] = [];
  #one = 0x811c9dc5;
  #other = 0x1b873593;

  /** Takes what happened into the hash of the run. */
  note(time: number, kind: number, a: number, b: number): void {
    this.#mix(time | 0);
    this.#mix(Math.floor(time / 4294967296));
    this.#mix(kind);
    this.#mix(a);
    this.#mix(b);
  }

  #mix(word: number): void {
    this.#one = Math.imul(this.#one ^ word, 0x01000193);
    this.#other = Math.imul((this.#other ^ word) + 0x7f4a7c15, 0x85ebca6b) ^ (this.#other >>> 15);
  }

  get trace(): string {
    return [this.#one, this.#other].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
  }

  /** An invariant that does not hold. */
  violate(what: string): void {
    this.violations.set(what, (this.violations.get(what) ?? 0) + 1);
  }

  timed<T>(call: () => T): T {
    if (this.calls++ % TIMED_EVERY !== 0) return call();
    const from = performance.now();
    const outcome = call();
    this.callMs.push(performance.now() - from);
    return outcome;
  }

  opened(slice: number, person: string, now: number): void {
    this.#openedAt[slice] = now;
    this.#people[slice] = person;
    if (!this.served.has(person)) this.served.set(person, 0);
    // From now until a slice is complete, but for a while at least, whoever has an open slice then has had work waiting.
    this.#servedBefore = null;
    this.fairShares.clear();
  }

  coarse(slice: number, now: number): void {
    this.#coarseAt[slice] ??= now;
  }

  complete(slice: number, now: number): void {
    if (this.fairShares.size === 0 && now >= this.#openedAt.at(-1)! + FAIR_FROM_MS) {
      const waiting = new Set(this.#people.filter((_, each) => this.#completeAt[each] === undefined));
      for (const person of waiting) this.fairShares.set(person, this.served.get(person)! - (this.#servedBefore?.get(person) ?? 0));
    }
    this.#completeAt[slice] = now;
  }

  get slices(): number {
    return this.#openedAt.length;
  }

  get completed(): number {
    return this.#completeAt.filter(() => true).length;
  }

  get firstOpened(): number {
    return this.#openedAt[0] ?? 0;
  }

  get lastComplete(): number {
    return this.#completeAt.reduce((latest, each) => Math.max(latest, each), 0);
  }

  /** Sorted, in milliseconds from when it was opened; those that never came are Infinity. */
  times(which: 'coarse' | 'complete'): readonly number[] {
    const at = which === 'coarse' ? this.#coarseAt : this.#completeAt;
    return this.#openedAt.map((opened, slice) => (at[slice] ?? Infinity) - opened).sort((one, other) => one - other);
  }

  liar(device: number, attack: number): void {
    this.liars.set(device, attack);
  }

  granted(device: number, key: string, lease: number): void {
    const liar = this.#identity(device, key);
    if (liar && liar.tiles > 0 && !liar.isCaught) liar.leases.add(lease);
  }

  returned({ device, key, lease }: { readonly device: number; readonly key: string; readonly lease: number }): void {
    this.results++;
    const liar = this.#identity(device, key);
    if (!liar || liar.isCaught) return;
    liar.tiles++;
    liar.leases.add(lease);
  }

  #identity(device: number, key: string): Liar | null {
    const attack = this.liars.get(device);
    if (attack === undefined) return null;
    let liar = this.#identities.get(key);
    if (!liar) this.#identities.set(key, (liar = { attack, leases: new Set(), tiles: 0, isCaught: false }));
    return liar;
  }

  accepted(person: string, points: number, isAgain: boolean): void {
    if (isAgain) this.violate('a tile was accepted that was accepted already');
    this.acceptedPoints += points;
    this.#servedBefore ??= new Map(this.served);
    this.served.set(person, (this.served.get(person) ?? 0) + points);
  }

  wasted(cause: WasteCause, points: number): void {
    this.waste.set(cause, this.waste.get(cause)! + points);
  }

  recomputed(points: number, isAudit: boolean): void {
    if (isAudit) this.auditedPoints += points;
    else this.recomputedPoints += points;
  }

  wrongShown(points: number): void {
    this.wrongEverShown += points;
  }

  takenBack(person: string, points: number, wrong: number, shownMs: number, wasVerified: boolean): void {
    this.#servedBefore ??= new Map(this.served);
    this.acceptedPoints -= points;
    this.wasted('rolledBack', points);
    this.served.set(person, this.served.get(person)! - points);
    this.wrongTakenBack += wrong;
    this.wrongShownMs += wrong * shownMs;
    if (wasVerified) this.verifiedTakenBack += points;
  }

  caught(device: number, key: string): void {
    this.quarantines++;
    const liar = this.#identity(device, key);
    if (!liar) this.falseQuarantines++;
    else liar.isCaught = true;
  }

  /** Of identities that err at every point and returned anything: how many were caught, and how many were lent nothing after their first lease. */
  allWrong(): { readonly devices: number; readonly caught: number; readonly inFirstLease: number } {
    const devices = [...this.#identities.values()].filter(({ attack, tiles }) => tiles > 0 && ERR_EVERYWHERE.has(ATTACKS[attack]!));
    return { devices: devices.length, caught: devices.filter(({ isCaught }) => isCaught).length, inFirstLease: devices.filter(({ leases }) => leases.size <= 1).length };
  }
}
