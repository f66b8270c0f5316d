/**
 * What evaluates a case's surfaces: the float64 interpreter, or TensorFlow.js under Node.
 *
 * The browser's engine (browserEngine.ts) keeps the same promise. An engine that is not the one asked for is an error.
 */
import path from 'node:path';
import { evaluateAt, forwardOf } from '#lib/network/forward.ts';
import type { EvaluationJob } from '#workers/evaluator.ts';
import { openEvaluator } from '#workers/openEvaluator.ts';
import type { ReferenceJob } from './surfaces.ts';

export type At = { readonly a: number; readonly b: number };

/** Sums over one set, one entry per point. */
export type Sums = { readonly samples: number; readonly lossSum: ArrayLike<number>; readonly correct: ArrayLike<number> };

export type Engine = {
  readonly isDouble: boolean;
  /** In the order of the job's sets. */
  readonly evaluate: (job: ReferenceJob, points: readonly At[]) => Promise<readonly Sums[]>;
  readonly close: () => Promise<void>;
};

/** Points handed over at once. */
const CHUNK = 64;

export const float64Engine: Engine = {
  isDouble: true,
  close: async () => {},
  evaluate: async (job, points) => {
    const forward = forwardOf(job.network);
    const moved = (origin: Float64Array, directions: readonly Float64Array[], { a, b }: At): Float64Array =>
      origin.map((value, index) => value + a * (directions[0]?.[index] ?? 0) + b * (directions[1]?.[index] ?? 0));
    const truths = points.map((point) => {
      const buffers = job.bufferDirections ? moved(job.buffers, job.bufferDirections, point) : job.buffers;
      return evaluateAt({ ...job, buffers }, moved(job.origin, job.directions, point), forward);
    });
    return job.sets.map(({ samples }, set) => ({
      samples: samples.count,
      lossSum: truths.map((truth) => truth[set]!.lossSum),
      correct: truths.map((truth) => truth[set]!.correct),
    }));
  },
};

/** The evaluator that sessions use, under Node. */
export async function tensorflowEngine(backend: 'cpu' | 'wasm'): Promise<Engine> {
  const wasmPath = `${path.resolve(import.meta.dirname, '../../node_modules/@tensorflow/tfjs-backend-wasm/dist')}${path.sep}`;
  const evaluator = await openEvaluator({ wish: backend, wasmPath });
  if (evaluator.report.backend !== backend) throw new Error(`${backend} was asked for, and this is ${evaluator.report.why}`);
  return {
    isDouble: false,
    close: () => evaluator.dispose(),
    evaluate: async (job, points) => {
      const slice = await evaluator.prepare(inSingle(job));
      try {
        return await inChunks(job, points, async (chunk) => (await slice.evaluate(chunk)).sets);
      } finally {
        slice.dispose();
      }
    },
  };
}

/** Everything rounded once to float32. */
export const inSingle = ({ bufferDirections, ...job }: ReferenceJob): EvaluationJob => ({
  ...job,
  origin: Float32Array.from(job.origin),
  directions: job.directions.map((direction) => Float32Array.from(direction)),
  buffers: Float32Array.from(job.buffers),
  ...(bufferDirections ? { bufferDirections: bufferDirections.map((direction) => Float32Array.from(direction)) } : {}),
  sets: job.sets.map(({ set, samples }) => ({ set, samples: { ...samples, inputs: Float32Array.from(samples.inputs) } })),
});

export async function inChunks(job: ReferenceJob, points: readonly At[], evaluate: (chunk: readonly At[]) => Promise<readonly Sums[]>): Promise<readonly Sums[]> {
  const sums = job.sets.map(({ samples }) => ({ samples: samples.count, lossSum: [] as number[], correct: [] as number[] }));
  for (let start = 0; start < points.length; start += CHUNK) {
    const found = await evaluate(points.slice(start, start + CHUNK));
    for (const [set, { lossSum, correct }] of found.entries()) {
      sums[set]!.lossSum.push(...Array.from(lossSum));
      sums[set]!.correct.push(...Array.from(correct));
    }
  }
  return sums;
}
