/**
 * The compute workers of a browser page: module workers, one per core less one for the page.
 *
 * The only file that names the worker, and in the very form that bundlers look for. It knows nothing of tiles.
 */
import type { FromWorker } from '#lib/wire/workerMessages.ts';
import { pageBytes } from './deviceMemory.ts';
import type { ComputeHost } from './evaluatorPool.ts';
import { workerFailure } from './workerFailure.ts';

const MOST_WORKERS = 8;

/** One per core, less one for the page; at least one. */
export const workersFor = (cores: number): number => Math.max(1, Math.min(cores - 1, MOST_WORKERS));

export const pageWorkers: ComputeHost = {
  cpuWorkers: () => workersFor(navigator.hardwareConcurrency),
  mostBytes: () => pageBytes(navigator),
  hire(hear, fail) {
    const worker = new Worker(new URL('../workers/evaluate.worker.ts', import.meta.url), { type: 'module' });
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => hear(data);
    worker.onerror = (event) => fail(workerFailure(event, 'the compute worker'));
    return { post: (message) => worker.postMessage(message), end: () => worker.terminate() };
  },
};
