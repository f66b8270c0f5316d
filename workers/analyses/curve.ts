/**
 * Trains the bend of a curve, then measures the loss along the curve and along the straight line.
 *
 * Batch-norm statistics of a step are those of its own samples at its own place, held still while the gradient is taken; along the curve
 * they are recomputed over all samples at every place. Kept while it runs: the bend, its velocity and the losses, from which anybody goes on.
 * What computes is in curveMeans.ts.
 */
import { digestOf } from '#lib/digest.ts';
import { toJsonNumber } from '#lib/analysis/requests/jsonNumber.ts';
import { CURVE_PLACES } from '#lib/analysis/requests/curve.ts';
import { straightState, trainCurve, type CurveState } from '#lib/analysis/curveTraining.ts';
import { writeVectorFile } from '#lib/formats/vectorFile.ts';
import { checkpointIndex, firstOf } from '#lib/network/subject.ts';
import { curveMeans } from './curveMeans.ts';
import { keptBroken, readKept, writeKept } from './keptState.ts';
import type { UnitJob, UnitRun } from './unitRun.ts';

/** Numbers of the strip of losses. */
const STRIP = 200;

const PLACES = Array.from({ length: CURVE_PLACES }, (_, place) => place / (CURVE_PLACES - 1));

export const curveRun: UnitRun<'curve'> = {
  engine: 'float64 on the processor',
  async *run(job) {
    const { request, subject, kept } = job;
    const { manifest, checkpoints } = subject;
    const [start, end] = [checkpointIndex(manifest, request.from), checkpointIndex(manifest, request.to)];
    const ends = { from: checkpoints[start]!, to: checkpoints[end]! };
    const samples = firstOf(subject.sets.train, request.samples);
    const middle = straightState(ends).bend;
    const state = kept ? readState(kept, job) : straightState(ends);
    const save = () => writeState(state, job);
    const means = await curveMeans(job, samples, middle);
    try {
      // What is measured at the end takes part of the time as well.
      const measuring = (2 * CURVE_PLACES * samples.count) / (3 * request.steps * Math.min(request.batch, samples.count) + 2 * CURVE_PLACES * samples.count);
      for await (const _ of trainCurve(ends, request, samples.count, means.gradientOf, state)) {
        yield { share: (1 - measuring) * (state.losses.length / request.steps), live: thinned(state.losses), state: save };
      }
      const measured: number[] = [];
      for (const bend of [state.bend, middle]) {
        for await (const loss of means.lossesAlong(bend, PLACES)) {
          yield { share: 1 - measuring * (1 - measured.length / (2 * CURVE_PLACES)), live: thinned(state.losses), state: save };
          if (loss !== null) measured.push(loss);
        }
      }
      const title = `Bend from ${titleOf(request.from)} to ${titleOf(request.to)}`;
      const file = writeVectorFile({ kind: 'point', subject: subject.id, title, made: request, values: Float32Array.from(state.bend) });
      const [along, straight] = [measured.slice(0, CURVE_PLACES), measured.slice(CURVE_PLACES)].map((losses) => losses.map(toJsonNumber));
      return { unit: { bend: digestOf(file), losses: thinned(state.losses).map(toJsonNumber), along: along!, straight: straight! }, files: [file], engine: means.title };
    } finally {
      means.dispose();
    }

    function titleOf(id: string): string {
      return manifest.checkpoints.find((each) => each.id === id)!.title;
    }
  },
};

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
