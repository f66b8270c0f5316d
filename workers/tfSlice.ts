/**
 * One prepared slice on a TensorFlow.js backend: its vectors and samples on the device, its points evaluated.
 *
 * Nothing is read back until the last point is enqueued; then once. On a device that can fail silently the centre's first
 * samples are evaluated again with every tile and must come out bit for bit as before. It does not choose what to evaluate.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { SetName } from '#lib/network/subject.ts';
import type { SetSums, TileResult } from '#lib/work/tileResult.ts';
import { activate, type OpenBackend } from './backend.ts';
import type { EvaluationJob } from './evaluator.ts';
import { DeviceFault } from './gpuGuard.ts';
import type { Pace } from './pace.ts';
import { firstTargets, lossesOf } from './tfLoss.ts';
import type { Tensors, TfProgram } from './tfProgram.ts';
import { blocksOf, disposeBlocks, type SampleBlock } from './tfSamples.ts';
import type { Coordinates, Theta } from './tfTheta.ts';

/** Up to here the loss of every sample is read back; beyond, sums of 64, so that float32 adds up few numbers. */
const MOST_SINGLE_SAMPLES = 2048;
const SUMMED = 64;

const CENTRE: Coordinates = { a: 0, b: 0 };

/** What one dispatch left on the device: [slots × 2 × sums], losses first. */
type Part = { readonly tensor: tf.Tensor1D; readonly set: number; readonly firstPoint: number; readonly slots: number; readonly sums: number };

type BlockedSet = { readonly set: SetName; readonly samples: number; readonly sumsSingles: boolean; readonly blocks: readonly SampleBlock[] };

export class TfSlice {
  private readonly open: OpenBackend;
  private readonly program: TfProgram;
  private readonly theta: Theta;
  private readonly pace: Pace;
  private readonly sets: readonly BlockedSet[];
  /** Most points in one dispatch. */
  readonly batch: number;
  /** What the centre gave for the first block of samples when the slice was new. */
  private canary: Float32Array | null = null;

  /** @param batch 1, or how many points are evaluated at once: only for a dense program whose samples fit one block */
  constructor(open: OpenBackend, program: TfProgram, theta: Theta, job: EvaluationJob, pace: Pace, batch: number) {
    this.open = open;
    this.program = program;
    this.theta = theta;
    this.pace = pace;
    this.batch = batch;
    const most = batch > 1 ? Infinity : samplesPerBlock(open, program);
    const layout = { shape: program.inputShape, source: program.inputSource, loss: job.loss, outputWidth: program.outputWidth };
    this.sets = job.sets.map(({ set, samples }) => ({
      set,
      samples: samples.count,
      sumsSingles: samples.count <= MOST_SINGLE_SAMPLES,
      blocks: blocksOf(samples, layout, most, batch),
    }));
  }

  /** From now on every tile is checked against the centre as it is evaluated here. */
  async keepCanary(): Promise<void> {
    if (this.open.guard) this.canary = (await this.measure([], undefined, true)).canary;
  }

  async evaluate(points: readonly Coordinates[], signal?: AbortSignal): Promise<TileResult> {
    const { sets, canary } = await this.measure(points, signal, this.canary !== null);
    const changed = this.canary?.findIndex((value, index) => !Object.is(value, canary[index])) ?? -1;
    if (changed >= 0) throw new DeviceFault(`the centre gave ${canary[changed]} where the same device gave ${this.canary![changed]} before`);
    return { points: points.length, sets };
  }

  dispose(): void {
    this.theta.dispose();
    for (const { blocks } of this.sets) disposeBlocks(blocks);
  }

  private async measure(
    points: readonly Coordinates[],
    signal: AbortSignal | undefined,
    withCanary: boolean,
  ): Promise<{ sets: readonly SetSums[]; canary: Float32Array }> {
    const parts: Part[] = [];
    this.open.guard?.open();
    let isOpen = true;
    try {
      for (let first = 0; first < points.length; first += this.batch) {
        await this.enqueue(points, first, parts, signal, () => true);
      }
      const real = parts.length;
      if (withCanary) await this.enqueue([CENTRE], 0, parts, signal, (set, block) => set === 0 && block === 0);
      const values = await this.readBack(parts);
      isOpen = false;
      await this.open.guard?.close();
      const sums = this.sumUp(points.length, parts.slice(0, real), values);
      return { sets: sums.sets, canary: values.subarray(sums.used) };
    } finally {
      for (const { tensor } of parts) tensor.dispose();
      if (isOpen) await this.open.guard?.close();
    }
  }

  /** One batch of points over the chosen blocks of samples, with turns for others between the blocks. */
  private async enqueue(
    points: readonly Coordinates[],
    first: number,
    parts: Part[],
    signal: AbortSignal | undefined,
    isChosen: (set: number, block: number) => boolean,
  ): Promise<void> {
    // Filled up to a power of two: a device keeps buffers for every shape that it has seen.
    const slots = Math.min(this.batch, 2 ** Math.ceil(Math.log2(points.length - first)));
    const batch = Array.from({ length: slots }, (_, index) => points[first + index] ?? CENTRE);
    let tensors: Tensors | null = null;
    try {
      for (const [set, { blocks, sumsSingles }] of this.sets.entries()) {
        for (const [index, block] of blocks.entries()) {
          if (!isChosen(set, index)) continue;
          if (this.pace.isDue()) {
            await this.open.guard?.settle();
            await this.pace.rest();
          }
          signal?.throwIfAborted();
          await activate(this.open.backend, `the ${this.open.backend} backend went away`);
          tensors ??= tf.tidy(() => this.tensorsAt(batch));
          const built = tensors;
          const tensor = tf.tidy(() => this.sumsOf(block, built, slots, sumsSingles));
          parts.push({ tensor, set, firstPoint: first, slots, sums: tensor.size / (2 * slots) });
        }
      }
    } finally {
      if (tensors) tf.dispose({ ...tensors });
    }
  }

  private tensorsAt(batch: readonly Coordinates[]): Record<string, tf.Tensor> {
    return { ...(this.batch > 1 ? this.theta.atMany(batch) : this.theta.at(batch[0]!)) };
  }

  private sumsOf(block: SampleBlock, tensors: Tensors, slots: number, singles: boolean): tf.Tensor1D {
    const inputs = this.batch > 1 ? tf.expandDims(block.inputs, 0) : block.inputs;
    const rows = slots * block.count;
    const outputs = tf.reshape(this.program.run(inputs, tensors), [rows, this.program.outputWidth]);
    const { losses, correct } = lossesOf(outputs as tf.Tensor2D, slots === this.batch ? block.targets : firstTargets(block.targets, rows));
    const both = tf.stack([tf.reshape(losses, [slots, block.count]), tf.reshape(correct, [slots, block.count])], 1);
    return tf.reshape(singles ? both : summed(both as tf.Tensor3D), [-1]);
  }

  private async readBack(parts: readonly Part[]): Promise<Float32Array> {
    const all = tf.tidy(() => (parts.length === 1 ? parts[0]!.tensor.clone() : tf.concat1d(parts.map(({ tensor }) => tensor))));
    try {
      const values = (await all.data()) as Float32Array;
      if (values.length !== all.size) throw new DeviceFault(`${values.length} numbers came back where ${all.size} were computed`);
      return values;
    } finally {
      all.dispose();
    }
  }

  /** Adds in float64, in the order of the samples; `used` is how many values that took. */
  private sumUp(count: number, parts: readonly Part[], values: Float32Array): { sets: readonly SetSums[]; used: number } {
    const sets = this.sets.map(({ set, samples }) => ({ set, samples, lossSum: new Float64Array(count), correct: new Uint32Array(count) }));
    let at = 0;
    for (const { set, firstPoint, slots, sums } of parts) {
      const { lossSum, correct } = sets[set]!;
      for (let slot = 0; slot < slots; slot++, at += 2 * sums) {
        const point = firstPoint + slot;
        if (point >= count) continue;
        for (let index = 0; index < sums; index++) {
          lossSum[point]! += values[at + index]!;
          correct[point]! += values[at + sums + index]!;
        }
      }
    }
    return { sets, used: at };
  }
}

/** Samples whose activations fit what the backend allows. */
export const samplesPerBlock = ({ activationFloats }: OpenBackend, { widest }: TfProgram): number =>
  Math.max(1, Math.floor(activationFloats / widest));

/** [points, 2, samples] → [points, 2, ⌈samples / 64⌉] */
function summed(both: tf.Tensor3D): tf.Tensor {
  const [points, , samples] = both.shape;
  const whole = Math.floor(samples / SUMMED) * SUMMED;
  const sums: tf.Tensor[] = [];
  if (whole > 0) sums.push(tf.sum(tf.reshape(tf.slice(both, [0, 0, 0], [-1, -1, whole]), [points, 2, whole / SUMMED, SUMMED]), 3));
  if (whole < samples) sums.push(tf.sum(tf.slice(both, [0, 0, whole], [-1, -1, samples - whole]), 2, true));
  return sums.length === 1 ? sums[0]! : tf.concat(sums, 2);
}
