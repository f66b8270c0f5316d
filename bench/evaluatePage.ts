/**
 * A page that computes workloads on WebGPU, for the benchmark: `window.tarnBench`.
 *
 * One engine per page: Tarn replaces kernels of TensorFlow.js on a software adapter, and the plain loop must have the stock ones.
 */
import { BROWSER_FILES } from '#workers/browserFiles.ts';
import type { Held } from '#workers/evaluator.ts';
import { openBenchEngine, type BenchEngine, type EngineKind } from './benchEngine.ts';
import { gridPoints, workloadJob, type WorkloadName } from './workloads.ts';

const GRID = gridPoints(11);

let engine: BenchEngine | null = null;

function opened(): BenchEngine {
  if (!engine) throw new Error('no engine was opened');
  return engine;
}

const tarnBench = {
  async open(kind: EngineKind): Promise<void> {
    engine = await openBenchEngine(kind, 'webgpu', BROWSER_FILES);
  },
  /** Resolves to what computes it, in words. */
  async prepare(workload: WorkloadName, n: number): Promise<string> {
    await opened().prepare(workloadJob(workload, n));
    return opened().title();
  },
  /** Points per second over at least so many seconds, `share` points at a time. */
  async rate(seconds: number, share: number): Promise<number> {
    const start = performance.now();
    let done = 0;
    do {
      const from = done % GRID.length;
      const points = GRID.slice(from, from + share);
      await opened().run(points);
      done += points.length;
    } while (performance.now() - start < seconds * 1000);
    return (done * 1000) / (performance.now() - start);
  },
  losses: async (points: readonly { readonly a: number; readonly b: number }[]): Promise<readonly number[]> => opened().run(points),
  /** Computes so many tiles of four points; resolves to what was held after the first hundred and at the end. */
  async tiles(count: number): Promise<readonly [Held, Held]> {
    let before: Held | null = null;
    for (let tile = 0; tile < count; tile++) {
      await opened().run(GRID.slice((tile * 4) % 100, ((tile * 4) % 100) + 4));
      if (tile === 99) before = opened().held();
    }
    return [before ?? opened().held(), opened().held()];
  },
};

declare global {
  interface Window {
    tarnBench?: typeof tarnBench;
  }
}

window.tarnBench = tarnBench;
