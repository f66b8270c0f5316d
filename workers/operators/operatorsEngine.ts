/**
 * The engine that TensorFlow.js carries: every layer, on WebGPU, WASM or CPU.
 *
 * How many points and samples go into one dispatch is measured once per device and network, and remembered. It does not know
 * tiles, messages or pages, and leaves it to the evaluator to compare its numbers with float64.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { OpenBackend } from '#workers/backend.ts';
import type { Engine, EvaluationJob, PreparedSlice } from '#workers/evaluator.ts';
import { jobKey } from '#workers/jobKey.ts';
import type { Memory } from '#workers/memory.ts';
import type { Pace } from '#workers/pace.ts';
import { withoutImpossible } from './movedStatistics.ts';
import { activateBackend, startTensorFlow } from './tensorFlow.ts';
import { compileProgram, type TfProgram, type Treatment } from './tfProgram.ts';
import { samplesPerBlock, TfSlice, type SliceSizes } from './tfSlice.ts';
import { createTheta } from './tfTheta.ts';

/** Points in one dispatch of a dense network. */
const BATCHES = [1, 16, 64] as const;
/** A dispatch that takes this long gains nothing from being larger. */
const LONG_DISPATCH_MS = 60;
/** Samples that a block is tried with, and how long a block may take: a compositor and a cancellation wait for it. */
const TRIED_SAMPLES = 16;
const LONGEST_BLOCK_MS = 100;

export type OperatorsOptions = {
  /** Where TensorFlow.js's .wasm files are; ends with a slash. */
  readonly wasmPath: string;
  readonly pace: Pace;
  readonly memory: Memory;
};

/** @throws BackendUnavailable */
export async function createOperatorsEngine(open: OpenBackend, { wasmPath, pace, memory }: OperatorsOptions): Promise<Engine> {
  await startTensorFlow(open, wasmPath);
  const title = `TensorFlow.js operators on ${open.title}`;
  const treatment = treatmentOf(open);

  async function prepare(job: EvaluationJob): Promise<PreparedSlice> {
    await activateBackend(open.backend);
    const program = compileProgram(job.network, treatment);
    const slice = sliceOf(job, program, await sizesFor(job, program));
    try {
      await slice.keepCanary();
    } catch (error) {
      slice.dispose();
      throw error;
    }
    return {
      title,
      async evaluate(points, signal) {
        pace.begin();
        return withoutImpossible(job, points, await slice.evaluate(points, signal));
      },
      outputs(point) {
        pace.begin();
        return slice.outputs(point);
      },
      dispose: () => slice.dispose(),
    };
  }

  function sliceOf(job: EvaluationJob, program: TfProgram, sizes: SliceSizes): TfSlice {
    const theta = createTheta(program.tensors, job);
    try {
      return new TfSlice(open, program, theta, job, pace, sizes);
    } catch (error) {
      theta.dispose();
      throw error;
    }
  }

  /** Rule C10: measured once, then remembered. */
  async function sizesFor(job: EvaluationJob, program: TfProgram): Promise<SliceSizes> {
    const key = `sizes ${title} ${jobKey(job)} ${open.activationFloats}`;
    const known = await memory.get(key);
    if (isSizes(known)) return known;
    const samples = await quickSamples(job, program);
    const points = await quickestBatch(job, program, samples);
    await memory.set(key, { points, samples });
    return { points, samples };
  }

  async function timed(slice: TfSlice, points: Parameters<TfSlice['evaluate']>[0], rounds: number): Promise<number> {
    try {
      // The first run compiles shaders and packs weights.
      await slice.evaluate(points);
      const start = performance.now();
      const rested = pace.rested();
      for (let round = 0; round < rounds; round++) await slice.evaluate(points);
      return (performance.now() - start - (pace.rested() - rested)) / rounds;
    } finally {
      slice.dispose();
    }
  }

  /** Samples whose block takes no longer than it may. */
  async function quickSamples(job: EvaluationJob, program: TfProgram): Promise<number> {
    const most = samplesPerBlock(open, program);
    const count = Math.min(most, TRIED_SAMPLES, ...job.sets.map(({ samples }) => samples.count));
    const few = { ...job, mode: undefined, sets: job.sets.slice(0, 1).map(({ set, samples }) => ({ set, samples: firstOf(samples, count) })) };
    const ms = await timed(sliceOf(few, program, { points: 1, samples: count }), [{ a: 1e-3, b: 0 }], 1);
    return Math.max(1, Math.min(most, Math.floor((LONGEST_BLOCK_MS * count) / ms)));
  }

  async function quickestBatch(job: EvaluationJob, program: TfProgram, most: number): Promise<number> {
    const samples = Math.max(...job.sets.map((each) => each.samples.count));
    const isStored = (job.mode?.batchNorm.policy ?? 'stored') === 'stored';
    if (!program.isDense || !isStored) return 1;
    let best = { batch: 1, msPerPoint: Infinity };
    for (const batch of BATCHES) {
      if (batch > 1 && batch * samples * program.widest > open.activationFloats) break;
      const points = Array.from({ length: batch }, (_, index) => ({ a: (index + 1) / 1000, b: 0 }));
      const ms = await timed(sliceOf(job, program, { points: batch, samples: most }), points, 3);
      // A larger batch wastes more on a tile that does not fill it, so it has to be clearly quicker.
      if (ms / batch < 0.9 * best.msPerPoint) best = { batch, msPerPoint: ms / batch };
      if (ms > LONG_DISPATCH_MS) break;
    }
    return best.batch;
  }

  return {
    kind: 'operators',
    title,
    refuses: () => null,
    prepare,
    held() {
      const { numTensors, numBytes, numBytesInGPU } = tf.memory() as tf.MemoryInfo & { readonly numBytesInGPU?: number };
      return { tensors: numTensors, bytes: numBytesInGPU ?? numBytes };
    },
    dispose: async () => {},
  };
}

/**
 * Which kernels of TensorFlow.js 4.22 lose a NaN: on WASM convolution (it becomes −∞) and any activation inside a kernel; max pooling
 * on WASM and the CPU; the largest of an axis, and activations inside a kernel, as the driver pleases on WebGPU.
 */
function treatmentOf({ backend, isSoftwareAdapter }: OpenBackend): Treatment {
  switch (backend) {
    case 'cpu':
      return { fusesRelu: true, watches: new Set(['maxpool']) };
    case 'wasm':
      return { fusesRelu: false, watches: new Set(['conv2d', 'avgpool', 'maxpool']) };
    case 'webgpu':
      return { fusesRelu: isSoftwareAdapter, watches: new Set(['globalpool']) };
  }
}

function isSizes(value: unknown): value is SliceSizes {
  return typeof value === 'object' && value !== null && 'points' in value && 'samples' in value && Number.isInteger(value.points) && Number.isInteger(value.samples);
}

const firstOf = (samples: EvaluationJob['sets'][number]['samples'], count: number) => {
  const width = samples.inputs.length / samples.count;
  return { count, inputs: samples.inputs.subarray(0, count * width), targets: samples.targets.subarray(0, count) };
};
