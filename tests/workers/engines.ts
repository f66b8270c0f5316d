/** Evaluators and jobs for the tests: the same suite runs on every backend that Node has. */
import { fillNormal } from '#lib/random.ts';
import { layoutOf } from '#lib/network/layout.ts';
import { evaluateAt, forward, type SetTruth } from '#lib/network/forward.ts';
import { isClassification, type LossName } from '#lib/network/loss.ts';
import type { Network, Step, TensorSpec } from '#lib/network/program.ts';
import type { Samples } from '#lib/network/subject.ts';
import { NODE_FILES } from '#scripts/engineFiles.ts';
import { openBackend, type OpenBackend } from '#workers/backend.ts';
import type { Engine, EvaluationJob } from '#workers/evaluator.ts';
import { createMemory } from '#workers/memory.ts';
import { createOperatorsEngine } from '#workers/operators/operatorsEngine.ts';
import { createPace } from '#workers/pace.ts';

export const BACKENDS_IN_NODE = ['cpu', 'wasm'] as const;

/** TensorFlow.js's operators on a backend that was opened for the test. */
export async function operatorsOn(backend: (typeof BACKENDS_IN_NODE)[number]): Promise<{ open: OpenBackend; engine: Engine }> {
  const open = await openBackend(backend, backend);
  return { open, engine: await createOperatorsEngine(open, { wasmPath: NODE_FILES.wasmPath, pace: createPace(), memory: createMemory() }) };
}

export const networkOf = (
  input_shape_chw: readonly number[],
  program: readonly Step[],
  parameters: Readonly<Record<string, readonly number[]>>,
  buffers: Readonly<Record<string, readonly number[]>> = {},
): Network => ({ id: 'test', input_shape_chw, parameter_order: specs(parameters), buffers: specs(buffers), program });

const specs = (shapes: Readonly<Record<string, readonly number[]>>): TensorSpec[] =>
  Object.entries(shapes).map(([name, shape]) => ({ name, shape }));

/** Normal deviates of a seed, each times `scale`. */
export function noise(seed: number, size: number, scale = 1): Float32Array {
  const values = new Float32Array(size);
  fillNormal(values, { seed, role: 0, name: 'test' });
  return values.map((value) => value * scale);
}

export type JobOptions = { readonly loss?: LossName; readonly samples?: number; readonly classes?: number; readonly scale?: number; readonly seed?: number };

/** A plane of random weights and directions; statistics are positive, so that they can be variances. */
export function jobOf(network: Network, { loss = 'crossEntropy', samples = 7, classes = 3, scale = 0.5, seed = 1 }: JobOptions = {}): EvaluationJob {
  const { size, bufferSize } = layoutOf(network);
  return {
    network,
    loss,
    origin: noise(seed, size, scale),
    directions: [noise(seed + 1, size, scale), noise(seed + 2, size, scale)],
    buffers: noise(seed + 3, bufferSize).map((value) => 0.5 + Math.abs(value)),
    sets: [{ set: 'train', samples: samplesOf(network, samples, classes, loss, seed + 4) }],
  };
}

function samplesOf({ input_shape_chw }: Network, count: number, classes: number, loss: LossName, seed: number): Samples {
  const width = input_shape_chw.reduce((product, side) => product * side, 1);
  const targets = !isClassification(loss) ? noise(seed + 1, count) : Float32Array.from({ length: count }, (_, index) => index % classes);
  return { count, inputs: noise(seed, count * width), targets };
}

/** What float64 says at a point. */
export function truthAt(job: EvaluationJob, a: number, b: number): readonly SetTruth[] {
  const buffers = moved(job.buffers, job.bufferDirections ?? [], a, b);
  return evaluateAt({ ...job, buffers }, moved(job.origin, job.directions, a, b));
}

/** What float64 says how far outputs [samples × outputs] of the first set are off, relative to the largest; stored statistics, no dropout. */
export function outputsError(job: EvaluationJob, a: number, b: number, found: ArrayLike<number>): number {
  const expected = forward(job.network, moved(job.origin, job.directions, a, b), moved(job.buffers, job.bufferDirections ?? [], a, b), job.sets[0]!.samples);
  if (found.length !== expected.length) return Infinity;
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0.01);
  return expected.reduce((most, value, index) => Math.max(most, Math.abs(value - found[index]!) / largest), 0);
}

const moved = (origin: Float32Array, directions: readonly Float32Array[], a: number, b: number) =>
  Float64Array.from(origin, (value, index) => value + a * (directions[0]?.[index] ?? 0) + b * (directions[1]?.[index] ?? 0));

/** How far a sum of squared losses is off, relative; to 0.01 of a loss where they are smaller. */
export const squaresErrorOf = (found: number | undefined, truth: SetTruth): number =>
  found === undefined ? Infinity : Math.abs(found - truth.lossSquares) / Math.max(truth.lossSquares, 1e-4 * truth.samples);

/** As the reference cases measure it: relative to the loss, or to 0.01 where it is smaller. */
export const errorOf = (found: number, truth: SetTruth): number =>
  Math.abs(found - truth.lossSum) / Math.max(Math.abs(truth.lossSum), 0.01 * truth.samples);
