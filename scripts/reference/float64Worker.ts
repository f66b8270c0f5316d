/** One core of the float64 engine: is given a job, then points of it, and answers with sums. */
import { parentPort } from 'node:worker_threads';
import type { At, Sums } from './engines.ts';
import { float64Engine } from './float64Engine.ts';
import type { ReferenceJob } from './surfaces.ts';

/** `job` is null where it is the one of the request before. */
export type CoreRequest = { readonly job: ReferenceJob | null; readonly points: readonly At[] };
export type CoreAnswer = { readonly sums: readonly Sums[] } | { readonly problem: string };

if (!parentPort) throw new Error('float64Worker.ts runs as a worker thread');
const port = parentPort;
let job: ReferenceJob | null = null;

port.on('message', (request: CoreRequest) => {
  job = request.job ?? job;
  if (!job) throw new Error('points came before a job');
  float64Engine
    .evaluate(job, request.points)
    .then((sums): CoreAnswer => ({ sums }))
    .catch((error: unknown): CoreAnswer => ({ problem: error instanceof Error ? error.message : String(error) }))
    .then((answer) => port.postMessage(answer));
});
