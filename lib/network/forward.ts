/**
 * The float64 reference: runs a layer program in plain JavaScript, and says what is true.
 *
 * Probes of volunteers' results, the reference cases and the precomputed pictures all come from here.
 * It knows no slices. Activations are [samples, channels, height, width], row-major.
 */
import { layoutOf } from './layout.ts';
import { isClassification, isCorrect, lossOfSample, type LossName } from './loss.ts';
import type { Network } from './program.ts';
import { outputShapeOf, sizeOf } from './shapes.ts';
import { stagesOf, type Weights } from './stages.ts';
import type { Samples, SetName } from './subject.ts';

/** Samples whose inputs may also be doubles, which the reference cases need. */
type AnySamples = Omit<Samples, 'inputs'> & { readonly inputs: Float32Array | Float64Array };

/** Doubles of activations that one block of samples may fill: 4 MiB, which stays in the cache of a core. */
const BLOCK_DOUBLES = 2 ** 19;
const MAX_BLOCK = 256;

/** Runs one network again and again at different parameters; keeps its scratch memory between runs. */
export type Forward = {
  /** Outputs per sample. */
  readonly width: number;
  /** Outputs [samples, width]. Sets neither parameters nor samples. */
  readonly run: (parameters: Float64Array, buffers: ArrayLike<number>, samples: AnySamples) => Float64Array;
};

/** @throws when the program does not fit its tensors */
export function forwardOf(network: Network): Forward {
  const layout = layoutOf(network);
  let activations = sizeOf(network.input_shape_chw);
  const shape = outputShapeOf(network, (_step, _input, output) => (activations += sizeOf(output)));
  const width = sizeOf(shape);
  const inputSize = sizeOf(network.input_shape_chw);
  const block = Math.max(1, Math.min(MAX_BLOCK, Math.floor(BLOCK_DOUBLES / activations / 2) * 2));
  const run = stagesOf(network, block);
  const input = new Float64Array(block * inputSize);

  return {
    width,
    run: (parameters, buffers, samples) => {
      if (parameters.length !== layout.size) throw new Error(`${parameters.length} parameters, ${network.id} has ${layout.size}`);
      if (buffers.length !== layout.bufferSize) throw new Error(`${buffers.length} statistics, ${network.id} has ${layout.bufferSize}`);
      const weights: Weights = { parameters, buffers: Float64Array.from(buffers) };
      const outputs = new Float64Array(samples.count * width);
      for (let start = 0; start < samples.count; start += block) {
        const count = Math.min(block, samples.count - start);
        input.set(samples.inputs.subarray(start * inputSize, (start + count) * inputSize));
        outputs.set(run(input, count, weights).subarray(0, count * width), start * width);
      }
      return outputs;
    },
  };
}

/** Outputs [samples, width] of one network once; `forwardOf` is the way for many points. */
export const forward = (network: Network, parameters: Float64Array, buffers: ArrayLike<number>, samples: AnySamples): Float64Array =>
  forwardOf(network).run(parameters, buffers, samples);

export type EvaluationSubject = {
  readonly network: Network;
  readonly loss: LossName;
  /** Batch-norm statistics in buffer order; empty for a network without. */
  readonly buffers: ArrayLike<number>;
  readonly sets: readonly { readonly set: SetName; readonly samples: AnySamples }[];
};

export type SetTruth = { readonly set: SetName; readonly samples: number; readonly lossSum: number; readonly correct: number };

/** The sums over every set at one θ, in float64. `reuse` saves building the interpreter for every point. */
export function evaluateAt(job: EvaluationSubject, parameters: Float64Array, reuse: Forward = forwardOf(job.network)): readonly SetTruth[] {
  return job.sets.map(({ set, samples }) => {
    const outputs = reuse.run(parameters, job.buffers, samples);
    let lossSum = 0;
    let correct = 0;
    for (let row = 0; row < samples.count; row++) {
      const target = samples.targets[row]!;
      lossSum += lossOfSample(job.loss, outputs, row, reuse.width, target);
      if (isClassification(job.loss) && isCorrect(outputs, row, reuse.width, target)) correct++;
    }
    return { set, samples: samples.count, lossSum, correct };
  });
}
