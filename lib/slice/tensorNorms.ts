/**
 * How long a slice's directions are in each tensor beside the weights there: what a normalisation promises, measured on the vectors
 * themselves. It knows no recipe.
 *
 * A filter-normalised direction is in every filter as long as the weights (Li et al. 2018, section 4); a layer-normalised one in every
 * tensor. Rule S20 in docs/SPEC.md.
 */
import type { Layout } from '#lib/network/layout.ts';
import type { Frame } from './frame.ts';
import { normOf } from './vectors.ts';

export type TensorNorms = {
  readonly name: string;
  readonly shape: readonly number[];
  readonly filters: number;
  /** ‖θ‖ within the tensor. */
  readonly weights: number;
  /** ‖d‖ within the tensor, for each axis. */
  readonly directions: readonly number[];
};

/** In the order of θ. */
export const tensorNorms = ({ origin, directions }: Frame, { tensors }: Layout): readonly TensorNorms[] =>
  tensors.map(({ name, shape, filters, offset, size }) => ({
    name,
    shape,
    filters,
    weights: normOf(origin, offset, offset + size),
    directions: directions.map((direction) => normOf(direction, offset, offset + size)),
  }));

/**
 * The largest |‖d‖ − ‖w‖| / ‖w‖ over the filters, or over whole tensors, that a direction moves; 0 where it moves none, infinite where it
 * moves something that has no length. A tensor without filters counts as one.
 */
export function largestDifference(direction: Float32Array, origin: Float32Array, { tensors }: Layout, by: 'filter' | 'tensor'): number {
  let largest = 0;
  for (const { offset, size, filters } of tensors) {
    const parts = by === 'filter' && filters > 0 ? filters : 1;
    for (let part = 0; part < parts; part++) {
      const [start, end] = [offset + (part * size) / parts, offset + ((part + 1) * size) / parts];
      const length = normOf(direction, start, end);
      if (length > 0) largest = Math.max(largest, Math.abs(length - normOf(origin, start, end)) / normOf(origin, start, end));
    }
  }
  return largest;
}
