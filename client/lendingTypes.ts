/** What lending is to whoever shows it: its state, and what the person can do. volunteer.ts makes one; it knows no session. */
import type { BackendReport, BackendWish, Dispatches } from '#lib/wire/workerMessages.ts';
import type { Capacity } from '#lib/work/capacity.ts';
import type { Helped } from '#lib/session/people.ts';
import type { Store } from './store.ts';

/** Why a willing device computes nothing now: its person said so, or something that `lenderCare.ts` looks after. */
export type PauseReason = 'person' | 'battery' | 'hidden' | 'heat' | 'elsewhere' | 'failures';

/** A device that lends. */
export type Lent = {
  readonly report: BackendReport;
  /** Workers that compute side by side. */
  readonly workers: number;
  /** What each of them can hold. */
  readonly holds: Capacity;
  readonly points: number;
  readonly pointsPerSecond: number;
  /** What computed the last tile, in words; absent before the first. */
  readonly engine?: string | undefined;
  /** What a tile takes here lately; null before the first. */
  readonly tileMs: number | null;
  /** It became slow, as hot devices do, and works half as hard until it has recovered. */
  readonly isBraked: boolean;
  /** Pieces of work that nothing could interrupt, on all workers since they began. */
  readonly dispatches: Dispatches;
};

export type LendingState =
  /** `points` computed before it was switched off. */
  | { readonly kind: 'off'; readonly points: number }
  | { readonly kind: 'starting' }
  /** `finishing`: completes what it holds, then goes off. */
  | ({ readonly kind: 'helping' | 'idle' | 'finishing' } & Lent)
  /** `why` in words, where the reason alone does not say it. */
  | ({ readonly kind: 'paused'; readonly reason: PauseReason; readonly why: string | null } & Lent)
  | { readonly kind: 'unable'; readonly reason: string };

export type Lending = {
  readonly state: Store<LendingState>;
  readonly wish: Store<BackendWish>;
  /** Share of the time that workers compute, in (0, 1]. */
  readonly duty: Store<number>;
  /** Whose slices and analyses it computes. */
  readonly helps: Store<Helped>;
  /** Begins, or goes on after a pause of the person's. */
  start(): void;
  /** At once: what is under way is handed back. */
  stop(): void;
  /** Computes nothing until it is resumed, and keeps its workers; what is under way is handed back. */
  pause(reason: PauseReason, why?: string): void;
  resume(reason: PauseReason): void;
  /** Completes what it holds, then stops. */
  finish(): void;
  setWish(wish: BackendWish): void;
  setDuty(share: number): void;
  /** At once, also while it lends. */
  setHelps(helps: Helped): void;
};
