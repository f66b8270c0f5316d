/** Which layer of the R-operator on a device stands for each step of a layer program. Dropout is off. Rule Q5 in docs/SPEC.md. */
import * as tf from '@tensorflow/tfjs-core';
import { layoutOf, type Layout } from '#lib/network/layout.ts';
import type { Network, Step } from '#lib/network/program.ts';
import { featureAxis, outputShapeOf, sizeOf, walk } from '#lib/network/shapes.ts';
import { createPlanner, type PlanBook } from '#workers/operators/tensorPlans.ts';
import type { Flow, TensorPlan } from '#workers/operators/tfPass.ts';
import { inputRowsOf } from '#workers/operators/tfProgram.ts';
import { flattenPlan } from '#workers/operators/tfShapes.ts';
import { activation } from './rActivations.ts';
import { attention } from './rAttention.ts';
import { convolution } from './rConvolution.ts';
import { dense } from './rDense.ts';
import { added, inOrder, joined } from './rJoining.ts';
import { linearMap, type Context, type Layer } from './rLayer.ts';
import { batchNorm, layerNorm } from './rNorms.ts';
import { globalPool, pool } from './rPools.ts';
import { embedding, positional } from './rSequence.ts';

export type RProgram = {
  readonly layer: Layer;
  /** Of parameters and statistics. */
  readonly plans: readonly TensorPlan[];
  readonly outputWidth: number;
  /** Rows that an embedding of the inputs has; null where inputs are numbers. */
  readonly inputRows: number | null;
  /** Floats of all activations of one sample. */
  readonly activations: number;
};

/** @throws when the program does not fit its own tensors */
export function compileRProgram(network: Network): RProgram {
  let activations = sizeOf(network.input_shape_chw);
  const output = outputShapeOf(network, (_step, _input, shape) => (activations += sizeOf(shape)));
  if (output.length !== 1) throw new Error(`${network.id} ends with outputs of shape ${output.join('×')}, expected a vector`);
  const layout = layoutOf(network);
  const planner = createPlanner(layout);
  const { layer } = listOf(network.program, { shape: network.input_shape_chw, order: null }, true, { layout, planner });
  return { layer, plans: planner.plans(), outputWidth: output[0]!, inputRows: inputRowsOf(network), activations };
}

type Compiling = { readonly layout: Layout; readonly planner: PlanBook };
type Made = { readonly layer: Layer; readonly flow: Flow; readonly isConstant: boolean };

function listOf(steps: readonly Step[], start: Flow, startsConstant: boolean, compiling: Compiling): Made {
  const layers: Layer[] = [];
  let [flow, isConstant] = [start, startsConstant];
  for (const [at, step] of steps.entries()) {
    const output = walk([step], flow.shape, compiling.layout, () => {});
    const made = stepOf(step, steps.slice(at + 1), { planner: compiling.planner, flow, output, isConstant }, compiling);
    layers.push(made.layer);
    flow = { shape: output, order: made.order ?? null };
    isConstant = isConstant && (made.isConstant ?? true);
  }
  return { layer: inOrder(layers, startsConstant), flow, isConstant };
}

/** `isConstant` says whether the step leaves it at that; absent, it does. */
type MadeStep = { readonly layer: Layer; readonly order?: Int32Array | null; readonly isConstant?: boolean };

function stepOf(step: Step, rest: readonly Step[], context: Context, compiling: Compiling): MadeStep {
  const { flow, isConstant } = context;
  switch (step.op) {
    case 'conv2d':
      return { layer: convolution(step, context), isConstant: false };
    case 'linear':
      return { layer: dense(step, context), isConstant: false };
    case 'batchnorm':
      return { layer: batchNorm(step, context), order: flow.order, isConstant: false };
    case 'layernorm':
      return { layer: layerNorm(step, context), isConstant: false };
    case 'relu':
    case 'leaky_relu':
    case 'elu':
    case 'gelu':
    case 'swish':
    case 'tanh':
    case 'sigmoid':
    case 'softplus':
      return { layer: activation(step, context), order: flow.order };
    case 'maxpool':
    case 'avgpool':
      return { layer: pool(step, context) };
    case 'globalpool':
      return { layer: globalPool(step, context) };
    case 'flatten':
      return flattened(step, rest, context);
    case 'dropout':
    case 'tap':
      return { layer: inOrder([], isConstant), order: flow.order };
    case 'residual':
      return side([step.body, step.shortcut], context, compiling, (layers) => added(layers, isConstant));
    case 'concat_front':
      return side([step.body, []], context, compiling, (layers, widths) => joined(layers, isConstant, widths));
    case 'concat':
      return side(step.branches, context, compiling, (layers, widths) => joined(layers, isConstant, widths));
    case 'embedding':
      return { layer: embedding(step, context), isConstant: false };
    case 'positional':
      return { layer: positional(step, context), isConstant: false };
    case 'attention':
      return { layer: attention(step, context), isConstant: false };
  }
}

function side(branches: readonly (readonly Step[])[], { flow, isConstant }: Context, compiling: Compiling, join: (layers: readonly Layer[], widths: readonly number[]) => Layer): MadeStep {
  const made = branches.map((branch) => listOf(branch, flow, isConstant, compiling));
  const widths = made.map(({ flow: { shape } }) => shape[featureAxis(shape)]!);
  return { layer: join(made.map(({ layer }) => layer), widths), isConstant: made.every((each) => each.isConstant) };
}

function flattened(step: Extract<Step, { op: 'flatten' }>, rest: readonly Step[], context: Context): MadeStep {
  const { shape } = context.flow;
  const { isTurned, order } = flattenPlan(step, context.flow, rest);
  const size = sizeOf(shape);
  const [channels, height, width] = shape as readonly [number, number, number];
  const flat = (x: tf.Tensor): tf.Tensor => tf.reshape(isTurned ? tf.transpose(x, [0, 3, 1, 2]) : x, [-1, size]);
  const back = (g: tf.Tensor): tf.Tensor => {
    const count = g.shape[0]!;
    if (isTurned) return tf.transpose(tf.reshape(g, [count, channels, height, width]), [0, 2, 3, 1]);
    return tf.reshape(g, shape.length === 3 ? [count, height, width, channels] : [count, ...shape]);
  };
  return { layer: linearMap(context, flat, back), order };
}
