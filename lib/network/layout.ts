/**
 * Where each tensor stands in the flat vector θ, and what counts as one of its filters.
 *
 * θ is laid out in `parameter_order`, each tensor row-major; buffers (batch-norm statistics) have a flat vector of their own,
 * because a direction is scaled to weights only.
 *
 * The declared filter rule: a tensor with two or more axes has as many filters as its first axis counts. That is, for a convolution
 * the weights that make one output channel (Li et al. 2018), and so one input channel's kernel each for a depthwise one; for a linear
 * layer and for every projection of attention the weights into one output unit; for an embedding the row of one symbol; for a
 * positional table the row of one position; for a layer norm over several axes what scales one place of the first of them. The papers
 * define only the first two. A tensor of one axis (a bias, batch norm, layer norm over features) has none. Rule N8 in docs/SPEC.md.
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
