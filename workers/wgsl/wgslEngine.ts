/**
 * The tile engine on WebGPU: our own shaders on the device that TensorFlow.js has, for all points of a tile at once.
 *
 * It refuses what it has no shader for; operators take it. Rules X1–X7 in docs/SPEC.md; why it is there in docs/decisions/007-our-own-shaders.md.
 */
import type { EvaluationMode } from '#lib/network/forward.ts';
import type { OpenBackend } from '#workers/backend.ts';
import type { Engine, EvaluationJob, PreparedSlice } from '#workers/evaluator.ts';
import { createGpuGuard } from '#workers/gpuGuard.ts';
import { withoutImpossible } from '#workers/operators/movedStatistics.ts';
import type { Pace } from '#workers/pace.ts';
import { DeviceMemory } from './deviceMemory.ts';
import { createPipelines } from './pipelines.ts';
import type { Plan } from './plan.ts';
import { lacking, planOf } from './planner.ts';
import { Prepared, type Shape } from './prepared.ts';
import type { ProductTile } from './products.ts';
import { WorkQueue } from './queue.ts';
import { blockSets, checkSamples } from './sampleBlocks.ts';
import { cutOf, type Cut } from './sizes.ts';
import { probeTiles } from './tileProbe.ts';
import { WgslSlice } from './wgslSlice.ts';

/** Up to here the loss of every sample is read back; beyond, sums of 64, so that float32 adds up few numbers. */
const MOST_SINGLE_SAMPLES = 2048;
/** Points of a tile, and the centre; more are computed in turns. Fewer where their results would take more than this. */
const MOST_ROWS = 257;
const RESULT_BYTES = 2 ** 25;
/** Floats that the first layer's products of all samples may take. */
const PRODUCT_FLOATS = 2 ** 26;

export type WgslOptions = {
  /** Instead of the quickest, for tests of every family. */
  readonly tile?: ProductTile;
};

/** @throws where the backend has no device, or a shader is refused */
export async function createWgslEngine(open: OpenBackend, pace: Pace, options: WgslOptions = {}): Promise<Engine> {
  const { device } = open;
  if (!device) throw new Error('the tile engine needs a WebGPU device');
  const memory = new DeviceMemory(device);
  const pipelines = createPipelines(device);
  const guard = open.guard ?? createGpuGuard(device);
  const turns = new Turns();
  const slices = new Set<WgslSlice>();
  const { tile, rate } = await guarded(() => probeTiles(memory, pipelines, options.tile));
  const queue = new WorkQueue(device, pace, open.isSoftwareAdapter, rate);
  const title = `WGSL tile engine on ${open.title}`;
  const bindingFloats = Math.floor(Math.min(device.limits.maxStorageBufferBindingSize, device.limits.maxBufferSize) / 4);

  /** Runs `work` inside error scopes, which are one stack for the whole device. */
  async function guarded<T>(work: () => Promise<T>): Promise<T> {
    guard.open();
    let made: T;
    try {
      made = await work();
    } catch (error) {
      await guard.close();
      throw error;
    }
    await guard.close();
    return made;
  }

  function cut(plan: Plan, { sets }: EvaluationJob): Cut {
    const load = { rows: Math.max(...plan.slots), inputRows: plan.setup ? 3 * plan.setup.product.to.rows : plan.inputRows, theta: plan.packed.length, cost: plan.largestCost };
    const most = Math.max(...sets.map(({ samples }) => samples.count));
    return cutOf(most, load, { tableFloats: open.activationFloats, bindingFloats, dispatchCost: queue.quantum });
  }

  function planFor({ network, sets }: EvaluationJob): Plan {
    const plan = planOf(network, true);
    const samples = sets.reduce((sum, each) => sum + each.samples.count, 0);
    return plan.setup && 3 * plan.setup.product.to.rows * samples > PRODUCT_FLOATS ? planOf(network, false) : plan;
  }

  async function prepared(job: EvaluationJob): Promise<PreparedSlice> {
    const plan = planFor(job);
    for (const { samples } of job.sets) checkSamples(samples, plan.vocabulary, plan.output.rows, job.loss);
    const { samples, points } = cut(plan, job);
    const blocked = blockSets(job.sets, samples);
    const sums = job.sets.some((set) => set.samples.count > MOST_SINGLE_SAMPLES);
    const rows = Math.max(2, Math.min(MOST_ROWS, Math.floor(RESULT_BYTES / 4 / blocked.row)));
    const shape: Shape = { blocked, pointsPerBatch: Math.min(points, rows), rows, sums };
    queue.beginSmall();
    const kept = await Prepared.of({ memory, pipelines, tile }, plan, job, shape, queue);
    const slice = new WgslSlice(title, kept, shape, device!, queue, guard, pace);
    try {
      await slice.keepCanary();
    } catch (error) {
      slice.dispose();
      throw error;
    }
    slices.add(slice);
    return {
      title,
      outputs: (point) => turns.take(() => slice.outputs(point)),
      evaluate: (given, signal) => turns.take(async () => withoutImpossible(job, given, await slice.evaluate(given, signal))),
      dispose() {
        slices.delete(slice);
        slice.dispose();
      },
    };
  }

  return {
    kind: 'tile',
    title,
    refuses(job) {
      const lacks = lackingMode(job.mode) ?? lacking(job.network);
      if (lacks !== null) return lacks;
      const plan = planOf(job.network, true);
      const largest = Math.max(plan.packed.length, plan.setup ? 3 * plan.setup.packed.length : 0, 4 * Math.max(...plan.slots), 4 * plan.inputRows);
      return largest > bindingFloats ? `this device binds ${bindingFloats} numbers at a time, and ${job.network.id} needs ${largest}` : null;
    },
    prepare: (job) => turns.take(() => guarded(() => prepared(job))),
    held: () => memory.held(),
    async dispose() {
      for (const slice of slices) slice.dispose();
      slices.clear();
    },
  };
}

function lackingMode(mode: EvaluationMode | undefined): string | null {
  if (mode && mode.dropout !== null) return 'it has no dropout';
  return mode && mode.batchNorm.policy !== 'stored' ? 'it has only stored batch-norm statistics' : null;
}

/** Work that must not overlap, in the order it came. */
class Turns {
  private last: Promise<unknown> = Promise.resolve();

  take<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.last.then(work);
    this.last = mine.catch(() => {});
    return mine;
  }
}
