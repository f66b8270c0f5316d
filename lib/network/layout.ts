/**
 * Where each tensor stands in the flat vector θ.
 *
 * θ is laid out in `parameter_order`, each tensor row-major; buffers (batch-norm
 * statistics) have a flat vector of their own, because no slice moves them.
 */
import type { Network, TensorSpec } from './program.ts';

export type Placed = {
  readonly name: string;
  readonly shape: readonly number[];
  readonly offset: number;
  readonly size: number;
  /** Filters of the tensor: slices along its first axis when it has two or more axes, else 0 (a bias or batch-norm tensor). */
  readonly filters: number;
};

export type Layout = {
  readonly tensors: readonly Placed[];
  /** Elements of θ. */
  readonly size: number;
  readonly buffers: readonly Placed[];
  readonly bufferSize: number;
};

export function layoutOf(network: Network): Layout {
  const tensors = place(network.parameter_order);
  const buffers = place(network.buffers);
  return { tensors, size: end(tensors), buffers, bufferSize: end(buffers) };
}

/** The tensor called `name`; throws when the program names one that the network does not have. */
export function tensorNamed(placed: readonly Placed[], name: string): Placed {
  const found = placed.find((each) => each.name === name);
  if (!found) throw new Error(`the program uses tensor ${name}, which the network does not declare`);
  return found;
}

function place(specs: readonly TensorSpec[]): readonly Placed[] {
  let offset = 0;
  return specs.map(({ name, shape }) => {
    const size = shape.reduce((product, side) => product * side, 1);
    const placed = { name, shape, offset, size, filters: shape.length >= 2 ? shape[0]! : 0 };
    offset += size;
    return placed;
  });
}

const end = (placed: readonly Placed[]): number => placed.reduce((sum, { size }) => sum + size, 0);
