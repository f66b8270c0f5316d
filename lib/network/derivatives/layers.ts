/** Which layer of the R-operator stands for each step of a layer program. */
import { sizeOf, walk, type Shape } from '#lib/network/shapes.ts';
import type { Step } from '#lib/network/program.ts';
import { activation } from './activation.ts';
import { attention } from './attention.ts';
import { convolution } from './convolution.ts';
import { dense } from './dense.ts';
import { added, flattenHwc, inOrder, joined, reshaped } from './joining.ts';
import type { Context, Layer } from './layer.ts';
import { batchNorm, layerNorm } from './normalisation.ts';
import { globalPool, pool } from './pooling.ts';
import { embedding, positional } from './sequence.ts';

/** A whole program, or a branch of one. Dropout is off. @throws when the steps do not fit their tensors or shapes */
export function layersOf(steps: readonly Step[], input: Shape, context: Context): Layer {
  const layers: Layer[] = [];
  let shape = input;
  let isConstant = context.isConstant;
  for (const step of steps) {
    const output = walk([step], shape, context.layout, () => {});
    const layer = layerOf(step, shape, output, { ...context, isConstant });
    layers.push(layer);
    shape = output;
    isConstant = layer.isConstant;
  }
  return inOrder(layers, input, context);
}

function layerOf(step: Step, input: Shape, output: Shape, context: Context): Layer {
  switch (step.op) {
    case 'conv2d':
      return convolution(step, input, output, context);
    case 'linear':
      return dense(step, input, context);
    case 'batchnorm':
      return batchNorm(step, input, context);
    case 'layernorm':
      return layerNorm(step, input, context);
    case 'relu':
    case 'leaky_relu':
    case 'elu':
    case 'gelu':
    case 'swish':
    case 'tanh':
    case 'sigmoid':
    case 'softplus':
      return activation(step, input, context);
    case 'maxpool':
    case 'avgpool':
      return pool(step, input, output, context);
    case 'globalpool':
      return globalPool(step, input, output, context);
    case 'flatten':
      return step.order === 'HWC' && input.length === 3 ? flattenHwc(input, context) : reshaped([sizeOf(input)], context);
    case 'dropout':
    case 'tap':
      return reshaped(input, context);
    case 'residual':
      return added([layersOf(step.body, input, context), layersOf(step.shortcut, input, context)], input, context);
    case 'concat_front':
      return joined([layersOf(step.body, input, context), layersOf([], input, context)], input, context);
    case 'concat':
      return joined(step.branches.map((branch) => layersOf(branch, input, context)), input, context);
    case 'embedding':
      return embedding(step, input, context);
    case 'positional':
      return positional(step, input, context);
    case 'attention':
      return attention(step, input, context);
  }
}
