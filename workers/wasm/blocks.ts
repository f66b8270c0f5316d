/**
 * How many samples each layer takes at a time: few where activations are large, so that they stay near the core, and more where
 * weights are, so that these are read less often.
 *
 * Sizes are powers of two that never shrink from layer to layer, so a later block is a whole number of earlier ones.
 */
import type { Lowered } from '#lib/network/lowered.ts';
import { imageOf, paddedTo4 } from './places.ts';

/** Bytes that one layer's inputs and outputs may fill: half of a small second-level cache. */
const NEAR_BYTES = 2 ** 18;
const MOST_SAMPLES = 128;
/** Even where activations are large: weights are worth reading for more than one sample. */
const LEAST_SAMPLES = 1;

/** Samples per node, in order. */
export function blocksOf({ nodes, shapes }: Lowered, near = NEAR_BYTES): readonly number[] {
  const bytesOf = (value: number): number => {
    const { height, width, channels } = imageOf(shapes[value]!);
    return 4 * height * width * paddedTo4(channels);
  };
  const wished = nodes.map(({ inputs, addend, output }) => {
    const bytes = [...inputs, ...(addend === null ? [] : [addend]), output].reduce((sum, value) => sum + bytesOf(value), 0);
    return Math.max(LEAST_SAMPLES, Math.min(MOST_SAMPLES, 2 ** Math.floor(Math.log2(near / bytes))));
  });
  return wished.map((_, index) => Math.min(...wished.slice(index)));
}
