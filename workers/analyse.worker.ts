/** The browser's shell of the worker for long analyses: hands messages in and out. What they do is in analyseJobs.ts. */
import type { ToAnalyst } from '#lib/wire/analystMessages.ts';
import { createAnalyseJobs } from './analyseJobs.ts';
import { BROWSER_FILES } from './browserFiles.ts';

const scope = globalThis as unknown as DedicatedWorkerGlobalScope;

const jobs = createAnalyseJobs((message, transfer) => scope.postMessage(message, transfer), BROWSER_FILES);
scope.onmessage = ({ data }: MessageEvent<ToAnalyst>) => jobs.hear(data);
