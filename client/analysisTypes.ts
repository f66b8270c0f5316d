/** Long analyses as components know them: stores to watch, and what a person can do. analyses.ts makes them. */
import type { Problem } from '#lib/parsed.ts';
import type { AnalysisRequest } from '#lib/analysis/requests/requests.ts';
import type { KeptEntry, UnitEntry } from '#lib/session/analysisLedger.ts';
import type { AnalysisRecord } from '#lib/session/document.ts';
import type { AnalysisProgress } from '#lib/wire/events.ts';
import type { Store } from './store.ts';

export type UnitView = {
  readonly unit: number;
  readonly entry: UnitEntry;
  /** As the kind's form has it; null until it is here. */
  readonly result: unknown;
};

export type AnalysisView = {
  readonly id: string;
  readonly record: AnalysisRecord;
  /** Units altogether. */
  readonly total: number;
  /** Those that are done, in order. */
  readonly units: readonly UnitView[];
  readonly running: AnalysisProgress['running'];
  /** What was kept of units that are neither done nor running. */
  readonly kept: readonly KeptEntry[];
  /** Done of the whole, in [0, 1], running units and what was kept included. */
  readonly share: number;
  /** `waiting`: nobody computes it and nobody paused it. */
  readonly status: 'done' | 'running' | 'paused' | 'waiting';
  /** Whether this page computes it. */
  readonly isHere: boolean;
  /** Why this page could not compute it, in words. */
  readonly problem: string | null;
};

export type AnalysisPrice = {
  readonly units: number;
  /** On this device alone, with as many workers as it has for analyses. */
  readonly seconds: number;
};

export type Analyses = {
  /** Those that are not put away, in the order they were asked for. */
  readonly views: Store<readonly AnalysisView[]>;
  /** Asks everyone's session for it and begins to compute it here. */
  readonly place: (request: AnalysisRequest) => { readonly analysisId: string } | { readonly problems: readonly Problem[] };
  /** Computes it on this device from now on, from what was kept. */
  readonly computeHere: (id: string) => void;
  /** Stops it everywhere; what is done is kept. */
  readonly pause: (id: string) => void;
  readonly putAway: (id: string) => void;
  /** Rejects with words when it cannot be measured. */
  readonly price: (request: AnalysisRequest) => Promise<AnalysisPrice>;
};
