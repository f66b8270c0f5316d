/**
 * What one forward pass costs, in multiply-adds: the size of a tile and the estimate on the screen follow from it.
 *
 * Convolutions, linear layers, attention and the copies of an embedding are counted; everything else is small beside them.
 */
import { layoutOf, tensorNamed } from './layout.ts';
import type { Network } from './program.ts';
import { outputShapeOf, sizeOf } from './shapes.ts';

/** Multiply-adds of one forward pass of one sample. @throws when the program does not fit together */
export function costOfSample(network: Network): number {
  const { tensors } = layoutOf(network);
  let cost = 0;
  outputShapeOf(network, (step, input, output) => {
    switch (step.op) {
      case 'conv2d':
      case 'linear': {
        const weight = tensorNamed(tensors, step.weight);
        // Each output position of a filter is one dot product with all weights of that filter.
        cost += (weight.size / weight.shape[0]!) * sizeOf(output);
        break;
      }
      case 'attention': {
        const positions = input[0]!;
        const [query, key, value, out] = [step.query, step.key, step.value, step.output].map((name) => tensorNamed(tensors, name));
        cost += positions * (query!.size + key!.size + value!.size + out!.size);
        // q kᵀ, and its product with v; a causal mask saves nothing where whole tiles are multiplied.
        cost += positions ** 2 * (query!.shape[0]! + value!.shape[0]!);
        break;
      }
      case 'embedding':
        cost += sizeOf(output);
        break;
    }
  });
  return cost;
}
