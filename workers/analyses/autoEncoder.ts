/**
 * Trains an auto-encoder on the principal scores of checkpoints, then evaluates what it decodes: at every checkpoint and over the grid.
 *
 * Everything in float64. Batch-norm statistics of a decoded point are recomputed over the samples, since nothing decodes them; a checkpoint
 * has its own. Kept while it runs: where the training stands; then the weights, and the losses measured with them so far.
 */
import { decode, encode, trainAutoEncoder, AUTO_ENCODER_DEFAULTS, type AutoEncoder } from '#lib/analysis/autoEncoder.ts';
import { principalComponents } from '#lib/analysis/pca.ts';
import { rowsOf } from '#lib/analysis/requests/checkpointChoice.ts';
import { movesStatistics, STATISTICS_BATCH } from '#lib/analysis/requests/curve.ts';
import { toJsonNumber } from '#lib/analysis/requests/jsonNumber.ts';
import { evaluateAt, forwardOf } from '#lib/network/forward.ts';
import { firstOf } from '#lib/network/subject.ts';
import { begun, keptBroken, readKept, writeKept, type KeptArrays } from './keptState.ts';
import { sampleBlocks } from './sampleBlocks.ts';
import type { UnitJob, UnitRun } from './unitRun.ts';

/** Share of the time that training is said to take. */
const TRAINING = 0.3;
/** Epochs between two numbers of the strip. */
const STRIP = 200;

export const autoEncoderRun: UnitRun<'autoEncoder'> = {
  engine: 'float64 on the processor',
  *run(given) {
    const { request, subject, kept } = given;
    const { manifest, checkpoints, buffers, sets } = subject;
    const chosen = rowsOf(request.of, manifest);
    const { axes, mean, scores, explained } = principalComponents(chosen.map((row) => checkpoints[row]!), chosen.length, true);
    const shape = { inputs: axes.length, latent: AUTO_ENCODER_DEFAULTS.latent, hidden: AUTO_ENCODER_DEFAULTS.hidden };
    const arrays = kept && readKept(kept, given);
    const known = arrays?.has('losses') ? readState(arrays) : null;
    let encoder: AutoEncoder | null = known && { ...shape, scale: known.scale, weights: known.weights };
    if (!encoder) {
      const training = trainAutoEncoder(scores, { seed: request.seed, epochs: request.epochs, from: arrays });
      const errors = [...(arrays?.get('errors') ?? [])];
      let step = begun(training, kept !== null);
      for (; !step.done; step = training.next(true)) {
        const { done, of, relativeError, state } = step.value;
        const save = () => writeKept(given, new Map([...state(), ['errors', Float64Array.from(errors)]]));
        yield { share: (TRAINING * done) / of, live: errors, state: save };
        if (done % Math.ceil(of / STRIP) === 0) errors.push(relativeError);
      }
      encoder = step.value;
    }
    const trained = encoder;

    const samples = firstOf(sets[request.samples.set], request.samples.count);
    const blocks = sampleBlocks(samples);
    const forward = forwardOf(manifest.network);
    const point = new Float64Array(mean.length);
    const places = placesOf(request.side);
    const pictures = scores.map((row) => encode(trained, row));
    // In this order: checkpoints themselves, what they become, the grid.
    const jobs = 2 * chosen.length + places.length;
    const losses = known ? Array.from(known.losses) : [];
    const save = () => writeState(trained, losses, given);
    for (let job = losses.length; job < jobs; job++) {
      const own = job < chosen.length ? chosen[job]! : null;
      if (own !== null) point.set(checkpoints[own]!);
      else writePoint(decode(trained, job < 2 * chosen.length ? pictures[job - chosen.length]! : places[job - 2 * chosen.length]!));
      const still = own !== null || !movesStatistics(manifest) ? buffers[own ?? chosen[0]!]! : forward.statistics(point, buffers[chosen[0]!]!, samples, STATISTICS_BATCH, null);
      let sum = 0;
      for (const block of blocks) {
        sum += evaluateAt({ network: manifest.network, loss: request.loss, buffers: still, sets: [{ set: request.samples.set, samples: block }] }, point, forward)[0]!.lossSum;
        yield { share: TRAINING + ((1 - TRAINING) * job) / jobs, state: save };
      }
      losses.push(sum / samples.count);
    }
    const spread = Math.sqrt(scores.reduce((sum, row) => sum + squares(row), 0) / scores.length);
    const errors = scores.map((row, at) => Math.sqrt(squares(decode(trained, pictures[at]!).map((value, axis) => value - row[axis]!))) / spread);
    return {
      unit: {
        checkpoints: pictures.map((picture, at) => ({
          picture: [...picture],
          error: errors[at]!,
          loss: toJsonNumber(losses[at]!),
          decodedLoss: toJsonNumber(losses[chosen.length + at]!),
        })),
        error: Math.sqrt(squares(errors) / errors.length),
        linearError: Math.sqrt(Math.max(0, 1 - explained.slice(0, 2).reduce((sum, share) => sum + share, 0))),
        surface: losses.slice(2 * chosen.length).map(toJsonNumber),
      },
    };

    function writePoint(score: Float64Array): void {
      point.set(mean);
      for (const [rank, axis] of axes.entries()) for (let index = 0; index < point.length; index++) point[index]! += score[rank]! * axis[index]!;
    }
  },
};

const squares = (values: ArrayLike<number>): number => Array.from(values).reduce((sum, value) => sum + value * value, 0);

/** From −1 to 1 both ways, the first row at the lower end. */
function placesOf(side: number): readonly (readonly [number, number])[] {
  const at = (index: number) => -1 + (2 * index) / (side - 1);
  return Array.from({ length: side * side }, (_, place) => [at(place % side), at(Math.floor(place / side))]);
}

function writeState({ weights, scale }: AutoEncoder, losses: readonly number[], job: UnitJob<'autoEncoder'>): Uint8Array<ArrayBuffer> {
  return writeKept(job, new Map([['weights', weights], ['scale', Float64Array.of(scale)], ['losses', Float64Array.from(losses)]]));
}

function readState(arrays: KeptArrays): { readonly weights: Float64Array; readonly scale: number; readonly losses: Float64Array } {
  const [weights, scale, losses] = ['weights', 'scale', 'losses'].map((name) => arrays.get(name));
  if (!weights || !scale || !losses) throw keptBroken();
  return { weights, scale: scale[0]!, losses };
}
