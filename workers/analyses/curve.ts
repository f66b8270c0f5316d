/**
 * Trains the bend of a curve with gradients in float64, then measures the loss along the curve and along the straight line.
 *
 * Batch-norm statistics of a step are those of its own samples at its own place, held still while the gradient is taken; along the curve
 * they are recomputed over all samples at every place. Kept while it runs: the bend, its velocity and the losses, from which anybody goes on.
 */
import { digestOf } from '#lib/digest.ts';
import { toJsonNumber } from '#lib/analysis/requests/jsonNumber.ts';
import { CURVE_PLACES, movesStatistics, STATISTICS_BATCH } from '#lib/analysis/requests/curve.ts';
import { pointOnCurve, straightState, trainCurve, type CurveState } from '#lib/analysis/curveTraining.ts';
import { writeVectorFile } from '#lib/formats/vectorFile.ts';
import { gradientAt } from '#lib/network/derivatives/derivatives.ts';
import { evaluateAt, forwardOf } from '#lib/network/forward.ts';
import { checkpointIndex, firstOf, type Samples } from '#lib/network/subject.ts';
import { keptBroken, readKept, writeKept } from './keptState.ts';
import { sampleBlocks } from './sampleBlocks.ts';
import type { UnitJob, UnitRun } from './unitRun.ts';

/** Numbers of the strip of losses. */
const STRIP = 200;

export const curveRun: UnitRun<'curve'> = {
  engine: 'float64 on the processor',
  *run(job) {
    const { request, subject, kept } = job;
    const { manifest, checkpoints, buffers } = subject;
    const { network } = manifest;
    const [start, end] = [checkpointIndex(manifest, request.from), checkpointIndex(manifest, request.to)];
    const ends = { from: checkpoints[start]!, to: checkpoints[end]! };
    const samples = firstOf(subject.sets.train, request.samples);
    const forward = forwardOf(network);
    const hasStatistics = movesStatistics(manifest);
    const statisticsAt = (parameters: Float64Array, of: Samples, batch: number) => (hasStatistics ? forward.statistics(parameters, buffers[start]!, of, batch, null) : buffers[start]!);
    const state = kept ? readState(kept, job) : straightState(ends);
    const save = () => writeState(state, job);
    const training = trainCurve(ends, request, samples.count, (parameters, chosen) => {
      const batch = picked(samples, chosen);
      return gradientAt({ network, loss: request.loss, buffers: statisticsAt(parameters, batch, batch.count), samples: batch }, parameters);
    }, state);
    // What is measured at the end takes part of the time as well.
    const measuring = (2 * CURVE_PLACES * samples.count) / (3 * request.steps * Math.min(request.batch, samples.count) + 2 * CURVE_PLACES * samples.count);
    for (const _ of training) yield { share: (1 - measuring) * (state.losses.length / request.steps), live: thinned(state.losses), state: save };

    const measured: number[] = [];
    const point = new Float64Array(state.bend.length);
    const middle = straightState(ends).bend;
    for (const [line, bend] of [state.bend, middle].entries()) {
      for (let place = 0; place < CURVE_PLACES; place++) {
        const parameters = pointOnCurve(request.shape, ends, bend, place / (CURVE_PLACES - 1), point);
        const still = statisticsAt(parameters, samples, STATISTICS_BATCH);
        let sum = 0;
        for (const block of sampleBlocks(samples)) {
          sum += evaluateAt({ network, loss: request.loss, buffers: still, sets: [{ set: 'train', samples: block }] }, parameters, forward)[0]!.lossSum;
          yield { share: 1 - measuring * (1 - (line * CURVE_PLACES + place) / (2 * CURVE_PLACES)), live: thinned(state.losses), state: save };
        }
        measured.push(sum / samples.count);
      }
    }
    const title = `Bend from ${titleOf(request.from)} to ${titleOf(request.to)}`;
    const file = writeVectorFile({ kind: 'point', subject: subject.id, title, made: request, values: Float32Array.from(state.bend) });
    const [along, straight] = [measured.slice(0, CURVE_PLACES), measured.slice(CURVE_PLACES)].map((losses) => losses.map(toJsonNumber));
    return { unit: { bend: digestOf(file), losses: thinned(state.losses).map(toJsonNumber), along: along!, straight: straight! }, files: [file] };

    function titleOf(id: string): string {
      return manifest.checkpoints.find((each) => each.id === id)!.title;
    }
  },
};

function picked({ inputs, targets, count }: Samples, chosen: readonly number[]): Samples {
  const width = inputs.length / count;
  const made = { count: chosen.length, inputs: new Float32Array(chosen.length * width), targets: new Float32Array(chosen.length) };
  for (const [row, index] of chosen.entries()) {
    made.inputs.set(inputs.subarray(index * width, (index + 1) * width), row * width);
    made.targets[row] = targets[index]!;
  }
  return made;
}

/** Means over equal stretches. */
function thinned(losses: readonly number[]): readonly number[] {
  const stretch = Math.ceil(losses.length / STRIP) || 1;
  return Array.from({ length: Math.ceil(losses.length / stretch) }, (_, index) => {
    const part = losses.slice(index * stretch, (index + 1) * stretch);
    return part.reduce((sum, loss) => sum + loss, 0) / part.length;
  });
}

function writeState({ bend, velocity, losses }: CurveState, job: UnitJob<'curve'>): Uint8Array<ArrayBuffer> {
  return writeKept(job, new Map([['bend', bend], ['velocity', velocity], ['losses', Float64Array.from(losses)]]));
}

function readState(bytes: Uint8Array, job: UnitJob<'curve'>): CurveState {
  const arrays = readKept(bytes, job);
  const [bend, velocity, losses] = ['bend', 'velocity', 'losses'].map((name) => arrays.get(name));
  if (!bend || !velocity || bend.length !== velocity.length || !losses || losses.length > job.request.steps) throw keptBroken();
  return { bend, velocity, losses: [...losses] };
}
