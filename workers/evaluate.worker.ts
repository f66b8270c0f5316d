/** The browser's shell of the compute worker: hands messages in and out. What they do is in evaluateJobs.ts. */
import type { ToWorker } from '#lib/wire/workerMessages.ts';
import { BROWSER_FILES } from './browserFiles.ts';
import { createBrowserMemory } from './browserMemory.ts';
import { createEvaluateJobs } from './evaluateJobs.ts';

const scope = globalThis as unknown as DedicatedWorkerGlobalScope;

const jobs = createEvaluateJobs({ say: (message, transfer) => scope.postMessage(message, transfer), ...BROWSER_FILES, memory: createBrowserMemory() });
scope.onmessage = ({ data }: MessageEvent<ToWorker>) => jobs.hear(data);
