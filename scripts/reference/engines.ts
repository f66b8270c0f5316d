/**
 * What evaluates a case's surfaces, and the one of them that runs TensorFlow.js under Node.
 *
 * The others are float64Engine.ts, float64Cores.ts and browserEngine.ts. An engine that is not the one asked for is an error.
 */
import type { MultiplyLater } from '#lib/analysis/productMethod.ts';
import type { Differentiable, LossAndGradient } from '#lib/network/derivatives/derivatives.ts';
import type { Network } from '#lib/network/program.ts';
import { NODE_FILES } from '#scripts/engineFiles.ts';
import type { EvaluationJob } from '#workers/evaluator.ts';
import { openEvaluator } from '#workers/openEvaluator.ts';
import type { ReferenceSamples } from './caseFile.ts';
import type { ReferenceJob } from './surfaces.ts';

export type At = { readonly a: number; readonly b: number };

/** Sums over one set, one entry per point. */
export type Sums = { readonly samples: number; readonly lossSum: ArrayLike<number>; readonly correct: ArrayLike<number> };

export type Engine = {
  readonly isDouble: boolean;
  /** Whether a product with a Hessian takes so long that a case may not have a thousand of them: see hessianChecks.ts. */
  readonly isSlow: boolean;
  /** In the order of the job's sets. */
  readonly evaluate: (job: ReferenceJob, points: readonly At[]) => Promise<readonly Sums[]>;
  /** Outputs [samples, …]; of a whole network only, unless `isDouble`. */
  readonly outputs: (network: Network, parameters: Float64Array, buffers: Float64Array, samples: ReferenceSamples) => Promise<Float64Array>;
  readonly curvature: (subject: Differentiable, parameters: Float64Array) => Promise<Curvature>;
  readonly close: () => Promise<void>;
};

/** Derivatives of a mean loss, at the point that it was last moved to. */
export type Curvature = {
  readonly moveTo: (parameters: Float64Array) => void | Promise<void>;
  readonly gradient: () => Promise<LossAndGradient>;
  /** H·v */
  readonly multiply: MultiplyLater;
  readonly close: () => void | Promise<void>;
};

/** Points handed over at once. */
const CHUNK = 64;

/** The evaluator that sessions use, under Node. */
export async function tensorflowEngine(backend: 'cpu' | 'wasm'): Promise<Engine> {
  // One engine from the first point to the last: a case says which numbers are wrong, not which engine is quick.
  const evaluator = await openEvaluator({ wish: backend, ...NODE_FILES, raceAfterMs: Infinity });
  if (evaluator.report.backend !== backend) throw new Error(`${backend} was asked for, and this is ${evaluator.report.why}`);
  return {
    isDouble: false,
    isSlow: false,
    close: () => evaluator.dispose(),
    outputs: async (...subject) => {
      const slice = await evaluator.prepare(centreOf(...subject));
      try {
        return Float64Array.from((await slice.outputs({ a: 0, b: 0 }))[0]!);
      } finally {
        slice.dispose();
      }
    },
    curvature: async (subject, parameters) => {
      const { moveTo, gradient, multiply, dispose } = await evaluator.differentiate(subject, parameters);
      if (evaluator.report.backend !== backend) throw new Error(`${backend} was asked for, and this is ${evaluator.report.why}`);
      return { moveTo, gradient: () => gradient(), multiply: (vector) => multiply(vector), close: dispose };
    },
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

/** A line that does not move, for what the network gives at its centre. */
export function centreOf(network: Network, parameters: Float64Array, buffers: Float64Array, samples: ReferenceSamples): EvaluationJob {
  const origin = Float32Array.from(parameters);
  const directions = [new Float32Array(origin.length)];
  return { network, loss: 'crossEntropy', origin, directions, buffers: Float32Array.from(buffers), sets: [{ set: 'train', samples: { ...samples, inputs: Float32Array.from(samples.inputs) } }] };
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
