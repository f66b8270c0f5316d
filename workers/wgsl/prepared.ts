/**
 * Everything a slice keeps on the device: vectors, samples, scratch memory, and every dispatch made ready.
 *
 * After this nothing is uploaded but the coordinates of points. It does not run anything but the first layer's products.
 */
import type { EvaluationJob } from '#workers/evaluator.ts';
import type { DeviceMemory } from './deviceMemory.ts';
import { costOf, type Operation, type Plan, type Source } from './plan.ts';
import { affineShader, lossShader, sumsShader, SUMMED, thetaShader, UNWRITTEN } from './pointShaders.ts';
import { BATCH_STRIDE, type Pipelines } from './pipelines.ts';
import { productShader, type ProductTile } from './products.ts';
import type { Dispatch, WorkQueue } from './queue.ts';
import { rowShader } from './rowShaders.ts';
import { inputsOf, runsOf, targetsOf, type BlockedSets, type SampleBlock } from './sampleBlocks.ts';
import { GROUP, type Read, type Shader, type Sizes } from './shader.ts';
import { affineParts, packedBasis, type Basis } from './vectors.ts';

export type Kit = { readonly memory: DeviceMemory; readonly pipelines: Pipelines; readonly tile: ProductTile };

export type Shape = { readonly blocked: BlockedSets; readonly pointsPerBatch: number; /** Rows of results. */ readonly rows: number; readonly sums: boolean };

export type PreparedBlock = { readonly block: SampleBlock; readonly place: GPUBindGroup; readonly dispatches: readonly Dispatch[] };

const STORAGE = (): GPUBufferUsageFlags => GPUBufferUsage.STORAGE;

export class Prepared {
  /** Coefficients of origin and directions of every point of a tile. */
  readonly points: GPUBuffer;
  /** What is read back: losses and correct answers of every sample, or their sums. */
  readonly results: GPUBuffer;
  readonly resultsRow: number;
  private unwritten!: GPUBuffer;
  /** Of every sample, where sums of them are the results. */
  private losses: GPUBuffer | null = null;
  private readback!: GPUBuffer;
  private outputs!: GPUBuffer;
  /** Once for a batch of points. */
  start: readonly Dispatch[] = [];
  blocks: readonly PreparedBlock[] = [];
  private readonly kit: Kit;
  private readonly plan: Plan;
  private readonly shape: Shape;
  private readonly buffers: GPUBuffer[] = [];

  private constructor(kit: Kit, plan: Plan, shape: Shape) {
    const { blocked, rows, sums } = shape;
    this.kit = kit;
    this.plan = plan;
    this.shape = shape;
    this.resultsRow = sums ? blocked.sumsRow : blocked.row;
    this.points = this.take(16 * Math.max(rows, 3), STORAGE() | GPUBufferUsage.COPY_DST, 'points');
    this.results = this.take(4 * rows * this.resultsRow, STORAGE() | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST, 'results');
  }

  /** @throws DeviceFault where a shader is refused */
  static async of(kit: Kit, plan: Plan, job: EvaluationJob, shape: Shape, queue: WorkQueue): Promise<Prepared> {
    const prepared = new Prepared(kit, plan, shape);
    try {
      await prepared.fill(job, queue);
      return prepared;
    } catch (error) {
      prepared.dispose();
      throw error;
    }
  }

  dispose(): void {
    for (const buffer of this.buffers.splice(0)) this.kit.memory.give(buffer);
  }

  /** What nothing has written is told from what was computed. */
  clear(queue: WorkQueue, rows: number): void {
    queue.copy(this.unwritten, this.results, 4 * rows * this.resultsRow);
    if (this.losses) queue.copy(this.unwritten, this.losses, 4 * rows * this.shape.blocked.row);
  }

  async read(queue: WorkQueue, rows: number): Promise<Uint32Array> {
    const bytes = 4 * rows * this.resultsRow;
    queue.copy(this.results, this.readback, bytes);
    await queue.settle();
    await this.readback.mapAsync(GPUMapMode.READ, 0, bytes);
    const values = new Uint32Array(this.readback.getMappedRange(0, bytes).slice(0));
    this.readback.unmap();
    return values;
  }

  /** Numbers that the network gives for a sample. */
  get outputWidth(): number {
    return this.plan.output.rows;
  }

  /** [outputs, 4 · fours] of the block and the point that were dispatched last. */
  async readOutputs(queue: WorkQueue, fours: number): Promise<Float32Array> {
    const bytes = 16 * fours * this.outputWidth;
    const readback = this.take(bytes, GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST, 'outputs');
    try {
      queue.copy(this.outputs, readback, bytes);
      await queue.settle();
      await readback.mapAsync(GPUMapMode.READ);
      return new Float32Array(readback.getMappedRange().slice(0));
    } finally {
      this.giveBack(readback);
    }
  }

  private async fill(job: EvaluationJob, queue: WorkQueue): Promise<void> {
    const { plan, shape } = this;
    const { blocked, pointsPerBatch, rows, sums } = shape;
    if (sums) this.losses = this.take(4 * rows * blocked.row, STORAGE() | GPUBufferUsage.COPY_DST, 'losses');
    this.unwritten = this.take(4 * rows * Math.max(blocked.row, blocked.sumsRow), GPUBufferUsage.COPY_SRC, 'unwritten', true);
    new Uint32Array(this.unwritten.getMappedRange()).fill(UNWRITTEN);
    this.unwritten.unmap();
    this.readback = this.take(this.results.size, GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST, 'read-back');
    const batches = this.batches(Math.ceil((rows - 1) / pointsPerBatch), pointsPerBatch);
    const sizes: Sizes = { theta: plan.packed.length, channels: plan.channels.length };
    const theta = this.take(4 * pointsPerBatch * sizes.theta, STORAGE(), 'theta');
    const affine = this.take(8 * pointsPerBatch * sizes.channels, STORAGE(), 'affine');
    const most = 4 * Math.max(...blocked.blocks.map(({ fours }) => fours));
    const { source } = plan.output;
    if (source.kind !== 'slot') throw new Error('the network has no layers');
    const slots = plan.slots.map((slotRows, slot) => this.take(4 * pointsPerBatch * slotRows * most, STORAGE() | (slot === source.slot ? GPUBufferUsage.COPY_SRC : 0), `slot ${slot}`));
    this.outputs = slots[source.slot]!;

    const start: Dispatch[] = [];
    if (sizes.theta > 0) start.push(await this.theta(packedBasis(job, plan.packed), theta));
    if (sizes.channels > 0) {
      const parts = this.filled(affineParts(job, plan.channels), 'affine parts');
      start.push(await this.dispatch(affineShader(sizes.channels), [{ buffer: parts }, { buffer: affine }], Math.ceil(sizes.channels / GROUP), 20 * sizes.channels));
    }
    this.start = start;

    const places = blocked.blocks.map((block) => ({ block, place: this.place(block, batches) }));
    const inputs = await this.inputs(job, queue, places);
    const losses = this.losses ?? this.results;
    const shaders = plan.operations.map((operation) => ({ operation, shader: shaderOf(operation, this.kit.tile, sizes) }));
    const loss = lossShader(job.loss, plan.output.rows);
    // Compiled side by side, not one after the other.
    await Promise.all([...shaders.map(({ shader }) => this.kit.pipelines.compile(shader.code, shader.reads.length)), this.kit.pipelines.compile(loss, 2)]);
    const blocks: PreparedBlock[] = [];
    for (const [index, { block, place }] of places.entries()) {
      const bufferOf = (read: Read): GPUBufferBinding => {
        if (read.kind === 'theta') return { buffer: theta, offset: 4 * read.at };
        if (read.kind === 'affine') return { buffer: affine, offset: 8 * read.at };
        return { buffer: read.kind === 'slot' ? slots[read.slot]! : inputs[index]! };
      };
      const dispatches: Dispatch[] = [];
      for (const { operation, shader } of shaders) dispatches.push(await this.operation(operation, shader, block, bufferOf));
      const targets = this.filled(targetsOf(blocked.sets[block.set]!.samples, block), 'targets');
      dispatches.push(await this.dispatch(loss, [bufferOf(plan.output.source), { buffer: targets }, { buffer: losses }], Math.ceil(block.fours / GROUP), 40 * block.fours * plan.output.rows));
      if (sums) dispatches.push(await this.dispatch(sumsShader(), [{ buffer: losses }, { buffer: this.results }], Math.ceil(runsOf(block) / GROUP), SUMMED * runsOf(block)));
      blocks.push({ block, place, dispatches });
    }
    this.blocks = blocks;
  }

  /** The samples of every block, or in their place the first layer's three products with them. */
  private async inputs(job: EvaluationJob, queue: WorkQueue, places: readonly { readonly block: SampleBlock; readonly place: GPUBindGroup }[]): Promise<readonly GPUBuffer[]> {
    const { setup, inputRows } = this.plan;
    const samplesOf = (block: SampleBlock): GPUBuffer => this.filled(inputsOf(job.sets[block.set]!.samples, block, inputRows), 'inputs');
    if (!setup) return places.map(({ block }) => samplesOf(block));
    const sizes: Sizes = { theta: setup.packed.length, channels: 0 };
    const basis = packedBasis(job, setup.packed);
    const theta = this.take(12 * sizes.theta, STORAGE(), 'first layer');
    const build = await this.theta(basis, theta);
    const shader = productShader(setup.product, this.kit.tile, sizes);
    // Three points: the origin alone, and each direction alone.
    this.kit.memory.device.queue.writeBuffer(this.points, 0, new Float32Array([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0]));
    await queue.dispatch(build, 3, places[0]!.place, 0);
    const made: GPUBuffer[] = [];
    for (const { block, place } of places) {
      const samples = samplesOf(block);
      const products = this.take(12 * setup.product.to.rows * 4 * block.fours, STORAGE(), 'products');
      await queue.dispatch(await this.operation(setup.product, shader, block, (read) => ({ buffer: read.kind === 'theta' ? theta : read.kind === 'products' ? products : samples })), 3, place, 0);
      await queue.settle();
      this.giveBack(samples);
      made.push(products);
    }
    this.giveBack(theta);
    return made;
  }

  private operation(operation: Operation, { code, reads, writes, workgroups }: Shader, { fours }: SampleBlock, bufferOf: (read: Source | Read) => GPUBufferBinding): Promise<Dispatch> {
    return this.dispatch(code, [...reads.map(bufferOf), bufferOf(writes)], workgroups(fours), costOf(operation) * 4 * fours);
  }

  private async theta([origin, first, second]: Basis, theta: GPUBuffer): Promise<Dispatch> {
    const { length } = origin;
    const vectors = [this.filled(origin, 'origin'), this.filled(first, 'first direction'), this.filled(second, 'second direction')];
    return this.dispatch(thetaShader(length), [...vectors, theta].map((buffer) => ({ buffer })), Math.ceil(length / 4 / GROUP), 3 * length);
  }

  private async dispatch(code: string, buffers: readonly GPUBufferBinding[], workgroups: number, cost: number): Promise<Dispatch> {
    const pipeline = await this.kit.pipelines.compile(code, buffers.length - 1);
    return { pipeline, group: this.kit.pipelines.bind(buffers), workgroups, cost };
  }

  private place({ fours, count, at, sumsAt }: SampleBlock, batches: GPUBuffer): GPUBindGroup {
    const block = this.keep(this.kit.memory.filled(new Uint32Array([fours, count, at, sumsAt]), GPUBufferUsage.UNIFORM, 'block'));
    return this.kit.pipelines.bindPlace(this.points, block, batches);
  }

  /** The centre alone in the first row, then batches of points. */
  private batches(count: number, points: number): GPUBuffer {
    const { row, sumsRow } = this.shape.blocked;
    const records = new Uint32Array(((count + 1) * BATCH_STRIDE) / 4);
    for (let batch = 0; batch <= count; batch++) records.set([batch === 0 ? 0 : 1 + (batch - 1) * points, row, sumsRow, 0], (batch * BATCH_STRIDE) / 4);
    return this.keep(this.kit.memory.filled(records, GPUBufferUsage.UNIFORM, 'batches'));
  }

  private filled(values: Float32Array, label: string): GPUBuffer {
    return this.keep(this.kit.memory.filled(values, STORAGE(), label));
  }

  private take(bytes: number, usage: GPUBufferUsageFlags, label: string, isMapped = false): GPUBuffer {
    return this.keep(this.kit.memory.take(bytes, usage, label, isMapped));
  }

  private keep(buffer: GPUBuffer): GPUBuffer {
    this.buffers.push(buffer);
    return buffer;
  }

  private giveBack(buffer: GPUBuffer): void {
    this.buffers.splice(this.buffers.indexOf(buffer), 1);
    this.kit.memory.give(buffer);
  }
}

export const shaderOf = (operation: Operation, tile: ProductTile, sizes: Sizes): Shader =>
  operation.kind === 'product' ? productShader(operation, tile, sizes) : rowShader(operation, sizes);
