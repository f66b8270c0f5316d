/**
 * The shapes that pass through a layer program, and the words for a program that does not fit together.
 *
 * Shapes are of one sample: [channels, height, width], or [features] once flat. It knows no values.
 */
import { layoutOf, tensorNamed, type Layout, type Placed } from './layout.ts';
import type { Network, Step } from './program.ts';

export type Shape = readonly number[];

/** Called once per step in running order, with the shape that goes in and the one that comes out. */
export type StepVisitor = (step: Step, input: Shape, output: Shape) => void;

export const sizeOf = (shape: Shape): number => shape.reduce((product, side) => product * side, 1);

/** The shape of the outputs of one sample. @throws when the program does not fit its tensors or its own shapes */
export function outputShapeOf(network: Network, visit: StepVisitor = () => {}): Shape {
  return walk(network.program, network.input_shape_chw, layoutOf(network), visit);
}

/** The shape after all `steps`, every step of every branch visited. */
export function walk(steps: readonly Step[], input: Shape, layout: Layout, visit: StepVisitor): Shape {
  let shape = input;
  for (const step of steps) {
    const output = after(step, shape, layout, visit);
    visit(step, shape, output);
    shape = output;
  }
  return shape;
}

function after(step: Step, input: Shape, layout: Layout, visit: StepVisitor): Shape {
  switch (step.op) {
    case 'conv2d': {
      const weight = tensorNamed(layout.tensors, step.weight);
      const [channels, height, width] = image(step, input);
      const [out, into, kernelHeight, kernelWidth] = weight.shape;
      if (weight.shape.length !== 4 || into !== channels) misfit(step, input, weight);
      if (step.bias !== null) vector(step, input, tensorNamed(layout.tensors, step.bias), out!);
      const rows = slid(step, input, height + 2 * step.padding, kernelHeight!, step.stride);
      return [out!, rows, slid(step, input, width + 2 * step.padding, kernelWidth!, step.stride)];
    }
    case 'linear': {
      const weight = tensorNamed(layout.tensors, step.weight);
      if (input.length !== 1 || weight.shape.length !== 2 || weight.shape[1] !== input[0]) misfit(step, input, weight);
      if (step.bias !== null) vector(step, input, tensorNamed(layout.tensors, step.bias), weight.shape[0]!);
      return [weight.shape[0]!];
    }
    case 'batchnorm':
      for (const name of [step.weight, step.bias]) vector(step, input, tensorNamed(layout.tensors, name), input[0]!);
      for (const name of [step.running_mean, step.running_var]) vector(step, input, tensorNamed(layout.buffers, name), input[0]!);
      return input;
    case 'maxpool':
    case 'avgpool': {
      const [channels, height, width] = image(step, input);
      return [channels, slid(step, input, height, step.kernel, step.stride), slid(step, input, width, step.kernel, step.stride)];
    }
    case 'flatten':
      return [sizeOf(input)];
    case 'relu':
    case 'tanh':
    case 'dropout':
    case 'tap':
      return input;
    case 'residual': {
      const body = walk(step.body, input, layout, visit);
      const shortcut = walk(step.shortcut, input, layout, visit);
      if (body.join() !== shortcut.join()) throw new Error(`a residual adds ${say(body)} to ${say(shortcut)}`);
      return body;
    }
    case 'concat_front': {
      const body = walk(step.body, input, layout, visit);
      if (body.slice(1).join() !== input.slice(1).join()) throw new Error(`concat_front joins ${say(body)} to ${say(input)}`);
      return [body[0]! + input[0]!, ...input.slice(1)];
    }
  }
}

function image(step: Step, input: Shape): readonly [number, number, number] {
  const [channels, height, width] = input;
  if (input.length !== 3) throw new Error(`${step.op} needs channels × height × width, and is given ${say(input)}`);
  return [channels!, height!, width!];
}

function slid(step: Step, input: Shape, side: number, kernel: number, stride: number): number {
  if (kernel > side) throw new Error(`${step.op} has a kernel of ${kernel}, larger than its input ${say(input)}`);
  return Math.floor((side - kernel) / stride) + 1;
}

function vector(step: Step, input: Shape, tensor: Placed, length: number): void {
  if (tensor.size !== length) misfit(step, input, tensor);
}

function misfit(step: Step, input: Shape, tensor: Placed): never {
  throw new Error(`${step.op} cannot use ${tensor.name} of shape ${say(tensor.shape)} on an input of shape ${say(input)}`);
}

const say = (shape: Shape): string => shape.join('×');
