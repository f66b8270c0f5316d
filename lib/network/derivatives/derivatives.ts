/**
 * The mean loss of a network over its samples, with its gradient and exact products H·v, in float64.
 *
 * A hand-written R-operator (layer.ts) over blocks of samples: Σ over blocks of (sum over the block) / n, so the size of the blocks
 * changes nothing but rounding. Batch norm uses stored statistics and dropout is off. It knows no slices and no eigenvalues.
 * Rules Q1–Q4 in docs/SPEC.md.
 */
import { layoutOf } from '#lib/network/layout.ts';
import { lossOfSample, type LossName } from '#lib/network/loss.ts';
import type { AnySamples } from '#lib/network/forward.ts';
import type { Network } from '#lib/network/program.ts';
import { outputShapeOf, sizeOf } from '#lib/network/shapes.ts';
import type { Layer, Pass } from './layer.ts';
import { layersOf } from './layers.ts';
import { lossDerivatives } from './lossDerivatives.ts';

/** What is differentiated by θ. */
export type Differentiable = {
  readonly network: Network;
  readonly loss: LossName;
  /** Batch-norm statistics in buffer order; empty for a network without. */
  readonly buffers: ArrayLike<number>;
  readonly samples: AnySamples;
  /** Most samples that are run at once; chosen by the size of the network where absent. */
  readonly block?: number | undefined;
};

export type LossAndGradient = { readonly loss: number; readonly gradient: Float64Array };

/** v ↦ H·v, in new memory. */
export type HessianProduct = (vector: Float64Array) => Float64Array;

/** Doubles of activations in one block: 8 MiB for the values, as much again for each of three kinds of derivative. */
const BLOCK_DOUBLES = 2 ** 20;
const MAX_BLOCK = 256;

/** Mean loss and gradient at θ. @throws when the program does not fit its tensors, or θ or the statistics have the wrong length */
export function gradientAt(subject: Differentiable, parameters: Float64Array): LossAndGradient {
  const run = blocksOf(subject, parameters);
  let loss = 0;
  for (let block = 0; block < run.blocks; block++) loss += run.first(block);
  return { loss: loss / subject.samples.count, gradient: mean(run.pass.gradient, subject.samples.count) };
}

/**
 * Products with the Hessian of the mean loss at θ, which is copied: what happens to `parameters` afterwards changes nothing.
 * @throws as gradientAt does
 */
export function hessianAt(subject: Differentiable, parameters: Float64Array): HessianProduct {
  const run = blocksOf(subject, parameters.slice());
  let ready = -1;
  return (vector) => {
    if (vector.length !== run.pass.direction.length) throw new Error(`a direction of ${vector.length} numbers, ${subject.network.id} has ${run.pass.direction.length}`);
    run.pass.direction.set(vector);
    run.pass.product.fill(0);
    for (let block = 0; block < run.blocks; block++) {
      // The first-order passes of a block stay valid until another block takes their memory.
      if (ready !== block) run.first(block);
      ready = block;
      run.second(block);
    }
    return mean(run.pass.product, subject.samples.count);
  };
}

type Blocks = {
  readonly blocks: number;
  readonly pass: Pass;
  /** Forward and backward over one block; returns its summed loss. */
  readonly first: (block: number) => number;
  /** The R-passes over the block that `first` was last called with. */
  readonly second: (block: number) => void;
};

function blocksOf({ network, loss, buffers, samples, block: wished }: Differentiable, parameters: Float64Array): Blocks {
  const layout = layoutOf(network);
  if (parameters.length !== layout.size) throw new Error(`${parameters.length} parameters, ${network.id} has ${layout.size}`);
  if (buffers.length !== layout.bufferSize) throw new Error(`${buffers.length} statistics, ${network.id} has ${layout.bufferSize}`);
  if (samples.count === 0) throw new Error('no samples, so no mean loss to differentiate');
  const inputSize = sizeOf(network.input_shape_chw);
  let activations = inputSize;
  const width = sizeOf(outputShapeOf(network, (_step, _input, output) => (activations += sizeOf(output))));
  const size = Math.min(samples.count, wished ?? Math.max(1, Math.min(MAX_BLOCK, Math.floor(BLOCK_DOUBLES / activations))));
  const layers: Layer = layersOf(network.program, network.input_shape_chw, { layout, block: size, isConstant: true });
  const derivatives = lossDerivatives(loss, width);
  const input = new Float64Array(size * inputSize);
  const [outward, outwardChange] = [new Float64Array(size * width), new Float64Array(size * width)];
  const pass: Pass = {
    parameters,
    buffers: Float64Array.from(buffers),
    direction: new Float64Array(layout.size),
    gradient: new Float64Array(layout.size),
    product: new Float64Array(layout.size),
  };
  let outputs: Float64Array = new Float64Array(0);
  const countOf = (block: number): number => Math.min(size, samples.count - block * size);
  const sampleOf = (block: number, row: number) => ({ outputs, start: row * width, width, target: samples.targets[block * size + row]! });

  return {
    blocks: Math.ceil(samples.count / size),
    pass,
    first: (block) => {
      const count = countOf(block);
      const start = block * size * inputSize;
      input.set(samples.inputs.subarray(start, start + count * inputSize));
      outputs = layers.forward(input, count, pass);
      let sum = 0;
      for (let row = 0; row < count; row++) {
        const sample = sampleOf(block, row);
        sum += lossOfSample(loss, outputs, row, width, sample.target);
        derivatives.gradient(sample, outward);
      }
      layers.backward(outward, count, pass);
      return sum;
    },
    second: (block) => {
      const count = countOf(block);
      const change = layers.tangent(null, count, pass);
      if (!change) return;
      for (let row = 0; row < count; row++) derivatives.curvature(sampleOf(block, row), change, outwardChange);
      layers.backwardTangent(outwardChange, count, pass);
    },
  };
}

const mean = (sums: Float64Array, count: number): Float64Array => sums.map((sum) => sum / count);
