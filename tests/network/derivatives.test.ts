/** Gradients and Hessian-vector products: against PyTorch's double backward, against differences, and by what every Hessian must be. */
import { describe, expect, test } from 'vitest';
import { gradientAt, hessianAt, type Differentiable } from '#lib/network/derivatives/derivatives.ts';
import { evaluateAt } from '#lib/network/forward.ts';
import { layoutOf } from '#lib/network/layout.ts';
import type { Network } from '#lib/network/program.ts';
import { createRandom } from '#lib/random.ts';
import { dot, normOf } from '#lib/slice/vectors.ts';
import { caseNamed, cases, distance, NAMES, numbers } from './derivativeCases.ts';
import { denseNetwork, SEED_CNN } from './networks.ts';

const SMOOTH = cases.filter(({ isSmooth }) => isSmooth).map(({ name }) => name);

const lossAt = ({ network, loss, buffers, samples }: Differentiable, theta: Float64Array): number =>
  evaluateAt({ network, loss, buffers, sets: [{ set: 'train', samples }] }, theta)[0]!.lossSum / samples.count;

const moved = (theta: Float64Array, step: number, direction: Float64Array): Float64Array => theta.map((value, index) => value + step * direction[index]!);

describe('gradients and Hessian-vector products', () => {
  test.each(NAMES)('[Q1] %s: loss, gradient and H·v are those of PyTorch', (name) => {
    const { golden, subject, theta, direction } = caseNamed(name);
    const { loss, gradient } = gradientAt(subject, theta);
    expect(Math.abs(loss - golden.value)).toBeLessThan(1e-13 * Math.max(1, Math.abs(golden.value)));
    expect(Math.max(...golden.gradient.map(Math.abs))).toBeGreaterThan(1e-4);
    expect(distance(gradient, golden.gradient)).toBeLessThan(1e-12);
    expect(distance(hessianAt(subject, theta)(direction), golden.product)).toBeLessThan(1e-12);
  });

  test('[Q1] the goldens hold every operation and every loss that has derivatives', () => {
    const text = JSON.stringify(cases);
    for (const op of ['conv2d', 'linear', 'batchnorm', 'layernorm', 'relu', 'leaky_relu', 'elu', 'gelu', 'swish', 'tanh', 'sigmoid', 'softplus', 'maxpool', 'avgpool', 'globalpool', 'flatten', 'dropout', 'residual', 'concat_front', 'concat', 'embedding', 'positional', 'attention', 'tap']) {
      expect(text).toContain(`"op":"${op}"`);
    }
    expect(new Set(cases.map(({ loss }) => loss)).size).toBe(9);
    expect(cases.filter(({ product }) => product.some((value) => Math.abs(value) > 1e-4)).length).toBe(cases.length);
  });

  test.each(NAMES)('[Q2] %s: the gradient is the central difference of the interpreter’s loss', (name) => {
    const { subject, theta } = caseNamed(name);
    const { gradient } = gradientAt(subject, theta);
    const step = 1e-6;
    // Along coordinates spread over all tensors: every tensor is met.
    const differences = layoutOf(subject.network).tensors.map(({ offset, size }) => {
      const at = offset + Math.floor(size / 2);
      const unit = new Float64Array(theta.length);
      unit[at] = 1;
      return { at, slope: (lossAt(subject, moved(theta, step, unit)) - lossAt(subject, moved(theta, -step, unit))) / (2 * step) };
    });
    const largest = Math.max(...gradient.map(Math.abs));
    for (const { at, slope } of differences) expect(Math.abs(gradient[at]! - slope) / largest).toBeLessThan(1e-7);
  });

  test.each(SMOOTH)('[Q2] %s: H·v is the central difference of gradients, and v·H·v the second difference of the loss', (name) => {
    const { subject, theta, direction } = caseNamed(name);
    const product = hessianAt(subject, theta)(direction);
    const step = 1e-5;
    const [ahead, behind] = [gradientAt(subject, moved(theta, step, direction)).gradient, gradientAt(subject, moved(theta, -step, direction)).gradient];
    expect(distance(product, ahead.map((value, index) => (value - behind[index]!) / (2 * step)))).toBeLessThan(1e-6);
    const wide = 1e-3;
    const bend = (lossAt(subject, moved(theta, wide, direction)) - 2 * lossAt(subject, theta) + lossAt(subject, moved(theta, -wide, direction))) / wide ** 2;
    expect(Math.abs(dot(direction, product) - bend)).toBeLessThan(2e-3 * Math.abs(bend) + 1e-4);
  });

  test.each(NAMES)('[Q3] %s: products are symmetric and linear', (name) => {
    const { subject, theta, direction } = caseNamed(name);
    const other = numbers(theta.length, 9);
    const multiply = hessianAt(subject, theta);
    const [one, two] = [multiply(direction), multiply(other)];
    const scale = normOf(one) * normOf(other);
    expect(Math.abs(dot(other, one) - dot(direction, two)) / scale).toBeLessThan(1e-13);
    expect(distance(multiply(direction.map((value, index) => 3 * value - 2 * other[index]!)), one.map((value, index) => 3 * value - 2 * two[index]!))).toBeLessThan(1e-12);
  });

  test.each(NAMES)('[Q4] %s: the size of the blocks changes nothing, and neither do parameters changed afterwards', (name) => {
    const { subject, theta, direction } = caseNamed(name);
    const whole = { ...subject, block: subject.samples.count };
    const expected = { ...gradientAt(whole, theta), product: hessianAt(whole, theta)(direction) };
    for (const block of [1, 2, 3]) {
      const { loss, gradient } = gradientAt({ ...subject, block }, theta);
      expect(Math.abs(loss - expected.loss)).toBeLessThan(1e-14);
      expect(distance(gradient, expected.gradient)).toBeLessThan(1e-13);
      const own = theta.slice();
      const multiply = hessianAt({ ...subject, block }, own);
      own.fill(Number.NaN);
      multiply(numbers(theta.length, 9));
      expect(distance(multiply(direction), expected.product)).toBeLessThan(1e-13);
    }
  });

  test('[Q4] batches of 64 and of 128 give the same product for a network of images', () => {
    const random = createRandom(4);
    const size = layoutOf(SEED_CNN).size;
    const samples = {
      count: 130,
      inputs: Float32Array.from({ length: 130 * 784 }, () => random.uniform()),
      targets: Float32Array.from({ length: 130 }, () => random.integer(10)),
    };
    const theta = Float64Array.from({ length: size }, () => 0.1 * random.normal());
    const direction = Float64Array.from({ length: size }, () => random.normal());
    const [one, two] = [64, 128].map((block) => hessianAt({ network: SEED_CNN, loss: 'crossEntropy', buffers: [], samples, block }, theta)(direction));
    expect(normOf(one!)).toBeGreaterThan(0);
    expect(distance(one!, two!)).toBeLessThan(1e-12);
  });

  test('[Q3] for a quadratic, H·v is A·v exactly, wherever θ is', () => {
    const inputs = [1, 2, -1, 3, 0, 0.5, 2, -2, 1];
    const samples = { count: 3, inputs: Float64Array.from(inputs), targets: Float32Array.of(1, -1, 2) };
    const subject: Differentiable = { network: denseNetwork(3, 1), loss: 'squaredError', buffers: [], samples };
    const direction = Float64Array.of(1, -2, 0.5, 4);
    // Mean of (w·x + b − t)²: A = 2/n Σ (x, 1)(x, 1)ᵀ.
    const rows = [0, 1, 2].map((row) => [...inputs.slice(3 * row, 3 * row + 3), 1]);
    const expected = direction.map((_, i) => (2 / 3) * rows.reduce((sum, row) => sum + row[i]! * row.reduce((along, value, j) => along + value * direction[j]!, 0), 0));
    for (const theta of [new Float64Array(4), Float64Array.of(5, -3, 100, 7)]) expect(distance(hessianAt(subject, theta)(direction), expected)).toBeLessThan(1e-15);
  });

  test('[Q1] ReLU has slope 0 at 0, and of equal pixels the first is pooled', () => {
    const kink: Network = { ...denseNetwork(1, 1), program: [{ op: 'linear', weight: 'weight', bias: 'bias' }, { op: 'relu' }] };
    const samples = { count: 1, inputs: Float32Array.of(2), targets: Float32Array.of(3) };
    // Pre-activation exactly 0: nothing passes back.
    for (const value of gradientAt({ network: kink, loss: 'squaredError', buffers: [], samples }, new Float64Array(2)).gradient) expect(Math.abs(value)).toBe(0);
    const places: Network = {
      id: 'places',
      input_shape_chw: [4, 1],
      parameter_order: [{ name: 'places', shape: [4, 1] }],
      buffers: [],
      program: [{ op: 'positional', weight: 'places' }, { op: 'globalpool', kind: 'max' }],
    };
    const same = { count: 1, inputs: Float32Array.of(1, 5, 5, 5), targets: Float32Array.of(2) };
    // d/dx (x − 2)² at the first 5, and nowhere else.
    expect([...gradientAt({ network: places, loss: 'squaredError', buffers: [], samples: same }, new Float64Array(4)).gradient]).toEqual([0, 6, 0, 0]);
  });

  test('[Q1] what does not fit is refused in words', () => {
    const { subject, theta } = caseNamed('tanh');
    expect(() => gradientAt(subject, theta.slice(1))).toThrow('50 parameters, tanh has 51');
    expect(() => hessianAt(subject, theta)(theta.slice(1))).toThrow('a direction of');
    expect(() => gradientAt({ ...subject, samples: { ...subject.samples, count: 0 } }, theta)).toThrow('no samples');
    expect(() => gradientAt({ ...subject, buffers: [1] }, theta)).toThrow('1 statistics');
  });
});
