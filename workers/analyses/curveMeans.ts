/**
 * What a curve's training and measuring are made with: losses and gradients on the device, checked against float64 before use, or in float64
 * where a step costs less than a device takes to begin, or no device gets the derivatives right.
 *
 * It knows no training: workers/analyses/curve.ts does.
 */
import type { BatchGradient } from '#lib/analysis/curveTraining.ts';
import { runsOnDevice, STATISTICS_BATCH } from '#lib/analysis/requests/curve.ts';
import { costOfSample } from '#lib/network/cost.ts';
import { gradientAt } from '#lib/network/derivatives/derivatives.ts';
import { evaluateAt, forwardOf, type EvaluationMode } from '#lib/network/forward.ts';
import { checkpointIndex, firstOf, type Samples } from '#lib/network/subject.ts';
import { placeOnCurve } from '#lib/slice/curve.ts';
import { NoEngine } from '#workers/chosenEvaluator.ts';
import { WrongNumbers } from '#workers/centreCheck.ts';
import { compare } from '#workers/curvature/checkedCurvature.ts';
import { sampleBlocks } from './sampleBlocks.ts';
import type { UnitJob } from './unitRun.ts';

export type CurveMeans = {
  /** What computes, in words. */
  readonly title: string;
  readonly gradientOf: BatchGradient;
  /** The mean loss at places of a curve, one after the other; yields null where it can be stopped in between. */
  readonly lossesAlong: (bend: ArrayLike<number>, places: readonly number[]) => AsyncGenerator<number | null, void, void>;
  readonly dispose: () => void;
};

/** What both ways need. */
type Setting = { readonly job: UnitJob<'curve'>; readonly samples: Samples; readonly buffers: ArrayLike<number>; readonly middle: Float64Array; readonly from: Float32Array; readonly to: Float32Array };

/** Multiply-adds of the float64 gradient that a device's own is compared with, three passes for one forward. */
const TRUTH_COST = 3e8;
/** A batch of fewer has hardly statistics of its own. */
const [LEAST_SAMPLES, MOST_SAMPLES] = [4, 8];

/** @param middle where training begins @throws what a device says that fails while it is checked */
export async function curveMeans(job: UnitJob<'curve'>, samples: Samples, middle: Float64Array): Promise<CurveMeans> {
  const { request, subject, device } = job;
  const [start, end] = [checkpointIndex(subject.manifest, request.from), checkpointIndex(subject.manifest, request.to)];
  const setting = { job, samples, middle, buffers: subject.buffers[start]!, from: subject.checkpoints[start]!, to: subject.checkpoints[end]! };
  if (!runsOnDevice(request, subject.manifest)) return inFloat64(setting, 'float64 on the processor');
  try {
    return await onDevice(setting, await device());
  } catch (error) {
    if (!(error instanceof NoEngine)) throw error;
    return inFloat64(setting, `float64 on the processor, because ${error.message}`);
  }
}

function inFloat64({ job: { request, subject }, samples, buffers, from, to }: Setting, title: string): CurveMeans {
  const { network } = subject.manifest;
  const { loss } = request;
  const forward = forwardOf(network);
  const statisticsAt = (parameters: Float64Array, of: Samples, batch: number) => (buffers.length > 0 ? forward.statistics(parameters, buffers, of, batch, null) : buffers);
  return {
    title,
    gradientOf: (parameters, chosen) => {
      const batch = picked(samples, chosen);
      return gradientAt({ network, loss, buffers: statisticsAt(parameters, batch, batch.count), samples: batch }, parameters);
    },
    async *lossesAlong(bend, places) {
      for (const place of places) {
        const [alpha, beta] = placeOnCurve(request.shape, place);
        const parameters = Float64Array.from(from, (value, index) => value + alpha * (to[index]! - value) + beta * (bend[index]! - value));
        const still = statisticsAt(parameters, samples, STATISTICS_BATCH);
        let sum = 0;
        for (const block of sampleBlocks(samples)) {
          sum += evaluateAt({ network, loss, buffers: still, sets: [{ set: 'train', samples: block }] }, parameters, forward)[0]!.lossSum;
          yield null;
        }
        yield sum / samples.count;
      }
    },
    dispose: () => {},
  };
}

/** @throws NoEngine where the device's gradients are not those of float64 */
async function onDevice({ job: { request, subject }, samples, buffers, middle, from, to }: Setting, evaluator: Awaited<ReturnType<UnitJob<'curve'>['device']>>): Promise<CurveMeans> {
  const { network } = subject.manifest;
  const { loss, shape } = request;
  const curvature = await evaluator.differentiate({ network, loss, buffers, samples: firstOf(samples, Math.min(samples.count, MOST_SAMPLES)) }, middle);
  try {
    await checkOwnStatistics();
  } catch (error) {
    curvature.dispose();
    throw error;
  }
  return {
    title: curvature.title,
    gradientOf: (parameters, chosen) => curvature.gradientOver(picked(samples, chosen), parameters),
    async *lossesAlong(bend, places) {
      const towards = (end: ArrayLike<number>): Float32Array => from.map((value, index) => end[index]! - value);
      const mode: EvaluationMode | undefined = buffers.length > 0 ? { batchNorm: { policy: 'recomputed', samples, batch: Math.min(STATISTICS_BATCH, samples.count) }, dropout: null } : undefined;
      const slice = await evaluator.prepare({ network, loss, mode, origin: from, directions: [towards(to), towards(bend)], buffers: Float32Array.from(buffers), sets: [{ set: 'train', samples }] });
      try {
        for (const place of places) {
          const [a, b] = placeOnCurve(shape, place);
          yield (await slice.evaluate([{ a, b }])).sets[0]!.lossSum[0]! / samples.count;
        }
      } finally {
        slice.dispose();
      }
    },
    dispose: () => curvature.dispose(),
  };

  /** Batch norm with the statistics of a batch is what training does, and what `differentiate` has not compared. */
  async function checkOwnStatistics(): Promise<void> {
    if (buffers.length === 0) return;
    const few = firstOf(samples, Math.min(samples.count, MOST_SAMPLES, Math.max(LEAST_SAMPLES, Math.floor(TRUTH_COST / 3 / costOfSample(network)))));
    const theta = middle.map(Math.fround);
    const own = forwardOf(network).statistics(theta, buffers, few, few.count, null);
    try {
      compare('a gradient of a batch', (await curvature.gradientOver(few, theta)).gradient, gradientAt({ network, loss, buffers: own, samples: few }, theta).gradient);
    } catch (error) {
      throw error instanceof WrongNumbers ? new NoEngine(`${curvature.title} ${error.message}`) : error;
    }
  }
}

function picked({ inputs, targets, count }: Samples, chosen: readonly number[]): Samples {
  const width = inputs.length / count;
  const made = { count: chosen.length, inputs: new Float32Array(chosen.length * width), targets: new Float32Array(chosen.length) };
  for (const [row, index] of chosen.entries()) {
    made.inputs.set(inputs.subarray(index * width, (index + 1) * width), row * width);
    made.targets[row] = targets[index]!;
  }
  return made;
}
