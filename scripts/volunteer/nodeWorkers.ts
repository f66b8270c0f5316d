/**
 * Threads of Node as compute workers: what client/pageWorkers.ts is to a page.
 *
 * A command line has no picture to keep smooth, so a CPU backend gets every core. It knows nothing of tiles.
 */
import { availableParallelism, totalmem } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import type { AnalystHost } from '#client/analystPool.ts';
import type { ComputeHost } from '#client/evaluatorPool.ts';
import type { FromAnalyst } from '#lib/wire/analystMessages.ts';
import type { FromWorker } from '#lib/wire/workerMessages.ts';
import type { ThreadData } from './computeThread.ts';

type NodeWorkersOptions = {
  /** The script of computeThread.ts, as JavaScript. */
  readonly script: URL;
  /** Null for all cores. */
  readonly threads: number | null;
  readonly hasGraphics: boolean;
};

/** Node 20 knows WebAssembly's relaxed SIMD but keeps it behind a flag, which later versions no longer have. */
export function allowRelaxedSimd(): void {
  if (process.versions.v8.startsWith('11.3.')) setFlagsFromString('--experimental-wasm-relaxed-simd');
}

export function nodeWorkers({ script, threads, hasGraphics }: NodeWorkersOptions): ComputeHost {
  allowRelaxedSimd();
  return {
    cpuWorkers: () => threads ?? availableParallelism(),
    mostBytes: nodeBytes,
    hire(hear, fail) {
      const worker = new Worker(script, { workerData: { hasGraphics, does: 'tiles' } satisfies ThreadData });
      worker.on('message', (message: FromWorker) => hear(message));
      worker.on('error', (error) => fail(error instanceof Error ? error.message : String(error)));
      worker.on('exit', (code) => fail(`the compute thread ended (${code})`));
      return { post: (message) => worker.postMessage(message), end: () => void worker.terminate() };
    },
  };
}

/** Half of the memory that this process may have: that of the machine, or of its container. */
function nodeBytes(): number {
  const constrained = process.constrainedMemory();
  // Node says 0, or more than there can be, where nothing constrains it.
  return Math.floor(Math.min(totalmem(), constrained > 0 ? constrained : Infinity) / 2);
}

/** Each holds a network and its samples, and computes beside the workers for tiles. */
const MOST_ANALYSTS = 2;

export function nodeAnalysts({ script, threads, hasGraphics }: NodeWorkersOptions): AnalystHost {
  return {
    most: Math.min(MOST_ANALYSTS, threads ?? availableParallelism()),
    hire(hear, fail) {
      const worker = new Worker(script, { workerData: { hasGraphics, does: 'analyses' } satisfies ThreadData });
      worker.on('message', (message: FromAnalyst) => hear(message));
      worker.on('error', (error) => fail(error instanceof Error ? error.message : String(error)));
      worker.on('exit', (code) => fail(`the thread for analyses ended (${code})`));
      return { post: (message) => worker.postMessage(message), end: () => void worker.terminate() };
    },
  };
}
