/**
 * The samples of a slice on the device, cut into blocks that bound the memory of one forward pass.
 *
 * It knows no network: only how a sample lies, and how its target is compared.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { LossName } from '#lib/network/loss.ts';
import type { Samples } from '#lib/network/subject.ts';
import { disposeTargets, targetsOf, type Targets } from './tfLoss.ts';

export type SampleBlock = {
  readonly count: number;
  /** [count, ...shape of a sample] */
  readonly inputs: tf.Tensor;
  /** For [points × count] rows of outputs. */
  readonly targets: Targets;
};

export type SampleLayout = {
  /** Of one sample on the device. */
  readonly shape: readonly number[];
  /** Element i on the device is element source[i] of the sample; null where the order is the same. */
  readonly source: Int32Array | null;
  readonly loss: LossName;
  readonly outputWidth: number;
};

/**
 * @param most samples in one block
 * @param points how many points are evaluated at once: the targets are repeated for each
 */
export function blocksOf(samples: Samples, layout: SampleLayout, most: number, points: number): readonly SampleBlock[] {
  const size = layout.source?.length ?? layout.shape.reduce((product, side) => product * side, 1);
  const blocks: SampleBlock[] = [];
  for (let start = 0; start < samples.count; start += most) {
    const count = Math.min(most, samples.count - start);
    const values = laidOut(samples.inputs.subarray(start * size, (start + count) * size), layout.source);
    blocks.push({
      count,
      inputs: tf.tensor(values, [count, ...layout.shape], 'float32'),
      targets: targetsOf(layout.loss, layout.outputWidth, repeated(samples.targets.subarray(start, start + count), points)),
    });
  }
  return blocks;
}

export function disposeBlocks(blocks: readonly SampleBlock[]): void {
  for (const { inputs, targets } of blocks) {
    inputs.dispose();
    disposeTargets(targets);
  }
}

function repeated(values: Float32Array, times: number): Float32Array {
  const out = new Float32Array(values.length * times);
  for (let time = 0; time < times; time++) out.set(values, time * values.length);
  return out;
}

/** A copy in any case: a backend may keep the array that it is given. */
function laidOut(values: Float32Array, source: Int32Array | null): Float32Array {
  if (!source) return values.slice();
  const out = new Float32Array(values.length);
  for (let start = 0; start < values.length; start += source.length) {
    for (let i = 0; i < source.length; i++) out[start + i] = values[start + source[i]!]!;
  }
  return out;
}
