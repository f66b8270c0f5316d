/** A thread of Node that computes for the benchmark: opens one engine, then prepares jobs and runs points as it is asked to. */
import { parentPort, workerData } from 'node:worker_threads';
import { NODE_FILES } from '#scripts/engineFiles.ts';
import type { Coordinates, EvaluationJob, Held } from '#workers/evaluator.ts';
import { openBenchEngine, type EngineKind } from './benchEngine.ts';

export type BenchThreadData = { readonly kind: EngineKind };
export type BenchRequest = { readonly job: EvaluationJob } | { readonly points: readonly Coordinates[] };
export type BenchAnswer = { readonly title: string; readonly losses: readonly number[]; readonly held: Held } | { readonly problem: string };

if (!parentPort) throw new Error('benchThread.ts runs as a worker thread');
const port = parentPort;
const { kind } = workerData as BenchThreadData;
const engine = await openBenchEngine(kind, 'wasm', NODE_FILES);

async function answer(request: BenchRequest): Promise<BenchAnswer> {
  try {
    if ('job' in request) await engine.prepare(request.job);
    const losses = 'points' in request ? await engine.run(request.points) : [];
    return { title: engine.title(), losses, held: engine.held() };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

port.on('message', (request: BenchRequest) => void answer(request).then((said) => port.postMessage(said)));
