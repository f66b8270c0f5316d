/**
 * The mean loss of a network over its samples, with its gradient and products H·v, on the device.
 *
 * The R-operator of rLayer.ts over blocks of samples. Every block's sums come back and are added up in float64, so the size of the
 * blocks changes nothing but rounding. Batch norm uses stored statistics and dropout is off. It does not judge its own numbers:
 * checkedCurvature.ts does. Rules Q5 and Q6 in docs/SPEC.md.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Differentiable, LossAndGradient } from '#lib/network/derivatives/derivatives.ts';
import type { AnySamples } from '#lib/network/forward.ts';
import { layoutOf } from '#lib/network/layout.ts';
import type { OpenBackend } from '#workers/backend.ts';
import { activateBackend } from '#workers/operators/tensorFlow.ts';
import type { Tensors } from '#workers/operators/tfPass.ts';
import { checkSamples } from '#workers/operators/tfSamples.ts';
import { deviceShape, laidOut, sourceOf } from '#workers/operators/tfShapes.ts';
import type { Pace } from '#workers/pace.ts';
import { batchGradient } from './batchGradient.ts';
import { firstOrder, type Block, type FirstOrder } from './blockPasses.ts';
import { compileRProgram } from './rProgram.ts';
import { addTo, onDevice } from './rVectors.ts';
import { useFilterGradient } from './wasmKernels.ts';

export type DeviceCurvature = {
  /** What computes, in words. */
  readonly title: string;
  /** Makes θ, and statistics where they are given, the point of everything that follows; they are copied. */
  moveTo(parameters: ArrayLike<number>, buffers?: ArrayLike<number>): void;
  /** Mean loss, how many samples are classified correctly, and gradient. Rejects with an `AbortError` once `signal` is aborted. */
  gradient(signal?: AbortSignal): Promise<LossAndGradient & { readonly correct: number }>;
  /** H·v, in new memory. One at a time. */
  multiply(vector: ArrayLike<number>, signal?: AbortSignal): Promise<Float64Array>;
  /** Mean loss and gradient over other samples at another point, batch norm with those samples' own statistics. The point of the rest stays. */
  gradientOver(samples: AnySamples, parameters: ArrayLike<number>, signal?: AbortSignal): Promise<LossAndGradient>;
  dispose(): void;
};

/** What an eigenvalue found with float32 products may be off whatever the method says of it, as a share of the largest. */
export const PRODUCT_ERROR = 1e-6;

const MOST_SAMPLES = 256;
/** What the passes of a block keep on the device, as a multiple of its activations. */
const KEPT_SHARE = 4;
/** Floats that may stay there from one product to the next, as a multiple of what one block may have. */
const KEPT_BLOCKS = 32;

/** On a backend that TensorFlow.js was started on. @throws when samples, statistics or program do not fit together */
export function createDeviceCurvature(open: OpenBackend, { network, loss, buffers, samples, block }: Differentiable, parameters: ArrayLike<number>, pace: Pace): DeviceCurvature {
  const layout = layoutOf(network);
  const program = compileRProgram(network);
  if (buffers.length !== layout.bufferSize) throw new Error(`${buffers.length} statistics, ${network.id} has ${layout.bufferSize}`);
  if (samples.count === 0) throw new Error('no samples, so no mean loss to differentiate');
  checkSamples(samples, program, loss);
  if (open.backend === 'wasm') useFilterGradient();
  const floats = program.activations + program.outputWidth ** 2;
  const room = block ?? Math.max(1, Math.min(MOST_SAMPLES, Math.floor(open.activationFloats / floats)));
  const size = Math.min(samples.count, room);
  const mostKept = Math.max(1, Math.floor((KEPT_BLOCKS * open.activationFloats) / (KEPT_SHARE * floats * size)));
  let tensors: Tensors = onDevice(program.plans, checked(parameters), buffers);
  const blocks = blocksOf({ network, samples }, size);
  const firsts = new Map<number, FirstOrder>();

  function checked(vector: ArrayLike<number>): ArrayLike<number> {
    if (vector.length !== layout.size) throw new Error(`${vector.length} numbers where ${network.id} has ${layout.size} parameters`);
    return vector;
  }

  function forget(): void {
    for (const first of firsts.values()) first.dispose();
    firsts.clear();
  }

  async function turn(signal: AbortSignal | undefined): Promise<void> {
    if (pace.isDue()) await pace.rest();
    signal?.throwIfAborted();
    await activateBackend(open.backend);
  }

  /** What the device reports meanwhile fails it. */
  async function guarded<T>(work: () => Promise<T>): Promise<T> {
    open.guard?.open();
    let made: T;
    try {
      made = await work();
    } catch (error) {
      await open.guard?.close();
      throw error;
    }
    await open.guard?.close();
    return made;
  }

  /** Calls `use` with every block's first pass, which is kept for the next product where there is room. */
  const eachBlock = (signal: AbortSignal | undefined, use: (first: FirstOrder) => void | Promise<void>): Promise<void> =>
    guarded(async () => {
      for (const [index, each] of blocks.entries()) {
        await turn(signal);
        const first = firsts.get(index) ?? (await firstOrder(program, each, tensors, loss));
        if (firsts.size < mostKept) firsts.set(index, first);
        try {
          await use(first);
        } finally {
          if (firsts.get(index) !== first) first.dispose();
        }
      }
    });

  const mean = (sums: Float64Array): Float64Array => sums.map((sum) => sum / samples.count);

  return {
    title: `TensorFlow.js operators on ${open.title}`,
    moveTo(next, statistics = buffers) {
      forget();
      tf.dispose({ ...tensors });
      tensors = onDevice(program.plans, checked(next), statistics);
    },
    async gradient(signal) {
      const sums = new Float64Array(layout.size);
      let [sum, right] = [0, 0];
      await eachBlock(signal, ({ loss: part, correct, gradient }) => {
        sum += part;
        right += correct;
        addTo(sums, program.plans, gradient);
      });
      return { loss: sum / samples.count, correct: right, gradient: mean(sums) };
    },
    async multiply(vector, signal) {
      const direction = onDevice(program.plans, checked(vector), null);
      const sums = new Float64Array(layout.size);
      try {
        await eachBlock(signal, async ({ along }) => addTo(sums, program.plans, await along(direction)));
      } finally {
        tf.dispose({ ...direction });
      }
      return mean(sums);
    },
    gradientOver: (others, point, signal) =>
      guarded(() => batchGradient({ network, program, loss, buffers, turn: () => turn(signal), blocksOf: (some) => blocksOf({ network, samples: some }, Math.min(some.count, room)) }, others, checked(point))),
    dispose() {
      forget();
      tf.dispose({ ...tensors });
      for (const { inputs } of blocks) inputs.dispose();
    },
  };
}

function blocksOf({ network, samples }: Pick<Differentiable, 'network' | 'samples'>, size: number): readonly Block[] {
  const shape = network.input_shape_chw;
  const source = sourceOf({ shape, order: null });
  const width = samples.inputs.length / samples.count;
  return Array.from({ length: Math.ceil(samples.count / size) }, (_, index) => {
    const [start, count] = [index * size, Math.min(size, samples.count - index * size)];
    const values = laidOut(Float32Array.from(samples.inputs.subarray(start * width, (start + count) * width)), source);
    return { inputs: tf.tensor(values, [count, ...deviceShape(shape)], 'float32'), targets: samples.targets.slice(start, start + count) };
  });
}
