/**
 * The shell of a compute worker in a thread of Node: hands messages in and out, as workers/evaluate.worker.ts and
 * workers/analyse.worker.ts do in a browser.
 *
 * Where there is a graphics device, it gives the thread the same `navigator.gpu` that a browser has. What the messages
 * do is in workers/evaluateJobs.ts and workers/analyseJobs.ts.
 */
import { parentPort, workerData } from 'node:worker_threads';
import type { ToAnalyst } from '#lib/wire/analystMessages.ts';
import type { ToWorker } from '#lib/wire/workerMessages.ts';
import { NODE_FILES } from '#scripts/engineFiles.ts';
import { createAnalyseJobs } from '#workers/analyseJobs.ts';
import { createEvaluateJobs } from '#workers/evaluateJobs.ts';
import { provideGraphics } from './graphics.ts';

export type ThreadData = { readonly hasGraphics: boolean; readonly does: 'tiles' | 'analyses' };

if (!parentPort) throw new Error('computeThread.ts runs as a worker thread');
const port = parentPort;
const { hasGraphics, does } = workerData as ThreadData;
const say = (message: unknown, transfer: Transferable[]) => port.postMessage(message, transfer as Parameters<typeof port.postMessage>[1]);
const tiles = does === 'tiles' ? createEvaluateJobs({ say, ...NODE_FILES }) : null;
const analyses = does === 'analyses' ? createAnalyseJobs(say, NODE_FILES) : null;

// Messages wait until there is somebody to hear them.
if (hasGraphics) await provideGraphics();
port.on('message', (message: ToWorker & ToAnalyst) => (tiles ?? analyses)!.hear(message));
