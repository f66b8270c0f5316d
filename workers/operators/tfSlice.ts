/**
 * One prepared slice on a TensorFlow.js backend: its vectors and samples on the device, its points evaluated.
 *
 * Nothing is read back until the last point is enqueued; then once. On a device that can fail silently the centre's first
 * samples are evaluated again with every tile and must come out bit for bit as before. It does not choose what to evaluate.
 */
import * as tf from '@tensorflow/tfjs-core';
import { batchesOf } from '#lib/network/batches.ts';
import { STORED_MODE, type EvaluationMode } from '#lib/network/forward.ts';
import type { SetName } from '#lib/network/subject.ts';
import { emptySums, type SetSums, type TileResult } from '#lib/work/tileResult.ts';
import type { OpenBackend } from '#workers/backend.ts';
import type { Coordinates, EvaluationJob } from '#workers/evaluator.ts';
import { DeviceFault } from '#workers/gpuGuard.ts';
import type { Pace } from '#workers/pace.ts';
import { activateBackend, compileFirst } from './tensorFlow.ts';
import { firstTargets, lossesOf, withoutLost } from './tfLoss.ts';
import type { Tensors } from './tfPass.ts';
import { runWatched, type TfProgram } from './tfProgram.ts';
import { checkSamples, disposeBlock, sampleBlockOf, type SampleBlock } from './tfSamples.ts';
import { createStatistics, type Statistics } from './tfStatistics.ts';
import type { Theta } from './tfTheta.ts';

/** Up to here the loss of every sample is read back; beyond, sums of 64, so that float32 adds up few numbers. */
const MOST_SINGLE_SAMPLES = 2048;
const SUMMED = 64;
/** Work that may be enqueued on a device before it is waited for: a compositor that shares it must get its turn. */
const SUBMITTED_MS = 50;

const CENTRE: Coordinates = { a: 0, b: 0 };

/** What one dispatch left on the device: [slots × columns × sums], losses first, then correct answers, and squares of the losses where those are sums already. */
type Part = { readonly tensor: tf.Tensor1D; readonly set: number; readonly firstPoint: number; readonly slots: number; readonly columns: 2 | 3; readonly sums: number };

type BlockedSet = { readonly set: SetName; readonly samples: number; readonly sumsSingles: boolean; readonly blocks: readonly SampleBlock[] };

export type SliceSizes = {
  /** 1, or how many points are evaluated at once: only for a dense program with stored statistics, whose samples fit one block. */
  readonly points: number;
  /** Most samples in one block; fixed batches are not cut. */
  readonly samples: number;
};

export class TfSlice {
  private readonly open: OpenBackend;
  private readonly program: TfProgram;
  private readonly theta: Theta;
  private readonly pace: Pace;
  private readonly mode: EvaluationMode;
  private readonly statistics: Statistics | null;
  private readonly sets: readonly BlockedSet[];
  private readonly batch: number;
  /** Numbers of points at once whose operations are compiled. */
  private readonly compiled = new Set<number>();
  /** What the centre gave for the first block of samples when the slice was new. */
  private canary: Float32Array | null = null;
  /** Blocks enqueued since the device was last waited for, and what one took then; 0 before the first wait. */
  private enqueued = 0;
  private blockMs = 0;
  private waitedAt = 0;

  /** @throws in words where samples and network do not fit */
  constructor(open: OpenBackend, program: TfProgram, theta: Theta, job: EvaluationJob, pace: Pace, sizes: SliceSizes) {
    this.open = open;
    this.program = program;
    this.theta = theta;
    this.pace = pace;
    this.batch = sizes.points;
    this.mode = job.mode ?? STORED_MODE;
    const { batchNorm, dropout } = this.mode;
    for (const { samples } of job.sets) checkSamples(samples, program, job.loss);
    this.statistics = createStatistics(program, this.mode);
    const most = sizes.points > 1 ? Infinity : sizes.samples;
    this.sets = job.sets.map(({ set, samples }) => ({
      set,
      samples: samples.count,
      sumsSingles: samples.count <= MOST_SINGLE_SAMPLES,
      blocks: (batchNorm.policy === 'batch' ? batchesOf(samples.count, batchNorm.batch) : blocksOf(samples.count, most)).map((each) =>
        sampleBlockOf(program, job.loss, samples, each, set, dropout, sizes.points),
      ),
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

  async outputs(point: Coordinates): Promise<readonly Float32Array[]> {
    const width = this.program.outputWidth;
    const all = this.sets.map(({ samples }) => new Float32Array(samples * width));
    this.open.guard?.open();
    let tensors: Tensors | null = null;
    try {
      await this.turn(undefined);
      tensors = await this.tensorsAt([point], () => this.turn(undefined));
      const built = tensors;
      for (const [set, { blocks }] of this.sets.entries()) {
        let done = 0;
        for (const block of blocks) {
          await this.turn(undefined);
          const outputs = tf.tidy(() => this.passOf(block, built).outputs);
          const values = (await outputs.data()) as Float32Array;
          outputs.dispose();
          all[set]!.set(values, done * width);
          done += block.count;
        }
      }
    } finally {
      if (tensors) tf.dispose({ ...tensors });
      await this.open.guard?.close();
    }
    return all;
  }

  dispose(): void {
    this.theta.dispose();
    this.statistics?.dispose();
    for (const { blocks } of this.sets) for (const block of blocks) disposeBlock(block);
  }

  private async measure(
    points: readonly Coordinates[],
    signal: AbortSignal | undefined,
    withCanary: boolean,
  ): Promise<{ sets: readonly SetSums[]; canary: Float32Array }> {
    const parts: Part[] = [];
    for (let first = 0; first < points.length; first += this.batch) await this.compile(this.slotsFor(points.length - first));
    if (withCanary) await this.compile(1);
    this.open.guard?.open();
    let isOpen = true;
    try {
      this.waitedAt = performance.now();
      this.enqueued = 0;
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

  /** Filled up to a power of two: a device keeps buffers for every shape that it has seen. */
  private slotsFor(left: number): number {
    return Math.min(this.batch, 2 ** Math.ceil(Math.log2(left)));
  }

  /** Before anything is timed, and before the device is asked for anything. */
  private async compile(slots: number): Promise<void> {
    if (this.compiled.has(slots)) return;
    this.compiled.add(slots);
    await compileFirst(this.open.backend, async () => {
      const tensors = await this.tensorsAt(Array.from({ length: slots }, () => CENTRE), async () => {});
      try {
        for (const { blocks, sumsSingles } of this.sets) {
          for (const block of new Map(blocks.map((each) => [each.count, each])).values()) tf.tidy(() => void this.sumsOf(block, tensors, slots, sumsSingles));
        }
      } finally {
        tf.dispose({ ...tensors });
      }
    });
    this.pace.begin();
  }

  /** One batch of points over the chosen blocks of samples, with turns for others between the blocks. */
  private async enqueue(
    points: readonly Coordinates[],
    first: number,
    parts: Part[],
    signal: AbortSignal | undefined,
    isChosen: (set: number, block: number) => boolean,
  ): Promise<void> {
    const slots = this.slotsFor(points.length - first);
    const batch = Array.from({ length: slots }, (_, index) => points[first + index] ?? CENTRE);
    let tensors: Tensors | null = null;
    try {
      for (const [set, { blocks, sumsSingles }] of this.sets.entries()) {
        for (const [index, block] of blocks.entries()) {
          if (!isChosen(set, index)) continue;
          await this.turn(signal);
          tensors ??= await this.tensorsAt(batch, () => this.turn(signal));
          const built = tensors;
          const tensor = tf.tidy(() => this.sumsOf(block, built, slots, sumsSingles));
          const columns = sumsSingles ? 2 : 3;
          parts.push({ tensor, set, firstPoint: first, slots, columns, sums: tensor.size / (columns * slots) });
        }
      }
    } finally {
      if (tensors) tf.dispose({ ...tensors });
    }
  }

  /** Before each block: waits for the device where it has enough to do, and lets others have theirs. */
  private async turn(signal: AbortSignal | undefined): Promise<void> {
    const isFull = this.open.guard !== null && this.enqueued > 0 && (this.blockMs === 0 || this.enqueued * this.blockMs >= SUBMITTED_MS);
    if (isFull || this.pace.isDue()) {
      await this.open.guard?.settle();
      if (this.enqueued > 0) this.blockMs = (performance.now() - this.waitedAt) / this.enqueued;
      this.enqueued = 0;
    }
    if (this.pace.isDue()) {
      this.pace.dispatched(this.pace.stretch());
      await this.pace.rest();
    }
    if (this.enqueued === 0) this.waitedAt = performance.now();
    this.enqueued++;
    signal?.throwIfAborted();
    await activateBackend(this.open.backend);
  }

  private async tensorsAt(batch: readonly Coordinates[], turn: () => Promise<void>): Promise<Tensors> {
    const tensors = tf.tidy(() => ({ ...(this.batch > 1 ? this.theta.atMany(batch) : this.theta.at(batch[0]!)) }));
    if (!this.statistics) return tensors;
    try {
      return await this.statistics.at(tensors, turn);
    } finally {
      tf.dispose(tensors);
    }
  }

  private sumsOf(block: SampleBlock, tensors: Tensors, slots: number, singles: boolean): tf.Tensor1D {
    const rows = slots * block.count;
    const { outputs, lost } = this.passOf(block, tensors);
    const wanted = slots === this.batch ? block.targets : firstTargets(block.targets, rows);
    const { losses, correct } = withoutLost(lossesOf(tf.reshape(outputs, [rows, this.program.outputWidth]) as tf.Tensor2D, wanted), lost);
    const all = [tf.reshape(losses, [slots, block.count]), tf.reshape(correct, [slots, block.count]), tf.reshape(tf.square(losses), [slots, block.count])];
    return tf.reshape(singles ? tf.stack(all.slice(0, 2), 1) : summed(tf.stack(all, 1) as tf.Tensor3D), [-1]);
  }

  private passOf(block: SampleBlock, tensors: Tensors): ReturnType<typeof runWatched> {
    const inputs = this.batch > 1 ? tf.expandDims(block.inputs, 0) : block.inputs;
    return runWatched(this.program, inputs, { tensors, masks: block.masks, statistics: this.mode.batchNorm.policy === 'batch' ? 'batch' : 'stored' });
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
    const sets = this.sets.map(({ set, samples }) => ({ set, samples, ...emptySums(count) }));
    let at = 0;
    for (const { set, firstPoint, slots, columns, sums } of parts) {
      const { lossSum, lossSquares, correct } = sets[set]!;
      for (let slot = 0; slot < slots; slot++, at += columns * sums) {
        const point = firstPoint + slot;
        if (point >= count) continue;
        for (let index = 0; index < sums; index++) {
          lossSum[point]! += values[at + index]!;
          lossSquares[point]! += columns === 2 ? values[at + index]! ** 2 : values[at + 2 * sums + index]!;
          correct[point]! += values[at + sums + index]!;
        }
      }
    }
    return { sets, used: at };
  }
}

/** Samples whose activations fit what the backend allows. */
export const samplesPerBlock = ({ activationFloats }: OpenBackend, { widest }: TfProgram): number => Math.max(1, Math.floor(activationFloats / widest));

const blocksOf = (samples: number, most: number) =>
  Array.from({ length: Math.ceil(samples / most) || 1 }, (_, block) => {
    const start = block === 0 ? 0 : block * most;
    return { start, count: Math.min(most, samples - start) };
  });

/** [points, columns, samples] → [points, columns, ⌈samples / 64⌉] */
function summed(all: tf.Tensor3D): tf.Tensor {
  const [points, columns, samples] = all.shape;
  const whole = Math.floor(samples / SUMMED) * SUMMED;
  const sums: tf.Tensor[] = [];
  if (whole > 0) sums.push(tf.sum(tf.reshape(tf.slice(all, [0, 0, 0], [-1, -1, whole]), [points, columns, whole / SUMMED, SUMMED]), 3));
  if (whole < samples) sums.push(tf.sum(tf.slice(all, [0, 0, whole], [-1, -1, samples - whole]), 2, true));
  return sums.length === 1 ? sums[0]! : tf.concat(sums, 2);
}
