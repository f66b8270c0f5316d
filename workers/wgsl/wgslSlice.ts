/**
 * A prepared slice of the tile engine: its points evaluated in batches, read back once, added up in float64.
 *
 * Every run stands inside error scopes; results hold a mark where nothing was written; and the centre's first samples, evaluated
 * before every tile, must come out bit for bit as when the slice was new. Before, because points then write over what the centre
 * left in scratch memory, and a shader that no longer runs cannot find it there. It does not choose points.
 */
import { emptySums, type LossSums, type TileResult } from '#lib/work/tileResult.ts';
import type { Coordinates, PreparedSlice } from '#workers/evaluator.ts';
import { DeviceFault, type GpuGuard } from '#workers/gpuGuard.ts';
import type { Pace } from '#workers/pace.ts';
import type { Prepared, PreparedBlock, Shape } from './prepared.ts';
import { BATCH_STRIDE } from './pipelines.ts';
import { SUMMED } from './pointShaders.ts';
import type { WorkQueue } from './queue.ts';
import { runsOf, type SampleBlock } from './sampleBlocks.ts';

export class WgslSlice implements PreparedSlice {
  readonly title: string;
  private readonly prepared: Prepared;
  private readonly shape: Shape;
  private readonly device: GPUDevice;
  private readonly queue: WorkQueue;
  private readonly guard: GpuGuard;
  private readonly pace: Pace;
  /** What the centre gave for the first block of samples when the slice was new. */
  private canary: Uint32Array | null = null;

  constructor(title: string, prepared: Prepared, shape: Shape, device: GPUDevice, queue: WorkQueue, guard: GpuGuard, pace: Pace) {
    this.title = title;
    this.prepared = prepared;
    this.shape = shape;
    this.device = device;
    this.queue = queue;
    this.guard = guard;
    this.pace = pace;
  }

  async keepCanary(): Promise<void> {
    this.pace.begin();
    const values = await this.run([]);
    this.canary = this.canaryOf(values);
  }

  async evaluate(points: readonly Coordinates[], signal?: AbortSignal): Promise<TileResult> {
    this.pace.begin();
    const sets = this.shape.blocked.sets.map(
      ({ set, samples }) => ({ set, samples: samples.count, ...emptySums(points.length) }),
    );
    // One row of the results is the centre's.
    for (let first = 0; first < points.length; first += this.shape.rows - 1) {
      const some = points.slice(first, first + this.shape.rows - 1);
      const values = await this.run(some, signal);
      this.compare(this.canaryOf(values));
      for (const index of some.keys()) this.addUp(values, 1 + index, sets, first + index);
    }
    return { points: points.length, sets };
  }

  async outputs(point: Coordinates): Promise<readonly Float32Array[]> {
    this.pace.begin();
    this.compare(this.canaryOf(await this.run([])));
    const { prepared, shape, queue } = this;
    const width = prepared.outputWidth;
    const all = shape.blocked.sets.map(({ samples }) => new Float32Array(samples.count * width));
    this.guard.open();
    let isOpen = true;
    try {
      this.writePoints([point]);
      for (const each of prepared.blocks) {
        await this.enqueue(0, 1, [each], undefined);
        const { set, start, count, fours } = each.block;
        const values = await prepared.readOutputs(queue, fours);
        for (let sample = 0; sample < count; sample++) {
          for (let row = 0; row < width; row++) all[set]![(start + sample) * width + row] = values[row * 4 * fours + sample]!;
        }
      }
      isOpen = false;
      await this.guard.close();
      return all;
    } finally {
      if (isOpen) {
        await queue.drop();
        await this.guard.close();
      }
    }
  }

  dispose(): void {
    this.prepared.dispose();
  }

  /** A row of results for the first samples at the centre, then one for each of `points`. */
  private async run(points: readonly Coordinates[], signal?: AbortSignal): Promise<Uint32Array> {
    const { queue, prepared, shape } = this;
    signal?.throwIfAborted();
    this.guard.open();
    let isOpen = true;
    try {
      this.writePoints([{ a: 0, b: 0 }, ...points]);
      prepared.clear(queue, points.length + 1);
      await this.enqueue(0, 1, prepared.blocks.slice(0, 1), signal);
      for (let first = 0, batch = 1; first < points.length; first += shape.pointsPerBatch, batch++) {
        await this.enqueue(batch, Math.min(shape.pointsPerBatch, points.length - first), prepared.blocks, signal);
      }
      const values = await prepared.read(queue, points.length + 1);
      isOpen = false;
      await this.guard.close();
      signal?.throwIfAborted();
      return values;
    } finally {
      if (isOpen) {
        await queue.drop();
        await this.guard.close();
      }
    }
  }

  private writePoints(points: readonly Coordinates[]): void {
    this.device.queue.writeBuffer(this.prepared.points, 0, Float32Array.from(points.flatMap(({ a, b }) => [1, a, b, 0])));
  }

  private async enqueue(batch: number, points: number, blocks: readonly PreparedBlock[], signal: AbortSignal | undefined): Promise<void> {
    const { queue, prepared } = this;
    for (const dispatch of prepared.start) await queue.dispatch(dispatch, points, blocks[0]!.place, batch * BATCH_STRIDE, signal);
    for (const { place, dispatches } of blocks) {
      for (const dispatch of dispatches) await queue.dispatch(dispatch, points, place, batch * BATCH_STRIDE, signal);
    }
  }

  private canaryOf(values: Uint32Array): Uint32Array {
    const { block } = this.prepared.blocks[0]!;
    // Behind the last sample stand numbers of no meaning.
    return Uint32Array.from(this.placesOf(block), (place) => this.written(values[place]!, place, block));
  }

  private compare(canary: Uint32Array): void {
    const changed = this.canary!.findIndex((bits, index) => bits !== canary[index]);
    if (changed >= 0) throw new DeviceFault(`the centre gave ${floatOf(canary[changed]!)} where the same device gave ${floatOf(this.canary![changed]!)} before`);
  }

  /** Places of a block's losses in a row of results, then of its correct answers. */
  private placesOf(block: SampleBlock): readonly number[] {
    const { count, start, distance } = this.runOf(block);
    return Array.from({ length: 2 * count }, (_, index) => (index < count ? start + index : start + distance + index - count));
  }

  private runOf(block: SampleBlock): { readonly start: number; readonly count: number; readonly distance: number } {
    if (!this.shape.sums) return { start: block.at, count: block.count, distance: 4 * block.fours };
    return { start: block.sumsAt, count: Math.ceil(block.count / SUMMED), distance: runsOf(block) };
  }

  /** A count that no loss shader wrote is not one. */
  private written(bits: number, place: number, block: SampleBlock): number {
    const { start, distance } = this.runOf(block);
    if (place >= start + distance && bits > block.count) throw new DeviceFault('the device left results unwritten');
    return bits;
  }

  /** Adds in float64, in the order of the samples. */
  private addUp(values: Uint32Array, row: number, sets: readonly LossSums[], point: number): void {
    const floats = new Float32Array(values.buffer);
    const rowStart = row * this.prepared.resultsRow;
    for (const { block } of this.prepared.blocks) {
      const { start, count, distance } = this.runOf(block);
      const { lossSum, lossSquares, correct } = sets[block.set]!;
      for (let index = 0; index < count; index++) {
        const loss = floats[rowStart + start + index]!;
        lossSum[point]! += loss;
        lossSquares[point]! += this.shape.sums ? floats[rowStart + start + 2 * distance + index]! : loss ** 2;
        correct[point]! += this.written(values[rowStart + start + distance + index]!, start + distance + index, block);
      }
    }
  }
}

const floatOf = (bits: number): number => new Float32Array(new Uint32Array([bits]).buffer)[0]!;
