/**
 * The shapes that pass through a layer program, and the words for a program that does not fit together.
 *
 * Shapes are of one sample: an image [channels, height, width], a sequence [positions, features], or a vector [features]. It knows no values.
 * Rule N3 in docs/SPEC.md.
 */
import { layoutOf, tensorNamed, type Layout, type Placed } from './layout.ts';
import type { Network, Step } from './program.ts';

export type Shape = readonly number[];

/** Called once per step in running order, with the shape that goes in and the one that comes out. */
export type StepVisitor = (step: Step, input: Shape, output: Shape) => void;

export const sizeOf = (shape: Shape): number => shape.reduce((product, side) => product * side, 1);

/** The axis that counts features, over which batch norm keeps its statistics and along which branches are joined. */
export const featureAxis = (shape: Shape): number => (shape.length === 2 ? 1 : 0);

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

/** The shape of branches joined along the feature axis. @throws when their other sides differ */
export function joined(shapes: readonly Shape[], op: string): Shape {
  const first = shapes[0]!;
  const axis = featureAxis(first);
  const others = (shape: Shape): string => shape.filter((_, at) => at !== axis).join();
  for (const shape of shapes) {
    if (shape.length !== first.length || others(shape) !== others(first)) throw new Error(`${op} joins ${say(first)} to ${say(shape)}`);
  }
  return first.map((side, at) => (at === axis ? shapes.reduce((sum, shape) => sum + shape[axis]!, 0) : side));
}

function after(step: Step, input: Shape, layout: Layout, visit: StepVisitor): Shape {
  const tensor = (name: string): Placed => tensorNamed(layout.tensors, name);
  switch (step.op) {
    case 'conv2d': {
      const weight = tensor(step.weight);
      const groups = step.groups ?? 1;
      const [channels, height, width] = image(step, input);
      const [out, into, kernelHeight, kernelWidth] = weight.shape;
      if (weight.shape.length !== 4 || into! * groups !== channels || out! % groups !== 0) misfit(step, input, weight, groups > 1 ? ` in ${groups} groups` : '');
      if (step.bias !== null) sized(step, input, tensor(step.bias), out!);
      const rows = slid(step, input, height + 2 * step.padding, kernelHeight!, step.stride);
      return [out!, rows, slid(step, input, width + 2 * step.padding, kernelWidth!, step.stride)];
    }
    case 'linear': {
      if (input.length > 2) throw new Error(`linear needs a vector or a sequence, and is given ${say(input)}: flatten it first`);
      return [...input.slice(0, -1), projected(step, input, tensor(step.weight), step.bias === null ? null : tensor(step.bias))];
    }
    case 'batchnorm': {
      const features = input[featureAxis(input)]!;
      for (const name of [step.weight, step.bias]) sized(step, input, tensor(name), features);
      for (const name of [step.running_mean, step.running_var]) sized(step, input, tensorNamed(layout.buffers, name), features);
      return input;
    }
    case 'layernorm': {
      const weight = tensor(step.weight);
      const rank = weight.shape.length;
      if (rank === 0 || rank > input.length || weight.shape.join() !== input.slice(-rank).join()) misfit(step, input, weight);
      sized(step, input, tensor(step.bias), weight.size);
      return input;
    }
    case 'maxpool':
    case 'avgpool': {
      const [channels, height, width] = image(step, input);
      return [channels, slid(step, input, height, step.kernel, step.stride), slid(step, input, width, step.kernel, step.stride)];
    }
    case 'globalpool':
      if (input.length < 2) throw new Error(`globalpool needs an image or a sequence, and is given ${say(input)}`);
      return [input[featureAxis(input)]!];
    case 'flatten':
      return [sizeOf(input)];
    case 'dropout':
      if (!(step.p >= 0 && step.p <= 1)) throw new Error(`dropout has p = ${step.p}, which is no probability`);
      return input;
    case 'relu':
    case 'leaky_relu':
    case 'elu':
    case 'gelu':
    case 'swish':
    case 'tanh':
    case 'sigmoid':
    case 'softplus':
    case 'tap':
      return input;
    case 'residual': {
      const body = walk(step.body, input, layout, visit);
      const shortcut = walk(step.shortcut, input, layout, visit);
      if (body.join() !== shortcut.join()) throw new Error(`a residual adds ${say(body)} to ${say(shortcut)}`);
      return body;
    }
    case 'concat_front':
      return joined([walk(step.body, input, layout, visit), input], step.op);
    case 'concat':
      return joined(step.branches.map((branch) => walk(branch, input, layout, visit)), step.op);
    case 'embedding': {
      const weight = tensor(step.weight);
      if (input.length !== 1 || weight.shape.length !== 2) misfit(step, input, weight);
      return [input[0]!, weight.shape[1]!];
    }
    case 'positional': {
      const weight = tensor(step.weight);
      if (input.length !== 2 || weight.shape.join() !== input.join()) misfit(step, input, weight);
      return input;
    }
    case 'attention': {
      if (input.length !== 2) throw new Error(`attention needs positions × features, and is given ${say(input)}`);
      const bias = (name: string | null): Placed | null => (name === null ? null : tensor(name));
      const width = projected(step, input, tensor(step.query), bias(step.query_bias));
      const key = tensor(step.key);
      if (projected(step, input, key, bias(step.key_bias)) !== width) misfit(step, input, key, `, whose queries have ${width} numbers`);
      const valued = [input[0]!, projected(step, input, tensor(step.value), bias(step.value_bias))];
      return [input[0]!, projected(step, valued, tensor(step.output), bias(step.output_bias))];
    }
  }
}

/** Outputs of W [out, in] on the last axis of `input`. */
function projected(step: Step, input: Shape, weight: Placed, bias: Placed | null): number {
  if (weight.shape.length !== 2 || weight.shape[1] !== input.at(-1)) misfit(step, input, weight);
  if (bias) sized(step, input, bias, weight.shape[0]!);
  return weight.shape[0]!;
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

function sized(step: Step, input: Shape, tensor: Placed, length: number): void {
  if (tensor.size !== length) misfit(step, input, tensor);
}

function misfit(step: Step, input: Shape, tensor: Placed, more = ''): never {
  throw new Error(`${step.op} cannot use ${tensor.name} of shape ${say(tensor.shape)} on an input of shape ${say(input)}${more}`);
}

const say = (shape: Shape): string => shape.join('×');
