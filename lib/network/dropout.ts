/**
 * The one mask that a slice evaluated with dropout uses at every point: common random numbers, so that a picture of the
 * landscape is not a picture of the noise.
 *
 * An element is kept or not by (seed, layer, sample, element) alone, so every machine and every batching has the same mask.
 * It evaluates nothing. Rule M5 in docs/SPEC.md.
 */
import { philox } from '#lib/random.ts';

/**
 * Factors for one block of samples: 0 where dropped, 1 / (1 − p) where kept.
 * @param out [count, size], overwritten
 * @param layer which dropout step of the program, counted from 0 in running order (as allSteps gives them)
 * @param set 0 for train, 1 for test
 * @param first index of the block's first sample in its set
 */
export function dropoutMask(out: Float32Array | Float64Array, options: { readonly seed: number; readonly p: number; readonly layer: number; readonly set: 0 | 1; readonly first: number; readonly size: number }): void {
  const { seed, p, layer, set, first, size } = options;
  const words = new Uint32Array(4);
  const threshold = p * 2 ** 32;
  const kept = p < 1 ? 1 / (1 - p) : 0;
  for (let start = 0; start < out.length; start += size) {
    const sample = first + start / size;
    for (let element = 0; element < size; element++) {
      const lane = element % 4;
      // The role −1 keeps these words apart from those of directions, whose roles count axes.
      if (lane === 0) philox(words, element / 4, sample, layer, set, seed, -1);
      out[start + element] = words[lane]! >= threshold ? kept : 0;
    }
  }
}
