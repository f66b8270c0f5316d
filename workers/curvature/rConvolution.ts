/**
 * The convolution, grouped or not, with its derivatives.
 *
 * R{y} = x∗V + R{x}∗W; ∂W is the product of x with g under every kernel position, ∂x is g with zeros between its pixels, convolved
 * with the kernel turned by half a turn; the changes of both follow by the product rule.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Step } from '#lib/network/program.ts';
import { convolution as valuesOf } from '#workers/operators/tfLayers.ts';
import { need, type Pass, type Tensors } from '#workers/operators/tfPass.ts';
import { framed, imageWith, pixelsAt, spread, sumRows, type Sliding } from './rArrays.ts';
import type { Context, Layer } from './rLayer.ts';

type Convolution = Extract<Step, { op: 'conv2d' }>;

const passOf = (tensors: Tensors): Pass => ({ tensors, masks: null, statistics: 'stored' });

export function convolution(step: Convolution, { planner, flow, output, isConstant }: Context): Layer {
  const [channels, height, width] = flow.shape as readonly [number, number, number];
  const [, rows, columns] = output as readonly [number, number, number];
  const [filters, , kernelHeight, kernelWidth] = planner.placed(step.weight).shape as readonly [number, number, number, number];
  const groups = step.groups ?? 1;
  const run = valuesOf(step, flow, false, planner);
  const withoutBias = valuesOf({ ...step, bias: null }, flow, false, planner);
  const sliding = { height: height + 2 * step.padding, width: width + 2 * step.padding, rows, columns, stride: step.stride };
  const sides = { ...sliding, padding: step.padding, kernelHeight, kernelWidth };
  const isDepthwise = groups > 1 && groups === channels;
  const { byWeight, byInput } = isDepthwise ? depthwise(sides, filters / groups) : grouped(sides, groups);

  return (x, { tensors, gradient: sums, keep }) => {
    const input = keep(x) as tf.Tensor4D;
    return {
      output: run(x, passOf(tensors)),
      backward: (g) => {
        const outward = keep(g) as tf.Tensor4D;
        const filter = need(tensors, step.weight) as tf.Tensor4D;
        sums.add(step.weight, byWeight(input, outward));
        if (step.bias !== null) sums.add(step.bias, sumRows(outward));
        return {
          gradient: isConstant ? null : byInput(outward, filter),
          tangent: (change, { direction, product }) => {
            const moved = run(input, passOf(direction));
            return {
              change: change ? tf.add(moved, withoutBias(change, passOf(tensors))) : moved,
              backward: (outwardChange) => {
                const r = outwardChange as tf.Tensor4D;
                product.add(step.weight, byWeight(input, r));
                if (change) product.add(step.weight, byWeight(change as tf.Tensor4D, outward));
                if (step.bias !== null) product.add(step.bias, sumRows(r));
                return isConstant ? null : tf.add(byInput(r, filter), byInput(outward, need(direction, step.weight) as tf.Tensor4D));
              },
            };
          },
        };
      },
    };
  };
}

type Sides = Sliding & { readonly padding: number; readonly kernelHeight: number; readonly kernelWidth: number };

type Adjoints = {
  /** ∂W from x and g, as W lies on the device. */
  readonly byWeight: (x: tf.Tensor4D, g: tf.Tensor4D) => tf.Tensor;
  /** ∂x from g and W. */
  readonly byInput: (g: tf.Tensor4D, filter: tf.Tensor4D) => tf.Tensor4D;
};

/** Zeros between and around the pixels of a gradient, so that a kernel of stride 1 reaches every pixel that it came from. */
function reached(g: tf.Tensor4D, { height, width, rows, columns, stride, padding, kernelHeight, kernelWidth }: Sides): tf.Tensor4D {
  const [tall, wide] = [(rows - 1) * stride + 1, (columns - 1) * stride + 1];
  const [top, left] = [kernelHeight - 1 - padding, kernelWidth - 1 - padding];
  const [inner, across] = [height - 2 * padding, width - 2 * padding];
  return framed(spread(g, stride), { top, bottom: inner + kernelHeight - 1 - tall - top, left, right: across + kernelWidth - 1 - wide - left });
}

function grouped(sides: Sides, groups: number): Adjoints {
  const { padding, stride, kernelHeight, kernelWidth } = sides;
  const byWeight = (x: tf.Tensor4D, g: tf.Tensor4D): tf.Tensor =>
    tf.engine().runKernel(
      tf.Conv2DBackpropFilter,
      { x, dy: g },
      {
        strides: [stride, stride],
        pad: [[0, 0], [padding, padding], [padding, padding], [0, 0]],
        dataFormat: 'NHWC',
        filterShape: [kernelHeight, kernelWidth, x.shape[3], g.shape[3]],
      } as unknown as tf.NamedAttrMap,
    );
  const byInput = (g: tf.Tensor4D, filter: tf.Tensor4D): tf.Tensor4D =>
    tf.conv2d(reached(g, sides), tf.transpose(tf.reverse(filter, [0, 1]), [0, 1, 3, 2]), 1, 'valid');
  if (groups === 1) return { byWeight, byInput };
  const parts = (image: tf.Tensor4D): readonly tf.Tensor4D[] => tf.split(image, groups, 3);
  return {
    byWeight: (x, g) => {
      const gradients = parts(g);
      return tf.concat(parts(x).map((part, group) => byWeight(part, gradients[group]!)), 3);
    },
    byInput: (g, filter) => {
      const filters: readonly tf.Tensor4D[] = tf.split(filter, groups, 3);
      return tf.concat(parts(g).map((part, group) => byInput(part, filters[group]!)), 3);
    },
  };
}

/** Kernels are [height, width, channels, each]; the filters of a channel stand together in the output. */
function depthwise(sides: Sides, each: number): Adjoints {
  const { padding, kernelHeight, kernelWidth } = sides;
  /** The outputs number `index` of every channel. */
  const ofFilter = (g: tf.Tensor4D, index: number): tf.Tensor4D => {
    if (each === 1) return g;
    const [count, rows, columns, all] = g.shape;
    const split = tf.reshape(g, [count * rows * columns, all / each, each]);
    return tf.reshape(tf.slice(split, [0, 0, index], [-1, -1, 1]), [count, rows, columns, all / each]);
  };
  const filters = Array.from({ length: each }, (_, index) => index);
  return {
    byWeight: (x, g) => {
      const padded = framed(x, { top: padding, bottom: padding, left: padding, right: padding });
      const gradients = filters.map((index) => ofFilter(g, index));
      const positions: tf.Tensor[] = [];
      for (let y = 0; y < kernelHeight; y++) {
        for (let column = 0; column < kernelWidth; column++) {
          const under = pixelsAt(padded, sides, y, column);
          positions.push(tf.stack(gradients.map((gradient) => sumRows(tf.mul(under, gradient))), 1));
        }
      }
      return tf.reshape(tf.stack(positions), [kernelHeight, kernelWidth, x.shape[3], each]);
    },
    byInput: (g, filter) => {
      const turned = tf.reverse(filter, [0, 1]);
      const parts = filters.map((index) =>
        tf.depthwiseConv2d(reached(ofFilter(g, index), sides), tf.slice(turned, [0, 0, 0, index], [-1, -1, -1, 1]), 1, 'valid'),
      );
      return tf.addN(parts);
    },
  };
}

/** The adjoint of a mean over windows: the mean over windows of what is spread and framed. */
export function spreadMean(g: tf.Tensor4D, sliding: Sliding, kernel: number): tf.Tensor4D {
  if (kernel === 1) return imageWith(g, sliding, 0, 0);
  const sides = { ...sliding, padding: 0, kernelHeight: kernel, kernelWidth: kernel };
  return tf.avgPool(reached(g, sides), kernel, 1, 'valid');
}
