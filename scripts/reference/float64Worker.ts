/** One core of the float64 engine: is given a job, then points of it, and answers with sums. */
import { parentPort } from 'node:worker_threads';
import type { At, Sums } from './engines.ts';
import { float64Engine } from './float64Engine.ts';
import type { ReferenceJob } from './surfaces.ts';

/** Points of a job, which is null where it is the one of the request before; or outputs of a network. */
export type CoreRequest = { readonly job: ReferenceJob | null; readonly points: readonly At[] } | { readonly outputs: Parameters<typeof float64Engine.outputs> };
export type CoreAnswer = { readonly sums: readonly Sums[] } | { readonly outputs: Float64Array } | { readonly problem: string };

if (!parentPort) throw new Error('float64Worker.ts runs as a worker thread');
const port = parentPort;
let job: ReferenceJob | null = null;

async function answer(request: CoreRequest): Promise<CoreAnswer> {
  if ('outputs' in request) return { outputs: await float64Engine.outputs(...request.outputs) };
  job = request.job ?? job;
  if (!job) throw new Error('points came before a job');
  return { sums: await float64Engine.evaluate(job, request.points) };
}

port.on('message', (request: CoreRequest) => {
  answer(request)
    .catch((error: unknown): CoreAnswer => ({ problem: error instanceof Error ? error.message : String(error) }))
    .then((found) => port.postMessage(found));
});
