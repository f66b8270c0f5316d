/**
 * The float64 reference: runs a layer program in plain JavaScript, and says what is true.
 *
 * Probes of volunteers' results, the reference cases and the precomputed pictures all come from here. It knows no slices.
 * Activations are [samples, ...shape], row-major. Rules N1–N7 and M2–M6 in docs/SPEC.md.
 */
import { batchesOf, type Batch } from './batches.ts';
import { layoutOf } from './layout.ts';
import { isClassification, isCorrect, lossOfSample, type LossName } from './loss.ts';
import type { Network } from './program.ts';
import { outputShapeOf, sizeOf } from './shapes.ts';
import { stagesOf } from './stages.ts';
import { Scratch } from './stages/scratch.ts';
import type { Pass } from './stages/stage.ts';
import type { Samples, SetName } from './subject.ts';

/** Samples whose inputs may also be doubles, which the reference cases need. */
export type AnySamples = Omit<Samples, 'inputs'> & { readonly inputs: Float32Array | Float64Array };

/** Doubles of activations that one block of samples may fill: 4 MiB, which stays in the cache of a core. */
const BLOCK_DOUBLES = 2 ** 19;
const MAX_BLOCK = 256;

/** What batch norm and dropout do in one run; stored statistics and no dropout where absent. */
export type RunMode = {
  /** Samples per batch where each is normalised by its own statistics. */
  readonly batch?: number | undefined;
  /** The set says which mask the samples have. */
  readonly dropout?: { readonly seed: number; readonly set: SetName } | null | undefined;
};

/** Runs one network again and again at different parameters; keeps its scratch memory between runs. */
export type Forward = {
  /** Outputs per sample. */
  readonly width: number;
  /** Outputs [samples, width]. Sets neither parameters nor samples. */
  readonly run: (parameters: Float64Array, buffers: ArrayLike<number>, samples: AnySamples, mode?: RunMode) => Float64Array;
  /** Batch-norm statistics measured over batches of training samples, as EvaluationMode says; where no layer uses one, it is as in `buffers`. */
  readonly statistics: (parameters: Float64Array, buffers: ArrayLike<number>, samples: AnySamples, batch: number, dropout: EvaluationMode['dropout']) => Float64Array;
};

/** @throws when the program does not fit its tensors */
export function forwardOf(network: Network): Forward {
  const layout = layoutOf(network);
  let activations = sizeOf(network.input_shape_chw);
  const shape = outputShapeOf(network, (_step, _input, output) => (activations += sizeOf(output)));
  const width = sizeOf(shape);
  const inputSize = sizeOf(network.input_shape_chw);
  const block = Math.max(1, Math.min(MAX_BLOCK, Math.floor(BLOCK_DOUBLES / activations / 2) * 2));
  const scratch = new Scratch();
  const stage = stagesOf(network.program, network.input_shape_chw, layout, scratch);

  function checked(parameters: Float64Array, buffers: ArrayLike<number>): Float64Array {
    if (parameters.length !== layout.size) throw new Error(`${parameters.length} parameters, ${network.id} has ${layout.size}`);
    if (buffers.length !== layout.bufferSize) throw new Error(`${buffers.length} statistics, ${network.id} has ${layout.bufferSize}`);
    return Float64Array.from(buffers);
  }

  /** Runs the stages batch by batch and hands on the outputs of each, which the next overwrites. */
  function passes(samples: AnySamples, batches: readonly Batch[], passOf: (first: number) => Pass, use: (outputs: Float64Array, batch: Batch) => void): void {
    for (const batch of batches) {
      const { start, count } = batch;
      const input = scratch.take(count * inputSize);
      input.set(samples.inputs.subarray(start * inputSize, (start + count) * inputSize));
      const made = stage(input, count, passOf(start));
      use(made.subarray(0, count * width), batch);
      if (made !== input) scratch.give(made);
      scratch.give(input);
    }
  }

  return {
    width,
    run: (parameters, given, samples, { batch, dropout } = {}) => {
      const buffers = checked(parameters, given);
      const batchStatistics = batch === undefined ? null : 'unnoted';
      const outputs = new Float64Array(samples.count * width);
      const passOf = (first: number): Pass => ({ parameters, buffers, batchStatistics, dropout: maskOf(dropout ?? null, dropout?.set ?? 'train', first) });
      passes(samples, batchesOf(samples.count, batch ?? block), passOf, (made, { start }) => outputs.set(made, start * width));
      return outputs;
    },
    statistics: (parameters, given, samples, batch, dropout) => {
      const buffers = checked(parameters, given);
      const batchStatistics = { sums: new Float64Array(buffers.length), weights: new Float64Array(buffers.length) };
      const passOf = (first: number): Pass => ({ parameters, buffers, batchStatistics, dropout: maskOf(dropout, 'train', first) });
      passes(samples, batchesOf(samples.count, batch), passOf, () => {});
      return buffers.map((value, index) => (batchStatistics.weights[index] === 0 ? value : batchStatistics.sums[index]! / batchStatistics.weights[index]!));
    },
  };
}

const maskOf = (dropout: EvaluationMode['dropout'], set: SetName, first: number): Pass['dropout'] =>
  dropout && { seed: dropout.seed, set: set === 'train' ? 0 : 1, first };

/** Outputs [samples, width] of one network once; `forwardOf` is the way for many points. */
export const forward = (network: Network, parameters: Float64Array, buffers: ArrayLike<number>, samples: AnySamples, mode?: RunMode): Float64Array =>
  forwardOf(network).run(parameters, buffers, samples, mode);

/**
 * A mode with the samples it needs. `stored` statistics are whatever buffers the caller gives, moved or not.
 * Recomputed statistics are the average over fixed batches, in file order, of each batch's means and unbiased variances, weighted by
 * the batch's size (Garipov et al. 2018; with equal batches PyTorch's cumulative average); a last batch of one sample is joined to
 * the one before (batches.ts). In that pass each batch is normalised by its own biased variance, and dropout, where it is on, has the
 * masks of the training set. With `batch`, every set is cut into such batches, each normalised by its own biased variance.
 */
export type EvaluationMode = {
  readonly batchNorm:
    | { readonly policy: 'stored' }
    | { readonly policy: 'recomputed'; readonly samples: AnySamples; readonly batch: number }
    | { readonly policy: 'batch'; readonly batch: number };
  /** Null for off. Masks are those of dropoutMask in dropout.ts. */
  readonly dropout: { readonly seed: number } | null;
};

export const STORED_MODE: EvaluationMode = { batchNorm: { policy: 'stored' }, dropout: null };

export type EvaluationSubject = {
  readonly network: Network;
  readonly loss: LossName;
  /** Stored statistics and no dropout where absent. */
  readonly mode?: EvaluationMode | undefined;
  /** Batch-norm statistics in buffer order; empty for a network without. */
  readonly buffers: ArrayLike<number>;
  readonly sets: readonly { readonly set: SetName; readonly samples: AnySamples }[];
};

export type SetTruth = { readonly set: SetName; readonly samples: number; readonly lossSum: number; /** Σℓ². */ readonly lossSquares: number; readonly correct: number };

/** The loss of every sample of a set, in file order. */
export type SetLosses = { readonly set: SetName; readonly losses: Float64Array; readonly correct: number };

/** The loss of every sample at one θ, in float64. `reuse` saves building the interpreter for every point. */
export function lossesAt(job: EvaluationSubject, parameters: Float64Array, reuse: Forward = forwardOf(job.network)): readonly SetLosses[] {
  const { batchNorm, dropout } = job.mode ?? STORED_MODE;
  const buffers = batchNorm.policy === 'recomputed' ? reuse.statistics(parameters, job.buffers, batchNorm.samples, batchNorm.batch, dropout) : job.buffers;
  const batch = batchNorm.policy === 'batch' ? batchNorm.batch : undefined;
  return job.sets.map(({ set, samples }) => {
    const outputs = reuse.run(parameters, buffers, samples, { batch, dropout: dropout && { ...dropout, set } });
    const losses = new Float64Array(samples.count);
    let correct = 0;
    for (let row = 0; row < samples.count; row++) {
      const target = samples.targets[row]!;
      losses[row] = lossOfSample(job.loss, outputs, row, reuse.width, target);
      if (isClassification(job.loss) && isCorrect(outputs, row, reuse.width, target)) correct++;
    }
    return { set, losses, correct };
  });
}

/** The sums over every set at one θ, in float64; `reuse` as in lossesAt. */
export function evaluateAt(job: EvaluationSubject, parameters: Float64Array, reuse?: Forward): readonly SetTruth[] {
  return lossesAt(job, parameters, reuse).map(({ set, losses, correct }) => {
    let [lossSum, lossSquares] = [0, 0];
    for (const loss of losses) {
      lossSum += loss;
      lossSquares += loss * loss;
    }
    return { set, samples: losses.length, lossSum, lossSquares, correct };
  });
}
