/** The workers for long analyses of a browser page. The only file that names the worker, in the very form that bundlers look for. */
import type { FromAnalyst } from '#lib/wire/analystMessages.ts';
import type { AnalystHost } from './analystPool.ts';
import { workersFor } from './pageWorkers.ts';
import { workerFailure } from './workerFailure.ts';

/** Each holds a network and its samples. */
const MOST = 4;

export const pageAnalysts: AnalystHost = {
  get most() {
    return Math.min(MOST, workersFor(navigator.hardwareConcurrency));
  },
  hire(hear, fail) {
    const worker = new Worker(new URL('../workers/analyse.worker.ts', import.meta.url), { type: 'module' });
    worker.onmessage = ({ data }: MessageEvent<FromAnalyst>) => hear(data);
    worker.onerror = (event) => fail(workerFailure(event, 'the worker for analyses'));
    return { post: (message) => worker.postMessage(message), end: () => worker.terminate() };
  },
};
