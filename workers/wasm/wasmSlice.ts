/**
 * One prepared slice on a WASM instance of its own: its points evaluated, sample block by sample block.
 *
 * Losses are added up in float64 in the order of the samples, so blocks and chunks do not change a bit. Where a loss is not
 * finite, its block is run again the careful way, which keeps infinities apart from NaN. Rules C2–C4, I2 and I3 in docs/SPEC.md.
 */
import { FOCAL_GAMMA, HINGE_MARGIN, HUBER_DELTA, isClassification, LABEL_SMOOTHING, LOSS_NAMES, type LossName } from '#lib/network/loss.ts';
import { emptySums, type LossSums, type TileResult } from '#lib/work/tileResult.ts';
import type { Coordinates, EvaluationJob, PreparedSlice } from '#workers/evaluator.ts';
import type { Pace } from '#workers/pace.ts';
import { Arena } from './arena.ts';
import type { Kernels } from './kernels.ts';
import { planOf, type Plan, type Step } from './plan.ts';
import { SamplesInMemory, type Chunk } from './samples.ts';

/** Samples per change of weights, where points change within a chunk. */
const SAMPLES_PER_POINT = 256;

const CONSTANTS: Partial<Record<LossName, number>> = { focal: FOCAL_GAMMA, hinge: HINGE_MARGIN, kullbackLeibler: LABEL_SMOOTHING, huber: HUBER_DELTA };

export type SliceOptions = { readonly kernels: Kernels; readonly job: EvaluationJob; readonly title: string; readonly pace: Pace; readonly release: () => void; readonly mostBytes?: number | undefined };

export class WasmSlice implements PreparedSlice {
  readonly title: string;
  private readonly options: SliceOptions;
  private readonly plan: Plan;
  private readonly samples: SamplesInMemory;
  private readonly losses: number;
  private readonly correct: number;
  private readonly sums: number;
  private readonly arena: Arena;
  /** Evaluations take turns: they share weights and memory. */
  private last: Promise<unknown> = Promise.resolve();
  private waiting = 0;
  private isDisposed = false;

  constructor(options: SliceOptions) {
    const { kernels, job, title, mostBytes } = options;
    this.options = options;
    this.title = title;
    this.arena = new Arena(kernels);
    this.plan = planOf(job, kernels, this.arena);
    this.samples = new SamplesInMemory(job.sets, this.plan.input.keeper, this.arena, this.plan.block, mostBytes);
    // The kernel works in a second half.
    this.losses = this.arena.take((this.plan.block + 1) * 16);
    this.correct = this.arena.take(this.plan.block);
    this.sums = this.arena.take(24);
  }

  /** Brings the samples into memory, as far as they fit. */
  async load(): Promise<void> {
    for (const chunk of this.samples.chunks) await this.samples.load(chunk, this.turn(undefined));
  }

  evaluate(points: readonly Coordinates[], signal?: AbortSignal): Promise<TileResult> {
    return this.inTurn(() => this.measure(points, signal));
  }

  outputs(point: Coordinates): Promise<readonly Float32Array[]> {
    return this.inTurn(() => this.answers(point));
  }

  dispose(): void {
    if (this.isDisposed) return;
    this.isDisposed = true;
    if (this.waiting === 0) this.options.release();
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    this.waiting++;
    const next = this.last.then(work).finally(() => this.ended());
    this.last = next.catch(() => {});
    return next;
  }

  /** The memory of a slice that was let go in the middle of a tile is free only after it. */
  private ended(): void {
    this.waiting--;
    if (this.isDisposed && this.waiting === 0) this.options.release();
  }

  private async measure(points: readonly Coordinates[], signal: AbortSignal | undefined): Promise<TileResult> {
    this.begin(signal);
    const sets = this.options.job.sets.map(({ set, samples }) => ({ set, samples: samples.count, ...emptySums(points.length) }));
    for (const chunk of this.samples.chunks) {
      await this.samples.load(chunk, this.turn(signal));
      const group = this.plan.isDense ? Math.max(this.plan.block, SAMPLES_PER_POINT) : Math.max(1, chunk.count);
      for (let start = 0; start < chunk.count; start += group) {
        for (const [index, point] of points.entries()) await this.addUp(chunk, start, Math.min(group, chunk.count - start), point, sets[chunk.set]!, index, signal);
      }
    }
    this.options.pace.dispatched(this.options.pace.stretch());
    return { points: points.length, sets };
  }

  private async answers(point: Coordinates): Promise<readonly Float32Array[]> {
    this.begin(undefined);
    const { plan, arena } = this;
    const { at, sample, channels } = plan.outputs;
    const all = this.options.job.sets.map(({ samples }) => new Float32Array(samples.count * channels));
    const turn = this.turn(undefined);
    let isCareful = false;
    for (const operation of plan.operations) operation.move?.(point);
    for (const chunk of this.samples.chunks) {
      await this.samples.load(chunk, turn);
      for (let done = 0; done < chunk.count; done += plan.block) {
        const rows = Math.min(plan.block, chunk.count - done);
        const read = (row: number): Float32Array => arena.floats(at + row * sample, channels);
        await this.runLayers(plan.steps(rows, isCareful), chunk.index + done, turn);
        if (plan.hasCareful && !isCareful && Array.from({ length: rows }, (_, row) => read(row)).some((values) => !values.every(Number.isFinite))) {
          isCareful = true;
          for (const { careful } of plan.operations) careful?.move?.(point);
          await this.runLayers(plan.steps(rows, true), chunk.index + done, turn);
        }
        for (let row = 0; row < rows; row++) all[chunk.set]!.set(read(row), (chunk.start + done + row) * channels);
      }
    }
    return all;
  }

  private begin(signal: AbortSignal | undefined): void {
    if (this.isDisposed) throw new Error('this slice was given back');
    signal?.throwIfAborted();
    this.options.pace.begin();
  }

  /** Adds the losses of some samples of a chunk at one point. */
  private async addUp(chunk: Chunk, start: number, count: number, point: Coordinates, into: LossSums, index: number, signal: AbortSignal | undefined): Promise<void> {
    const { kernels } = this.options;
    const { plan, sums } = this;
    for (const operation of plan.operations) operation.move?.(point);
    let isCareful = false;
    const turn = this.turn(signal);
    this.arena.doubles(sums, 1)[0] = into.lossSum[index]!;
    this.arena.whole(sums + 8, 1)[0] = into.correct[index]!;
    this.arena.doubles(sums + 16, 1)[0] = into.lossSquares[index]!;
    for (let done = start; done < start + count; done += plan.block) {
      const rows = Math.min(plan.block, start + count - done);
      const first = chunk.index + done;
      const broken = await this.run(plan.steps(rows, isCareful), first, rows, turn);
      if (broken > 0 && plan.hasCareful && !isCareful) {
        // What broke this block most likely breaks the next: staying careful spares moving all weights back and forth.
        isCareful = true;
        for (const { careful } of plan.operations) careful?.move?.(point);
        await this.run(plan.steps(rows, true), first, rows, turn);
      }
      kernels.total(this.losses, this.correct, rows, sums);
    }
    into.lossSum[index] = this.arena.doubles(sums, 1)[0]!;
    into.correct[index] = this.arena.whole(sums + 8, 1)[0]!;
    into.lossSquares[index] = this.arena.doubles(sums + 16, 1)[0]!;
  }

  /** All layers and the losses of one block; how many losses are not finite. */
  private async run(steps: readonly Step[], first: number, rows: number, turn: () => Promise<void> | null): Promise<number> {
    const { kernels, job } = this.options;
    await this.runLayers(steps, first, turn);
    const { at, sample, channels } = this.plan.outputs;
    return kernels.losses(LOSS_NAMES.indexOf(job.loss), at, sample, rows, channels, this.samples.targets + first * 4, this.losses, this.correct, CONSTANTS[job.loss] ?? 0);
  }

  private async runLayers(steps: readonly Step[], first: number, turn: () => Promise<void> | null): Promise<void> {
    for (const step of steps) {
      step.way.run(first + step.first, step.count);
      const waiting = turn();
      if (waiting) await waiting;
    }
  }

  /** Between parts of the work: nothing, or a turn for others, after which the evaluation may have been cancelled. */
  private turn(signal: AbortSignal | undefined): () => Promise<void> | null {
    const { pace } = this.options;
    return () => {
      if (!pace.isDue()) return null;
      pace.dispatched(pace.stretch());
      return pace.rest().then(() => signal?.throwIfAborted());
    };
  }
}

/** @throws for a class that the network has no output for, or an input that is no row of a table */
export function checkTargets({ loss, sets }: EvaluationJob, width: number): void {
  if (!isClassification(loss)) return;
  for (const { samples } of sets) {
    for (const value of samples.targets) {
      if (!Number.isInteger(value) || value < 0 || value >= width) throw new Error(`class ${value} is not one of the ${width} that the network has`);
    }
  }
}
