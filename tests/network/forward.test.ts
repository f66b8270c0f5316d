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

  test.each<readonly [string, Step]>([
    ['relu', { op: 'relu' }],
    ['leaky relu', { op: 'leaky_relu', slope: 0.1 }],
    ['elu', { op: 'elu', alpha: 1 }],
    ['gelu', { op: 'gelu', approximate: 'none' }],
    ['gelu by tanh', { op: 'gelu', approximate: 'tanh' }],
    ['swish', { op: 'swish' }],
    ['tanh', { op: 'tanh' }],
    ['sigmoid', { op: 'sigmoid' }],
    ['softplus', { op: 'softplus' }],
    ['the largest of a channel', { op: 'globalpool', kind: 'max' }],
    ['the mean of a channel', { op: 'globalpool', kind: 'average' }],
  ])('[N6] %s keeps what is not a number, and only there', (_, step) => {
    const found = run(network([2, 1, 1], [step]), [], [Number.NaN, 0.5]);
    expect(found[0]).toBeNaN();
    expect(Number.isFinite(found[1])).toBe(true);
  });

  test('[N6] a score that is not a number spoils its own row of attention and no other', () => {
    const weight = (name: string): TensorSpec => ({ name, shape: [1, 1] });
    const none = { query_bias: null, key_bias: null, value_bias: null, output_bias: null };
    const net = network([3, 1], [{ op: 'attention', query: 'q', key: 'k', value: 'v', output: 'o', ...none, causal: true }], ['q', 'k', 'v', 'o'].map(weight));
    // 1e200 is finite, and its square is not: ∞ − ∞ in the softmax.
    const found = run(net, [1e200, 1e200, 1, 1], [0, 0.5, 1]);
    expect(found[0]).toBe(0);
    expect(found.slice(1)).toEqual([Number.NaN, Number.NaN]);
  });

  test('[N7] far from zero the activations neither overflow nor turn to nothing', () => {
    const far = (step: Step) => run(network([2], [step]), [], [-1000, 1000]).map((value) => value + 0);
    expect(far({ op: 'sigmoid' })).toEqual([0, 1]);
    expect(far({ op: 'softplus' })).toEqual([0, 1000]);
    expect(far({ op: 'swish' })).toEqual([0, 1000]);
    expect(far({ op: 'gelu', approximate: 'none' })).toEqual([0, 1000]);
    expect(far({ op: 'gelu', approximate: 'tanh' })).toEqual([0, 1000]);
    expect(far({ op: 'elu', alpha: 1 })).toEqual([-1, 1000]);
  });

  test.each([-1, 5, 0.5, Number.NaN])('[N3] an input of %d is no row of an embedding of five', (value) => {
    const net = network([2], [{ op: 'embedding', weight: 'table' }], [{ name: 'table', shape: [5, 1] }]);
    expect(run(net, [10, 11, 12, 13, 14], [0, 4])).toEqual([10, 14]);
    expect(() => run(net, [10, 11, 12, 13, 14], [0, value])).toThrow(`table has rows 0 to 4, and no row ${value}`);
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

  test('[network] groups save what they leave out; attention and an embedding are counted', () => {
    const shape = (name: string, ...sides: number[]): TensorSpec => ({ name, shape: sides });
    expect(costOfSample(network([4, 5, 5], [{ op: 'conv2d', weight: 'w', bias: null, stride: 1, padding: 1, groups: 4 }], [shape('w', 4, 1, 3, 3)]))).toBe(4 * 25 * 9);
    expect(costOfSample(network([4, 3], [{ op: 'linear', weight: 'w', bias: null }], [shape('w', 5, 3)]))).toBe(4 * 5 * 3);
    expect(costOfSample(network([6], [{ op: 'embedding', weight: 'w' }], [shape('w', 9, 3)]))).toBe(18);
    const tensors = [shape('q', 2, 3), shape('k', 2, 3), shape('v', 5, 3), shape('o', 4, 5)];
    expect(costOfSample(network([7, 3], [attention], tensors))).toBe(7 * (6 + 6 + 15 + 20) + 49 * (2 + 5));
  });

  const attention: Step = { op: 'attention', query: 'q', key: 'k', value: 'v', output: 'o', query_bias: null, key_bias: null, value_bias: null, output_bias: null, causal: false };
  const attends = (...[q, k, v, o]: readonly (readonly number[])[]): readonly TensorSpec[] => [{ name: 'q', shape: q! }, { name: 'k', shape: k! }, { name: 'v', shape: v! }, { name: 'o', shape: o! }];
  const table = (...shape: number[]): readonly TensorSpec[] => [{ name: 'w', shape }, { name: 'b', shape: [shape.at(-1)!] }];

  test.each<[string, Network]>([
    ['linear cannot use weight of shape 3×2 on an input of shape 5', { ...denseNetwork(2, 3), input_shape_chw: [5] }],
    ['the program uses tensor gone', network([2], [{ op: 'linear', weight: 'gone', bias: null }])],
    ['avgpool needs channels × height × width', network([4], [{ op: 'avgpool', kernel: 2, stride: 2 }])],
    ['avgpool has a kernel of 3', network([1, 2, 2], [{ op: 'avgpool', kernel: 3, stride: 1 }])],
    ['a residual adds 4 to 1×2×2', network([1, 2, 2], [{ op: 'residual', body: [{ op: 'flatten', order: 'CHW' }], shortcut: [] }])],
    ['conv2d cannot use w of shape 4×1×3×3 on an input of shape 3×5×5 in 4 groups', network([3, 5, 5], [{ op: 'conv2d', weight: 'w', bias: null, stride: 1, padding: 1, groups: 4 }], table(4, 1, 3, 3))],
    ['conv2d cannot use w of shape 5×1×1×1 on an input of shape 2×5×5 in 2 groups', network([2, 5, 5], [{ op: 'conv2d', weight: 'w', bias: null, stride: 1, padding: 0, groups: 2 }], table(5, 1, 1, 1))],
    ['linear needs a vector or a sequence, and is given 3×5×5: flatten it first', network([3, 5, 5], [{ op: 'linear', weight: 'w', bias: null }], table(4, 5))],
    ['layernorm cannot use w of shape 4 on an input of shape 4×3', network([4, 3], [{ op: 'layernorm', weight: 'w', bias: 'b', eps: 1e-5 }], table(4))],
    ['globalpool needs an image or a sequence, and is given 4', network([4], [{ op: 'globalpool', kind: 'max' }])],
    ['embedding cannot use w of shape 4 on an input of shape 3', network([3], [{ op: 'embedding', weight: 'w' }], table(4))],
    ['positional cannot use w of shape 5×2 on an input of shape 4×2', network([4, 2], [{ op: 'positional', weight: 'w' }], table(5, 2))],
    ['attention needs positions × features, and is given 3', network([3], [attention], attends([2, 3], [2, 3], [2, 3], [3, 2]))],
    ['attention cannot use k of shape 4×3 on an input of shape 5×3, whose queries have 2 numbers', network([5, 3], [attention], attends([2, 3], [4, 3], [2, 3], [3, 2]))],
    ['attention cannot use o of shape 3×2 on an input of shape 5×4', network([5, 3], [attention], attends([2, 3], [2, 3], [4, 3], [3, 2]))],
    ['concat joins 2×2×2 to 8', network([2, 2, 2], [{ op: 'concat', branches: [[], [{ op: 'flatten', order: 'CHW' }]] }])],
    ['concat_front joins 2×1×1 to 2×2×2', network([2, 2, 2], [{ op: 'concat_front', body: [{ op: 'maxpool', kernel: 2, stride: 2 }] }])],
    ['dropout has p = 1.5, which is no probability', network([2], [{ op: 'dropout', p: 1.5 }])],
  ])('[N3] a program that does not fit is refused: %s', (words, net) => {
    expect(() => costOfSample(net)).toThrow(words);
  });
});
