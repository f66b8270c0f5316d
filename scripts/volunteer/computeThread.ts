/**
 * The shell of a compute worker in a thread of Node: hands messages in and out, as workers/evaluate.worker.ts does in a browser.
 *
 * Where there is a graphics device, it gives the thread the same `navigator.gpu` that a browser has. What the messages
 * do is in workers/evaluateJobs.ts.
 */
import { parentPort, workerData } from 'node:worker_threads';
import type { ToWorker } from '#lib/wire/workerMessages.ts';
import { NODE_FILES } from '#scripts/engineFiles.ts';
import { createEvaluateJobs } from '#workers/evaluateJobs.ts';
import { provideGraphics } from './graphics.ts';

export type ThreadData = { readonly hasGraphics: boolean };

if (!parentPort) throw new Error('computeThread.ts runs as a worker thread');
const port = parentPort;
const { hasGraphics } = workerData as ThreadData;
const jobs = createEvaluateJobs({ say: (message, transfer) => port.postMessage(message, transfer), ...NODE_FILES });

// Messages wait until there is somebody to hear them.
if (hasGraphics) await provideGraphics();
port.on('message', (message: ToWorker) => jobs.hear(message));
