/**
 * A layer program as tensor operations, on NHWC activations.
 *
 * Compiling decides where every number of θ goes: kernels become HWIO and linear weights [in, out], and a flatten in
 * CHW order is paid for once, in the columns of the linear layer behind it. It knows no weights and no samples.
 * Rules N1–N3 in docs/SPEC.md.
 */
import * as tf from '@tensorflow/tfjs-core';
import { layoutOf, tensorNamed, type Layout, type Placed } from '#lib/network/layout.ts';
import type { Network, Step } from '#lib/network/program.ts';
import { sizeOf } from '#lib/network/shapes.ts';

/** The network's tensors by name, as they lie on the device. */
export type Tensors = Readonly<Record<string, tf.Tensor>>;

/** Where a tensor comes from, and how it lies on the device. */
export type TensorPlan = {
  readonly name: string;
  readonly isBuffer: boolean;
  /** Within θ, or within the buffers. */
  readonly offset: number;
  readonly size: number;
  /** On the device. */
  readonly shape: readonly number[];
  /** Element i on the device is element source[i] of the tensor in θ; null where the order is the same. */
  readonly source: Int32Array | null;
};

export type TfProgram = {
  readonly tensors: readonly TensorPlan[];
  /** Of one sample on the device: [height, width, channels] or [features]. */
  readonly inputShape: readonly number[];
  readonly inputSource: Int32Array | null;
  readonly outputWidth: number;
  /** Floats of the largest activation of one sample. */
  readonly widest: number;
  /** Whether there are only linear layers and elementwise ones, so that points can be batched as [points, samples, features]. */
  readonly isDense: boolean;
  /**
   * @param inputs [samples, ...inputShape], or [1, samples, features] for a batch of points
   * @returns [samples, outputs], or [points, samples, outputs]
   */
  readonly run: (inputs: tf.Tensor, tensors: Tensors) => tf.Tensor;
};

type Run = (x: tf.Tensor, tensors: Tensors) => tf.Tensor;

/** The shape of a sample while compiling; `order[i]` is the place that feature i has in the program's own flatten order. */
type Flow = { readonly shape: readonly number[]; readonly order: Int32Array | null };

const DENSE_OPS: ReadonlySet<Step['op']> = new Set(['linear', 'relu', 'tanh', 'flatten', 'dropout', 'tap']);

/** Throws when the program does not fit its own tensors. */
export function compileProgram(network: Network): TfProgram {
  const chw = network.input_shape_chw;
  const isImage = chw.length === 3;
  const inputShape = isImage ? [chw[1]!, chw[2]!, chw[0]!] : [sizeOf(chw)];
  const compiler = new Compiler(layoutOf(network));
  const body = compiler.list(network.program, { shape: inputShape, order: null });
  if (body.flow.shape.length !== 1) throw new Error(`${network.id} ends with outputs of shape ${body.flow.shape.join('×')}, expected a vector`);
  return {
    tensors: [...compiler.plans.values()],
    inputShape,
    inputSource: isImage ? sourceOfTranspose(chw, [1, 2, 0]) : null,
    outputWidth: body.flow.shape[0]!,
    widest: Math.max(compiler.widest, sizeOf(inputShape)),
    isDense: !isImage && network.program.every(({ op }) => DENSE_OPS.has(op)),
    run: body.run,
  };
}

class Compiler {
  readonly plans = new Map<string, TensorPlan>();
  widest = 0;
  private readonly layout: Layout;

  constructor(layout: Layout) {
    this.layout = layout;
  }

  list(steps: readonly Step[], start: Flow): { run: Run; flow: Flow } {
    const runs: Run[] = [];
    let flow = start;
    for (let at = 0; at < steps.length; at++) {
      const fusesRelu = steps[at + 1]?.op === 'relu';
      const made = this.step(steps[at]!, flow, steps.slice(at + 1), fusesRelu);
      if (made.run) runs.push(made.run);
      if (made.hasRelu) at++;
      flow = made.flow;
      this.widest = Math.max(this.widest, sizeOf(flow.shape));
    }
    return { run: (x, tensors) => runs.reduce((value, run) => run(value, tensors), x), flow };
  }

  private step(step: Step, flow: Flow, rest: readonly Step[], fusesRelu: boolean): { run?: Run; flow: Flow; hasRelu?: boolean } {
    switch (step.op) {
      case 'conv2d':
        return { ...this.convolution(step, flow, fusesRelu), hasRelu: fusesRelu };
      case 'linear':
        return { ...this.linear(step, flow, fusesRelu), hasRelu: fusesRelu };
      case 'batchnorm':
        return { run: this.batchNorm(step, flow), flow };
      case 'relu':
        return { run: (x) => tf.relu(x), flow };
      case 'tanh':
        return { run: (x) => tf.tanh(x), flow };
      case 'maxpool':
        return { run: (x) => tf.maxPool(x as tf.Tensor4D, step.kernel, step.stride, 'valid'), flow: pooled(flow, step) };
      case 'avgpool':
        return { run: (x) => tf.avgPool(x as tf.Tensor4D, step.kernel, step.stride, 'valid'), flow: pooled(flow, step) };
      case 'flatten':
        return flatten(step, flow, rest);
      case 'residual': {
        const body = this.list(step.body, flow);
        const shortcut = this.list(step.shortcut, flow);
        return { run: (x, tensors) => tf.add(body.run(x, tensors), shortcut.run(x, tensors)), flow: body.flow };
      }
      case 'concat_front': {
        const body = this.list(step.body, flow);
        const last = flow.shape.length - 1;
        const shape = flow.shape.map((side, axis) => (axis === last ? side + body.flow.shape[last]! : side));
        return { run: (x, tensors) => tf.concat([body.run(x, tensors), x], -1), flow: { shape, order: null } };
      }
      case 'dropout':
      case 'tap':
        return { flow };
    }
  }

  private convolution(step: Extract<Step, { op: 'conv2d' }>, flow: Flow, relu: boolean): { run: Run; flow: Flow } {
    const [out, into, height, width] = this.placed(step.weight, 4).shape as [number, number, number, number];
    const [h, w, channels] = flow.shape as [number, number, number];
    if (channels !== into) throw new Error(`${step.weight} takes ${into} channels, and is given ${channels}`);
    this.plan(step.weight, [height, width, into, out], sourceOfTranspose([out, into, height, width], [2, 3, 1, 0]));
    if (step.bias !== null) this.plan(step.bias, [out], null);
    const side = (input: number, kernel: number) => Math.floor((input + 2 * step.padding - kernel) / step.stride) + 1;
    // Written out: a single number makes TensorFlow.js 4.22 take every kernel for square.
    const padding: [[number, number], [number, number], [number, number], [number, number]] = [
      [0, 0],
      [step.padding, step.padding],
      [step.padding, step.padding],
      [0, 0],
    ];
    const run: Run = (x, tensors) =>
      tf.fused.conv2d({
        x: x as tf.Tensor4D,
        filter: need(tensors, step.weight) as tf.Tensor4D,
        strides: step.stride,
        pad: padding,
        ...(step.bias === null ? {} : { bias: need(tensors, step.bias) }),
        activation: relu ? 'relu' : 'linear',
      });
    return { run, flow: { shape: [side(h, height), side(w, width), out], order: null } };
  }

  private linear(step: Extract<Step, { op: 'linear' }>, flow: Flow, relu: boolean): { run: Run; flow: Flow } {
    const [out, into] = this.placed(step.weight, 2).shape as [number, number];
    if (flow.shape.length !== 1 || flow.shape[0] !== into) {
      throw new Error(`${step.weight} takes ${into} features, and is given ${flow.shape.join('×')}`);
    }
    const source = new Int32Array(into * out);
    for (let i = 0; i < into; i++) for (let o = 0; o < out; o++) source[i * out + o] = o * into + (flow.order?.[i] ?? i);
    this.plan(step.weight, [into, out], source);
    if (step.bias !== null) this.plan(step.bias, [out], null);
    const run: Run = (x, tensors) => {
      const weight = need(tensors, step.weight);
      const bias = step.bias === null ? null : need(tensors, step.bias);
      if (x.rank === 3) {
        const product = tf.matMul(x, weight);
        const sum = bias ? tf.add(product, bias) : product;
        return relu ? tf.relu(sum) : sum;
      }
      return tf.fused.matMul({
        a: x as tf.Tensor2D,
        b: weight as tf.Tensor2D,
        ...(bias ? { bias } : {}),
        activation: relu ? 'relu' : 'linear',
      });
    };
    return { run, flow: { shape: [out], order: null } };
  }

  private batchNorm(step: Extract<Step, { op: 'batchnorm' }>, flow: Flow): Run {
    const width = flow.shape.at(-1)!;
    for (const name of [step.weight, step.bias, step.running_mean, step.running_var]) this.plan(name, [width], flow.order);
    return (x, tensors) =>
      tf.batchNorm(
        x as tf.Tensor4D,
        need(tensors, step.running_mean) as tf.Tensor1D,
        need(tensors, step.running_var) as tf.Tensor1D,
        need(tensors, step.bias) as tf.Tensor1D,
        need(tensors, step.weight) as tf.Tensor1D,
        step.eps,
      );
  }

  private placed(name: string, rank: number): Placed {
    const placed = tensorNamed(this.layout.tensors, name);
    if (placed.shape.length !== rank) throw new Error(`${name} has ${placed.shape.length} axes, expected ${rank}`);
    return placed;
  }

  private plan(name: string, shape: readonly number[], source: Int32Array | null): void {
    const isBuffer = !this.layout.tensors.some((each) => each.name === name);
    const { offset, size } = tensorNamed(isBuffer ? this.layout.buffers : this.layout.tensors, name);
    if (size !== sizeOf(shape)) throw new Error(`${name} has ${size} numbers where ${shape.join('×')} are used`);
    if (this.plans.has(name)) throw new Error(`${name} is used by two layers: shared weights are not supported`);
    this.plans.set(name, { name, isBuffer, offset, size, shape, source });
  }
}

function flatten(step: Extract<Step, { op: 'flatten' }>, flow: Flow, rest: readonly Step[]): { run?: Run; flow: Flow } {
  if (flow.shape.length === 1) return { flow };
  const [height, width, channels] = flow.shape as [number, number, number];
  const size = height * width * channels;
  const toVector: Run = (x) => tf.reshape(x, [-1, size]);
  if (step.order === 'HWC' || height * width === 1 || channels === 1) return { run: toVector, flow: { shape: [size], order: null } };
  if (reachesLinear(rest)) return { run: toVector, flow: { shape: [size], order: orderOfFeatures(height, width, channels) } };
  return { run: (x) => tf.reshape(tf.transpose(x, [0, 3, 1, 2]), [-1, size]), flow: { shape: [size], order: null } };
}

/** Whether a linear layer takes the features up before anything looks at their order. */
function reachesLinear(steps: readonly Step[]): boolean {
  const next = steps.find(({ op }) => op !== 'relu' && op !== 'tanh' && op !== 'dropout' && op !== 'tap' && op !== 'batchnorm');
  return next?.op === 'linear';
}

function orderOfFeatures(height: number, width: number, channels: number): Int32Array {
  const order = new Int32Array(height * width * channels);
  let at = 0;
  for (let pixel = 0; pixel < height * width; pixel++) {
    for (let channel = 0; channel < channels; channel++) order[at++] = channel * height * width + pixel;
  }
  return order;
}

/** For each element of the transposed array, where it stood before. */
function sourceOfTranspose(shape: readonly number[], axes: readonly number[]): Int32Array {
  const strides = shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
  const to = axes.map((axis) => shape[axis]!);
  const source = new Int32Array(sizeOf(shape));
  for (let i = 0; i < source.length; i++) {
    let rest = i;
    let from = 0;
    for (let axis = to.length - 1; axis >= 0; axis--) {
      from += (rest % to[axis]!) * strides[axes[axis]!]!;
      rest = Math.floor(rest / to[axis]!);
    }
    source[i] = from;
  }
  return source;
}

function pooled(flow: Flow, { kernel, stride }: { readonly kernel: number; readonly stride: number }): Flow {
  const [height, width, channels] = flow.shape as [number, number, number];
  const side = (input: number) => Math.floor((input - kernel) / stride) + 1;
  return { shape: [side(height), side(width), channels], order: null };
}

function need(tensors: Tensors, name: string): tf.Tensor {
  const tensor = tensors[name];
  if (!tensor) throw new Error(`no tensor ${name} was built`);
  return tensor;
}
