/**
 * What one forward pass costs, in multiply-adds: the size of a tile and the estimate on the screen follow from it.
 *
 * Only convolutions and linear layers are counted; everything else is small beside them.
 */
import { layoutOf, tensorNamed } from './layout.ts';
import type { Network } from './program.ts';
import { outputShapeOf, sizeOf } from './shapes.ts';

/** Multiply-adds of one forward pass of one sample. @throws when the program does not fit together */
export function costOfSample(network: Network): number {
  const { tensors } = layoutOf(network);
  let cost = 0;
  outputShapeOf(network, (step, _input, output) => {
    if (step.op !== 'conv2d' && step.op !== 'linear') return;
    const weight = tensorNamed(tensors, step.weight);
    // Each output position of a filter is one dot product with all weights of that filter.
    cost += (weight.size / weight.shape[0]!) * sizeOf(output);
  });
  return cost;
}
