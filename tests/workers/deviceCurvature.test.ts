/** Gradients and Hessian-vector products on a device: against PyTorch's double backward, and against the float64 interpreter. */
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { gradientAt, hessianAt, type Differentiable } from '#lib/network/derivatives/derivatives.ts';
import { layoutOf } from '#lib/network/layout.ts';
import type { Network } from '#lib/network/program.ts';
import { createRandom } from '#lib/random.ts';
import { NODE_FILES } from '#scripts/engineFiles.ts';
import { caseNamed, distance, NAMES } from '#tests/network/derivativeCases.ts';
import { openBackend, type OpenBackend } from '#workers/backend.ts';
import { asymmetryOf, checkedCurvature } from '#workers/curvature/checkedCurvature.ts';
import { createDeviceCurvature } from '#workers/curvature/deviceCurvature.ts';
import { startTensorFlow } from '#workers/operators/tensorFlow.ts';
import { createPace } from '#workers/pace.ts';

/** What issue and method promise: float32 on the device beside float64. */
const TOLERANCE = 1e-5;

let open: OpenBackend;
beforeAll(async () => {
  open = await openBackend('wasm', 'wasm');
  await startTensorFlow(open, NODE_FILES.wasmPath);
});

describe('curvature on WASM', () => {
  test.each(NAMES)('[Q5] %s: gradient and H·v are those of PyTorch, in blocks of two samples', async (name) => {
    const { golden, subject, theta, direction } = caseNamed(name);
    const before = tf.memory().numTensors;
    const curvature = createDeviceCurvature(open, { ...subject, block: 2 }, theta, createPace());
    const { loss, gradient } = await curvature.gradient();
    const product = await curvature.multiply(direction);
    const again = await curvature.multiply(direction);
    curvature.dispose();
    expect(Math.abs(loss - golden.value)).toBeLessThan(TOLERANCE * Math.max(1, Math.abs(golden.value)));
    expect(distance(gradient, golden.gradient)).toBeLessThan(TOLERANCE);
    expect(distance(product, golden.product)).toBeLessThan(TOLERANCE);
    expect(again).toEqual(product);
    expect(tf.memory().numTensors).toBe(before);
  });

  test('[Q5] a network of images whose strides leave pixels over, whatever the blocks', async () => {
    const { subject, theta, direction } = strided();
    const curvature = createDeviceCurvature(open, { ...subject, block: 3 }, theta, createPace());
    expect(distance((await curvature.gradient()).gradient, gradientAt(subject, theta).gradient)).toBeLessThan(TOLERANCE);
    expect(distance(await curvature.multiply(direction), hessianAt(subject, theta)(direction))).toBeLessThan(TOLERANCE);
    const elsewhere = theta.map((value, index) => value + 0.1 * direction[index]!);
    curvature.moveTo(elsewhere);
    expect(distance(await curvature.multiply(direction), hessianAt(subject, elsewhere)(direction))).toBeLessThan(TOLERANCE);
    curvature.dispose();
  });

  test('[Q6] a device that is right is taken; one whose kernel is wrong is refused in words, and holds nothing', async () => {
    const { subject, theta, direction } = strided();
    const right = await checkedCurvature(open, createPace(), subject, theta);
    expect(distance(await right.multiply(direction), hessianAt(subject, theta)(direction))).toBeLessThan(TOLERANCE);
    right.dispose();
    const before = tf.memory().numTensors;
    const sigmoid = tf.getKernel(tf.Sigmoid, 'wasm');
    tf.unregisterKernel(tf.Sigmoid, 'wasm');
    tf.registerKernel({ ...sigmoid, kernelFunc: ({ inputs, attrs, backend }) => tf.getKernel(tf.Relu, 'wasm').kernelFunc({ inputs, attrs: attrs ?? {}, backend }) });
    try {
      await expect(checkedCurvature(open, createPace(), subject, theta)).rejects.toThrow(/gives a (gradient|product with the Hessian) that is off by .* beside float64/);
    } finally {
      tf.unregisterKernel(tf.Sigmoid, 'wasm');
      tf.registerKernel(sigmoid);
    }
    expect(tf.memory().numTensors).toBe(before);
  });

  test('[Q6] products that are not symmetric are told by their size', () => {
    const [u, v] = [Float64Array.of(1, 2), Float64Array.of(3, -1)];
    const times = ([a, b, c, d]: readonly [number, number, number, number], [x, y]: Float64Array) => Float64Array.of(a * x! + b * y!, c * x! + d * y!);
    expect(asymmetryOf(u, v, times([2, 1, 1, 3], u), times([2, 1, 1, 3], v))).toBe(0);
    expect(asymmetryOf(u, v, times([2, 1, 0, 3], u), times([2, 1, 0, 3], v))).toBeGreaterThan(0.1);
  });
});

/** Kernels of two sizes, strides that do not divide, padding of every kind, groups, and windows that overlap. */
function strided() {
  const network: Network = {
    id: 'strided',
    input_shape_chw: [2, 9, 8],
    parameter_order: [
      { name: 'c1', shape: [4, 2, 3, 2] },
      { name: 'b1', shape: [4] },
      { name: 'c2', shape: [6, 2, 3, 3] },
      { name: 'c3', shape: [12, 1, 3, 3] },
      { name: 'w', shape: [3, 12] },
    ],
    buffers: [],
    program: [
      { op: 'conv2d', weight: 'c1', bias: 'b1', stride: 2, padding: 2 },
      { op: 'tanh' },
      { op: 'conv2d', weight: 'c2', bias: null, stride: 1, padding: 1, groups: 2 },
      { op: 'swish' },
      { op: 'maxpool', kernel: 3, stride: 2 },
      { op: 'conv2d', weight: 'c3', bias: null, stride: 2, padding: 1, groups: 6 },
      { op: 'avgpool', kernel: 1, stride: 1 },
      { op: 'globalpool', kind: 'average' },
      { op: 'linear', weight: 'w', bias: null },
    ],
  };
  const random = createRandom(3);
  const draw = (length: number, scale: number) => Float64Array.from({ length }, () => Math.fround(scale * random.normal()));
  const { size } = layoutOf(network);
  const subject: Differentiable = {
    network,
    loss: 'crossEntropy',
    buffers: [],
    samples: { count: 7, inputs: draw(7 * 2 * 9 * 8, 1), targets: Float32Array.from({ length: 7 }, (_, index) => index % 3) },
  };
  return { subject, theta: draw(size, 0.5), direction: draw(size, 1) };
}
