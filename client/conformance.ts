/**
 * The checks of lib/conformance, run one after another in this page, with this page's own workers as the device.
 *
 * Nothing is sent anywhere. A check that throws has not held, and says why.
 */
import { CHECKS } from '#lib/conformance/conformance.ts';
import type { Device } from '#lib/conformance/device.ts';
import type { Measurement } from '#lib/conformance/trap.ts';
import { sayProblems } from '#lib/parsed.ts';
import { tileKey } from '#lib/work/tile.ts';
import { decodeTileResult } from '#lib/wire/tileCodec.ts';
import type { BackendReport, BackendWish } from '#lib/wire/workerMessages.ts';
import { createEvaluatorPool } from './evaluatorPool.ts';
import { pageWorkers } from './pageWorkers.ts';
import { createStore, type Store } from './store.ts';

export type Outcome = { readonly kind: 'waiting' } | { readonly kind: 'running' } | { readonly kind: 'measured'; readonly measurement: Measurement } | { readonly kind: 'failed'; readonly reason: string };

export type ConformanceState = {
  /** In the order of the checks. */
  readonly outcomes: readonly Outcome[];
  /** What computes; null while that is found out, or where nothing works. */
  readonly report: BackendReport | null;
  readonly isDone: boolean;
};

export type ConformanceRun = { readonly state: Store<ConformanceState>; readonly stop: () => void };

export function startConformance(wish: BackendWish): ConformanceRun {
  const state = createStore<ConformanceState>({ outcomes: CHECKS.map(() => ({ kind: 'waiting' })), report: null, isDone: false });
  const stopped = new AbortController();
  const pool = createEvaluatorPool(pageWorkers, { wish, duty: 1 });

  const device: Device = {
    async evaluate(recipe, subject, tile) {
      const { bytes } = await pool.evaluate(recipe, subject, tileKey(tile), stopped.signal);
      const result = decodeTileResult(bytes);
      if (!result.ok) throw new Error(sayProblems(result.problems));
      return result.value;
    },
  };

  const change = (part: Partial<ConformanceState>) => state.set({ ...state.getSnapshot(), ...part });
  const tell = (index: number, outcome: Outcome) => change({ outcomes: state.getSnapshot().outcomes.with(index, outcome) });

  async function run(): Promise<void> {
    // Where no backend works the checks that need one say so themselves.
    pool.subscribe(() => change({ report: pool.report() }));
    for (const [index, check] of CHECKS.entries()) {
      tell(index, { kind: 'running' });
      // A task of its own for each, so that the page draws and answers in between.
      await new Promise((resolve) => setTimeout(resolve, 0));
      const outcome = await check.run(device).then(
        (measurement): Outcome => ({ kind: 'measured', measurement }),
        (error: unknown): Outcome => ({ kind: 'failed', reason: error instanceof Error ? error.message : String(error) }),
      );
      if (stopped.signal.aborted) return;
      tell(index, outcome);
    }
    change({ isDone: true });
  }

  void run().finally(() => pool.dispose());

  return {
    state,
    stop: () => {
      stopped.abort();
      pool.dispose();
    },
  };
}
