/**
 * The home page's landscape, computed on this device alone: no session, no server, nothing sent.
 *
 * It takes the tiles of one slice in the usual order and gives each to the workers until the slice is whole.
 */
import { digestOf } from '#lib/digest.ts';
import { read, sayProblems } from '#lib/parsed.ts';
import type { Subject } from '#lib/network/subject.ts';
import { recipeSchema, sliceIdOf, type SliceRecipe } from '#lib/slice/recipe.ts';
import { tileKey, tilesOf } from '#lib/work/tile.ts';
import { inWantedOrder } from '#lib/work/wanted.ts';
import type { BackendReport } from '#lib/wire/workerMessages.ts';
import { createEvaluatorPool, type EvaluatorPool } from './evaluatorPool.ts';
import { pageWorkers } from './pageWorkers.ts';
import { createStore, type Store } from './store.ts';
import { loadBuiltin } from './subjects.ts';
import { createSurfaceStore, type SurfaceSource } from './surfaceStore.ts';

export type DemoState =
  | { readonly kind: 'starting' }
  | { readonly kind: 'computing' | 'done'; readonly report: BackendReport; readonly measured: number; readonly total: number }
  | { readonly kind: 'unable'; readonly reason: string };

export type Demo = {
  readonly sliceId: string;
  readonly recipe: SliceRecipe;
  readonly subject: Store<Subject | null>;
  /** Null until the network is loaded. */
  readonly surface: Store<SurfaceSource | null>;
  readonly state: Store<DemoState>;
  readonly stop: () => void;
};

/** @param recipeJson the recipe of the precomputed surface, so that the live picture is the same one */
export function startDemo(name: string, recipeJson: unknown): Demo {
  const outcome = read(recipeSchema, recipeJson);
  if (!outcome.ok) throw new Error(`the demo's recipe cannot be read: ${sayProblems(outcome.problems)}`);
  const recipe = outcome.value;
  const subject = createStore<Subject | null>(null);
  const surface = createStore<SurfaceSource | null>(null);
  const state = createStore<DemoState>({ kind: 'starting' });
  const stopped = new AbortController();
  let pool: EvaluatorPool | null = null;

  async function run(): Promise<void> {
    const loaded = await loadBuiltin(name);
    const store = createSurfaceStore((work) => requestAnimationFrame(work));
    const source = store.open(sliceIdOf(recipe), recipe, loaded.manifest);
    if (stopped.signal.aborted) return;
    subject.set(loaded);
    surface.set(source);
    pool = createEvaluatorPool(pageWorkers, { wish: 'auto', duty: 1, networks: [loaded.manifest.network] });
    const report = await pool.ready;
    const waiting = [...inWantedOrder(source.tiling, tilesOf(source.tiling))];
    const total = source.tiling.grid.columns * source.tiling.grid.rows;
    let measured = 0;
    state.set({ kind: 'computing', report, measured, total });
    const work = async () => {
      for (let tile = waiting.shift(); tile && !stopped.signal.aborted; tile = waiting.shift()) {
        const key = tileKey(tile);
        const { bytes, points } = await pool!.evaluate(recipe, loaded, key, stopped.signal);
        // Verified means: believed by who looks. Here the one who looks has computed it.
        store.insert(key, digestOf(bytes), bytes, true);
        measured += points;
        state.set({ kind: measured === total ? 'done' : 'computing', report, measured, total });
      }
    };
    await Promise.all(Array.from({ length: pool.size }, work));
  }

  run()
    .catch((error: unknown) => {
      if (!stopped.signal.aborted) state.set({ kind: 'unable', reason: error instanceof Error ? error.message : String(error) });
    })
    .finally(() => pool?.dispose());

  return {
    sliceId: sliceIdOf(recipe),
    recipe,
    subject,
    surface,
    state,
    stop: () => {
      stopped.abort();
      pool?.dispose();
    },
  };
}
