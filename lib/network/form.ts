/** Whether the parameters of two networks have one form, so that a vector of one is a vector of the other. It looks at tensors, not at what is computed with them. */
import type { Network, TensorSpec } from './program.ts';

/** The first tensor of θ in which they differ, in words for after "the two differ: "; null where every name and shape is the same, in the same order. */
export function formDifference(one: Network, other: Network): string | null {
  const length = Math.max(one.parameter_order.length, other.parameter_order.length);
  for (let index = 0; index < length; index++) {
    const [here, there] = [one.parameter_order[index], other.parameter_order[index]];
    if (!here || !there) return `tensor ${index + 1}, ${titleOf((here ?? there)!)}, is in ${here ? 'the first' : 'the second'} alone`;
    if (here.name !== there.name || here.shape.join() !== there.shape.join()) return `tensor ${index + 1} is ${titleOf(here)} in the first and ${titleOf(there)} in the second`;
  }
  return null;
}

/** `fc1.weight [16 × 2]` */
const titleOf = ({ name, shape }: TensorSpec): string => `${name} [${shape.join(' × ')}]`;
