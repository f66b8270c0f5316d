/** The float64 interpreter: every operation against sums written out by hand, and the cost of a pass. */
import { describe, expect, test } from 'vitest';
import { createRandom } from '#lib/random.ts';
import { costOfSample } from '#lib/network/cost.ts';
import { evaluateAt, forward } from '#lib/network/forward.ts';
import { layoutOf } from '#lib/network/layout.ts';
import type { Network, Step, TensorSpec } from '#lib/network/program.ts';
import { outputShapeOf } from '#lib/network/shapes.ts';
import { denseNetwork, SEED_CNN } from './networks.ts';

const samplesOf = (inputs: readonly number[], count: number, targets: readonly number[] = []) => ({
  count,
  inputs: Float32Array.from(inputs),
  targets: Float32Array.from(targets),
});

const network = (input_shape_chw: readonly number[], program: readonly Step[], parameter_order: readonly TensorSpec[] = [], buffers: readonly TensorSpec[] = []): Network => ({
  id: 'test',
  input_shape_chw,
  parameter_order,
  buffers,
  program,
});

const run = (net: Network, parameters: readonly number[], inputs: readonly number[], buffers: readonly number[] = [], count = 1): number[] => [
  ...forward(net, Float64Array.from(parameters), buffers, samplesOf(inputs, count)),
];

describe('forward', () => {
  test.each([
    [1, 1, 0],
    [3, 1, 1],
    [3, 2, 1],
    [2, 2, 0],
  ])('[network] a convolution with kernel %i, stride %i, padding %i is the sum written out', (kernel, stride, padding) => {
    const random = createRandom(kernel * 10 + stride);
    const [channels, height, width, filters] = [3, 6, 5, 7];
    const draw = (size: number): number[] => Array.from({ length: size }, () => Math.fround(random.normal()));
    const weight = draw(filters * channels * kernel * kernel);
    const bias = draw(filters);
    const input = draw(channels * height * width);
    const net = network([channels, height, width], [{ op: 'conv2d', weight: 'w', bias: 'b', stride, padding }], [
      { name: 'w', shape: [filters, channels, kernel, kernel] },
      { name: 'b', shape: [filters] },
    ]);
    const [, rows, columns] = outputShapeOf(net);
    const found = run(net, [...weight, ...bias], input);
    let at = 0;
    for (let f = 0; f < filters; f++)
      for (let y = 0; y < rows!; y++)
        for (let x = 0; x < columns!; x++) {
          let sum = bias[f]!;
          for (let c = 0; c < channels; c++)
            for (let i = 0; i < kernel; i++)
              for (let j = 0; j < kernel; j++) {
                const [row, column] = [y * stride + i - padding, x * stride + j - padding];
                if (row < 0 || column < 0 || row >= height || column >= width) continue;
                sum += weight[((f * channels + c) * kernel + i) * kernel + j]! * input[(c * height + row) * width + column]!;
              }
          expect(found[at++]).toBeCloseTo(sum, 12);
        }
    expect(found).toHaveLength(at);
  });

  test('[network] a dense layer is x·Wᵀ + b for any number of samples', () => {
    const inputs = Array.from({ length: 5 * 2 }, (_, index) => index);
    const found = run(denseNetwork(2, 3), [1, 2, 3, 4, 5, 6, 10, 20, 30], inputs, [], 5);
    expect(found.slice(0, 6)).toEqual([12, 24, 36, 18, 38, 58]);
    expect(found).toHaveLength(15);
    expect(found[14]).toBe(5 * 8 + 6 * 9 + 30);
  });

  test('[network] pooling takes the mean or the largest, and keeps what is not a number', () => {
    const input = [1, 2, 5, 0, 3, 4, -7, 6];
    expect(run(network([1, 2, 4], [{ op: 'avgpool', kernel: 2, stride: 2 }]), [], input)).toEqual([2.5, 1]);
    expect(run(network([1, 2, 4], [{ op: 'maxpool', kernel: 2, stride: 2 }]), [], input)).toEqual([4, 6]);
    expect(run(network([1, 2, 2], [{ op: 'maxpool', kernel: 2, stride: 2 }]), [], [NaN, 1, 2, 3])).toEqual([NaN]);
  });

  test('[network] batch norm uses the stored statistics', () => {
    const step: Step = { op: 'batchnorm', weight: 'w', bias: 'b', running_mean: 'm', running_var: 'v', eps: 1e-5 };
    const vector = (name: string) => ({ name, shape: [2] });
    const net = network([2, 1, 2], [step], [vector('w'), vector('b')], [vector('m'), vector('v')]);
    const found = run(net, [2, 3, 0.5, -1], [1, 2, 3, 4], [1, 3, 4, 0.25]);
    const expected = [0.5, (2 * 1) / Math.sqrt(4 + 1e-5) + 0.5, -1, 3 / Math.sqrt(0.25 + 1e-5) - 1];
    for (const [index, value] of found.entries()) expect(value).toBeCloseTo(expected[index]!, 12);
  });

  test('[network] flattening orders by channel or by pixel', () => {
    const input = [1, 2, 3, 4, 5, 6];
    expect(run(network([2, 1, 3], [{ op: 'flatten', order: 'CHW' }]), [], input)).toEqual(input);
    expect(run(network([2, 1, 3], [{ op: 'flatten', order: 'HWC' }]), [], input)).toEqual([1, 4, 2, 5, 3, 6]);
  });

  test('[network] a residual adds its branches, an empty shortcut being the input; concat puts new features in front', () => {
    const relu: Step = { op: 'relu' };
    expect(run(network([3], [{ op: 'residual', body: [relu], shortcut: [] }]), [], [-1, 2, 3])).toEqual([-1, 4, 6]);
    expect(run(network([1, 1, 2], [{ op: 'concat_front', body: [relu] }]), [], [-1, 2, 3, -4], [], 2)).toEqual([0, 2, -1, 2, 3, 0, 3, -4]);
  });

  test('[network] dropout and taps change nothing; tanh is tanh', () => {
    expect(run(network([2], [{ op: 'dropout', p: 0.5 }, { op: 'tap', name: 't' }, { op: 'tanh' }]), [], [0, 1])).toEqual([0, Math.tanh(1)]);
  });

  test('[network] sums and correct answers are over all samples, in blocks of any size', () => {
    const net = denseNetwork(2, 2);
    const count = 1000;
    const random = createRandom(3);
    const inputs = Array.from({ length: 2 * count }, () => Math.fround(random.normal()));
    const targets = Array.from({ length: count }, (_, row) => (inputs[2 * row]! < inputs[2 * row + 1]! ? 1 : 0));
    const job = { network: net, loss: 'crossEntropy', buffers: [], sets: [{ set: 'train', samples: samplesOf(inputs, count, targets) }] } as const;
    const identity = evaluateAt(job, Float64Array.of(1, 0, 0, 1, 0, 0));
    const expected = inputs.reduce((sum, _, index) => (index % 2 ? sum : sum + Math.log1p(Math.exp(-Math.abs(inputs[index]! - inputs[index + 1]!)))), 0);
    expect(identity[0]).toMatchObject({ set: 'train', samples: count, correct: count });
    expect(identity[0]!.lossSum).toBeCloseTo(expected, 8);
    const flat = evaluateAt(job, new Float64Array(6));
    expect(flat[0]!.lossSum / count).toBeCloseTo(Math.LN2, 12);
  });

  test('[network] parameters of the wrong length are refused with both lengths', () => {
    expect(() => run(denseNetwork(2, 3), [1, 2], [1, 2])).toThrow('2 parameters, dense has 9');
  });
});

describe('cost and shapes', () => {
  test('[network] one pass of the seed CNN costs 1,117,056 multiply-adds and gives 10 outputs', () => {
    expect(costOfSample(SEED_CNN)).toBe(1_117_056);
    expect(outputShapeOf(SEED_CNN)).toEqual([10]);
    expect(layoutOf(SEED_CNN).size).toBe(105_866);
  });

  test.each<[string, Network]>([
    ['linear cannot use weight of shape 3×2 on an input of shape 5', { ...denseNetwork(2, 3), input_shape_chw: [5] }],
    ['the program uses tensor gone', network([2], [{ op: 'linear', weight: 'gone', bias: null }])],
    ['avgpool needs channels × height × width', network([4], [{ op: 'avgpool', kernel: 2, stride: 2 }])],
    ['avgpool has a kernel of 3', network([1, 2, 2], [{ op: 'avgpool', kernel: 3, stride: 1 }])],
    ['a residual adds 4 to 1×2×2', network([1, 2, 2], [{ op: 'residual', body: [{ op: 'flatten', order: 'CHW' }], shortcut: [] }])],
  ])('[network] a program that does not fit is refused: %s', (words, net) => {
    expect(() => costOfSample(net)).toThrow(words);
  });
});
