/**
 * Single layers as tensor operations: each says how its weights lie on the device, and gives the function that runs it.
 *
 * Images are [samples, height, width, channels], sequences [samples, positions, features]. A layer does not know what stands
 * before or behind it. Rules N1 and N2 in docs/SPEC.md.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Step } from '#lib/network/program.ts';
import { featureAxis, type Shape } from '#lib/network/shapes.ts';
import { need, type Flow, type Planner, type Run } from './tfPass.ts';
import { sourceOfTranspose } from './tfShapes.ts';

type Of<Op extends Step['op']> = Extract<Step, { op: Op }>;

export function convolution(step: Of<'conv2d'>, { shape }: Flow, relu: boolean, planner: Planner): Run {
  const [out, into, height, width] = planner.placed(step.weight).shape as [number, number, number, number];
  const groups = step.groups ?? 1;
  const isDepthwise = groups > 1 && groups === shape[0];
  // Depthwise kernels are [height, width, channels, filters per channel]; the filters of a channel stand together.
  const kernel = isDepthwise ? [height, width, groups, out / groups] : [height, width, into, out];
  planner.plan(step.weight, kernel, sourceOfTranspose([out, into, height, width], [2, 3, 1, 0]));
  if (step.bias !== null) planner.plan(step.bias, [out], null);
  // Written out: a single number makes TensorFlow.js 4.22 take every kernel for square.
  const padding: [[number, number], [number, number], [number, number], [number, number]] = [[0, 0], [step.padding, step.padding], [step.padding, step.padding], [0, 0]];
  if (groups === 1) {
    return (x, { tensors }) =>
      tf.fused.conv2d({
        x: x as tf.Tensor4D,
        filter: need(tensors, step.weight) as tf.Tensor4D,
        strides: step.stride,
        pad: padding,
        ...(step.bias === null ? {} : { bias: need(tensors, step.bias) }),
        activation: relu ? 'relu' : 'linear',
      });
  }
  return (x, { tensors }) => {
    const filter = need(tensors, step.weight) as tf.Tensor4D;
    const image = x as tf.Tensor4D;
    const made = isDepthwise ? depthwise(image, filter, step) : grouped(image, filter, groups, step.stride, padding);
    const sum = step.bias === null ? made : tf.add(made, need(tensors, step.bias));
    return relu ? tf.relu(sum) : sum;
  };
}

function depthwise(x: tf.Tensor4D, filter: tf.Tensor4D, { stride, padding }: Of<'conv2d'>): tf.Tensor {
  const padded = padding === 0 ? x : tf.pad(x, [[0, 0], [padding, padding], [padding, padding], [0, 0]]);
  return tf.depthwiseConv2d(padded, filter, stride, 'valid');
}

function grouped(x: tf.Tensor4D, filter: tf.Tensor4D, groups: number, stride: number, padding: [[number, number], [number, number], [number, number], [number, number]]): tf.Tensor {
  const filters = tf.split(filter, groups, 3);
  return tf.concat(
    (tf.split(x, groups, 3) as tf.Tensor4D[]).map((part, group) => tf.conv2d(part, filters[group] as tf.Tensor4D, stride, padding)),
    3,
  );
}

/** x W + b on a vector, on a vector per point, or on every position of a sequence. */
export function linear(step: Of<'linear'>, { shape, order }: Flow, relu: boolean, planner: Planner): Run {
  const product = affine(step.weight, step.bias, shape.length === 2, order, planner);
  return (x, pass) => product(x, pass, relu);
}

function affine(weight: string, bias: string | null, isSequence: boolean, order: Int32Array | null, planner: Planner) {
  const [out, into] = planner.placed(weight).shape as [number, number];
  const source = new Int32Array(into * out);
  for (let i = 0; i < into; i++) for (let o = 0; o < out; o++) source[i * out + o] = o * into + (order?.[i] ?? i);
  planner.plan(weight, [into, out], source);
  if (bias !== null) planner.plan(bias, [out], null);
  return (x: tf.Tensor, { tensors }: Parameters<Run>[1], relu: boolean): tf.Tensor => {
    const b = bias === null ? null : need(tensors, bias);
    const w = need(tensors, weight);
    if (x.rank === 3 && !isSequence) {
      const product = tf.matMul(x, w);
      const sum = b ? tf.add(product, b) : product;
      return relu ? tf.relu(sum) : sum;
    }
    const rows = isSequence ? tf.reshape(x, [-1, into]) : x;
    const made = tf.fused.matMul({ a: rows as tf.Tensor2D, b: w as tf.Tensor2D, ...(b ? { bias: b } : {}), activation: relu ? 'relu' : 'linear' });
    return isSequence ? tf.reshape(made, [x.shape[0]!, -1, out]) : made;
  };
}

export function batchNorm(step: Of<'batchnorm'>, { shape, order }: Flow, planner: Planner): Run {
  // Channels and features are last on the device.
  for (const name of [step.weight, step.bias, step.running_mean, step.running_var]) planner.plan(name, [shape[featureAxis(shape)]!], order);
  const names = { mean: step.running_mean, variance: step.running_var };
  return (x, { tensors, statistics, collect }) => {
    let mean = need(tensors, names.mean);
    let variance = need(tensors, names.variance);
    if (statistics === 'batch') {
      ({ mean, variance } = tf.moments(x, x.shape.slice(0, -1).map((_, axis) => axis)));
      collect?.(names, mean, variance, x.size / x.shape.at(-1)!);
    }
    return tf.batchNorm(
      x as tf.Tensor4D,
      mean as tf.Tensor1D,
      variance as tf.Tensor1D,
      need(tensors, step.bias) as tf.Tensor1D,
      need(tensors, step.weight) as tf.Tensor1D,
      step.eps,
    );
  };
}

/** Layer norm is over the last axes of the program's order, which on the device are height, width and then channels. */
export type LayerNormLayout = {
  /** Of the weights on the device. */
  readonly shape: readonly number[];
  readonly source: Int32Array | null;
  /** Of [samples, …], those that are normalised over. */
  readonly axes: number[];
};

export function layerNormLayout(over: Shape, input: Shape): LayerNormLayout {
  const isImage = input.length === 3;
  const isWhole = isImage && over.length === 3;
  const shape = isWhole ? [over[1]!, over[2]!, over[0]!] : isImage ? [...over, 1] : over;
  // An image's rows and columns are second to last.
  const last = input.length - (isImage && !isWhole ? 1 : 0);
  return { shape, source: isWhole ? sourceOfTranspose(over, [1, 2, 0]) : null, axes: over.map((_, index) => last - over.length + 1 + index) };
}

export function layerNorm(step: Of<'layernorm'>, flow: Flow, planner: Planner): Run {
  const { shape, source, axes } = layerNormLayout(planner.placed(step.weight).shape, flow.shape);
  for (const name of [step.weight, step.bias]) planner.plan(name, shape, source);
  return (x, { tensors }) => {
    const centred = tf.sub(x, tf.mean(x, axes, true));
    const scale = tf.rsqrt(tf.add(tf.mean(tf.square(centred), axes, true), step.eps));
    return tf.add(tf.mul(tf.mul(centred, scale), need(tensors, step.weight)), need(tensors, step.bias));
  };
}

export function pool({ op, kernel, stride }: Of<'maxpool' | 'avgpool'>): Run {
  if (op === 'maxpool') return (x) => tf.maxPool(x as tf.Tensor4D, kernel, stride, 'valid');
  return (x) => tf.avgPool(x as tf.Tensor4D, kernel, stride, 'valid');
}

export function globalPool({ kind }: Of<'globalpool'>, { shape }: Flow): Run {
  const axes = shape.length === 3 ? [1, 2] : [1];
  return (x) => (kind === 'max' ? tf.max(x, axes) : tf.mean(x, axes));
}

/** softmax(q kᵀ / √width) v, then the output projection; sample by sample in one batched product. */
export function attention(step: Of<'attention'>, { shape }: Flow, planner: Planner): Run {
  const part = (weight: string, bias: string | null) => affine(weight, bias, true, null, planner);
  const query = part(step.query, step.query_bias);
  const key = part(step.key, step.key_bias);
  const value = part(step.value, step.value_bias);
  const output = part(step.output, step.output_bias);
  const scale = 1 / Math.sqrt(planner.placed(step.query).shape[0]!);
  const positions = shape[0]!;
  // What a position may not see counts for e^−∞ = 0.
  const hidden = Array.from({ length: positions * positions }, (_, at) => (at % positions > Math.floor(at / positions) ? -Infinity : 0));
  return (x, pass) => {
    const scores = tf.mul(tf.matMul(query(x, pass, false), key(x, pass, false), false, true), scale);
    const seen = step.causal ? tf.add(scores, tf.tensor(hidden, [1, positions, positions])) : scores;
    return output(tf.matMul(tf.softmax(seen), value(x, pass, false)), pass, false);
  };
}
