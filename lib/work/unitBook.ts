/**
 * Who computes which unit of which analysis: what waits, what is lent, how far it is.
 *
 * A lease lasts as long as there are signs of life: a unit may take seconds or an hour, and every report of progress renews
 * it. No clock, no socket: the caller brings `now`. Rules U13–U15 in docs/SPEC.md.
 */
import { unitKey, type UnitKey } from './unit.ts';

export type UnitLease = {
  readonly analysis: string;
  readonly unit: number;
  readonly connectionId: string;
  readonly personId: string;
  /** Of this unit, in [0, 1]. */
  readonly share: number;
  /** Numbers worth showing while it runs, such as the losses of a training; empty where there are none. */
  readonly live: readonly number[];
  readonly expiresAt: number;
};

export type Asker = {
  readonly connectionId: string;
  readonly personId: string;
  /** Whether it may be lent what has to be kept as files, which takes the key of the session. */
  readonly mayKeep: boolean;
};

type Wanted = { readonly total: number; readonly keepsFiles: boolean; readonly done: Set<number>; isPaused: boolean };

/** So long a unit is left to a page that says nothing. */
export const SILENCE_MS = 120_000;

export class UnitBook {
  readonly #wanted = new Map<string, Wanted>();
  readonly #leases = new Map<UnitKey, UnitLease>();
  /** Whose result of a unit was found wrong. */
  readonly #barred = new Map<UnitKey, Set<string>>();

  /** Wants every unit of an analysis that is not in `done`. */
  want(analysis: string, { total, keepsFiles, done, isPaused }: { readonly total: number; readonly keepsFiles: boolean; readonly done: Iterable<number>; readonly isPaused: boolean }): void {
    this.#wanted.set(analysis, { total, keepsFiles, isPaused, done: new Set(done) });
  }

  /** Leases of a paused analysis end: a result that comes all the same still counts. */
  setPaused(analysis: string, isPaused: boolean): void {
    const wanted = this.#wanted.get(analysis);
    if (!wanted) return;
    wanted.isPaused = isPaused;
    if (isPaused) this.#end((lease) => lease.analysis === analysis);
  }

  forget(analysis: string): void {
    this.#wanted.delete(analysis);
    this.#end((lease) => lease.analysis === analysis);
  }

  has(analysis: string, unit: number): boolean {
    const wanted = this.#wanted.get(analysis);
    return wanted !== undefined && unit < wanted.total;
  }

  /** Lends up to `room` units, of one analysis or, with null, of those that fewest compute among those that `mayHave` is true of. U13 */
  grant(asker: Asker, analysis: string | null, room: number, now: number, mayHave: (analysis: string) => boolean = () => true): readonly UnitLease[] {
    this.expire(now);
    const granted: UnitLease[] = [];
    while (granted.length < room) {
      const next = this.#next(asker, analysis === null ? [...this.#wanted.keys()].filter(mayHave) : [analysis]);
      if (!next) break;
      const lease: UnitLease = { ...next, connectionId: asker.connectionId, personId: asker.personId, share: 0, live: [], expiresAt: now + SILENCE_MS };
      this.#leases.set(unitKey(next.analysis, next.unit), lease);
      granted.push(lease);
    }
    return granted;
  }

  /** Whether units wait that somebody could be lent. */
  get isWaiting(): boolean {
    return [...this.#wanted.keys()].some((analysis) => this.#open(analysis).length > 0);
  }

  /**
   * A sign of life from somebody who was lent the unit, with how far it is; they hold it again where nobody else does: a
   * connection may have broken meanwhile. False where they do not. U14
   */
  renew({ connectionId, personId }: Asker, analysis: string, unit: number, { share, live }: Pick<UnitLease, 'share' | 'live'>, now: number): boolean {
    const key = unitKey(analysis, unit);
    const lease = this.#leases.get(key);
    const isFree = !lease && this.#open(analysis).includes(unit) && !this.isBarred(analysis, unit, personId);
    if (lease?.connectionId !== connectionId && !isFree) return false;
    this.#leases.set(key, { analysis, unit, connectionId, personId, share, live, expiresAt: now + SILENCE_MS });
    return true;
  }

  /** The first result counts, from whoever it comes. U15 */
  complete(analysis: string, unit: number): 'accepted' | 'duplicate' | 'unknown' {
    const wanted = this.#wanted.get(analysis);
    if (!wanted || unit >= wanted.total) return 'unknown';
    if (wanted.done.has(unit)) return 'duplicate';
    wanted.done.add(unit);
    this.#leases.delete(unitKey(analysis, unit));
    return 'accepted';
  }

  /** A result was found wrong, or could not be stored: wanted again, and not by who returned it. */
  reopen(analysis: string, unit: number, exceptFor: string | null): void {
    if (!this.#wanted.get(analysis)?.done.delete(unit) || exceptFor === null) return;
    const key = unitKey(analysis, unit);
    this.#barred.set(key, (this.#barred.get(key) ?? new Set()).add(exceptFor));
  }

  isBarred(analysis: string, unit: number, personId: string): boolean {
    return this.#barred.get(unitKey(analysis, unit))?.has(personId) ?? false;
  }

  handBack(connectionId: string, keys: readonly UnitKey[]): void {
    this.#end((lease) => lease.connectionId === connectionId && keys.includes(unitKey(lease.analysis, lease.unit)));
  }

  release(connectionId: string): void {
    this.#end((lease) => lease.connectionId === connectionId);
  }

  /** Ends leases of pages that fell silent. U14 */
  expire(now: number): void {
    this.#end((lease) => lease.expiresAt <= now);
  }

  leases(): readonly UnitLease[] {
    return [...this.#leases.values()];
  }

  #next({ personId, mayKeep }: Asker, analyses: readonly string[]): { readonly analysis: string; readonly unit: number } | null {
    let best: { readonly analysis: string; readonly unit: number; readonly running: number } | null = null;
    for (const id of analyses) {
      if (!mayKeep && this.#wanted.get(id)?.keepsFiles) continue;
      const unit = this.#open(id).find((each) => !this.isBarred(id, each, personId));
      if (unit === undefined) continue;
      const running = this.leases().filter((lease) => lease.analysis === id).length;
      if (!best || running < best.running) best = { analysis: id, unit, running };
    }
    return best && { analysis: best.analysis, unit: best.unit };
  }

  #open(analysis: string): readonly number[] {
    const wanted = this.#wanted.get(analysis);
    if (!wanted || wanted.isPaused) return [];
    return Array.from({ length: wanted.total }, (_, unit) => unit).filter((unit) => !wanted.done.has(unit) && !this.#leases.has(unitKey(analysis, unit)));
  }

  #end(isOver: (lease: UnitLease) => boolean): void {
    for (const [key, lease] of this.#leases) if (isOver(lease)) this.#leases.delete(key);
  }
}
