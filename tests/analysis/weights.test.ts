/** What the weights say: histograms, rescaling that changes nothing, sharpness in a box, curvature along normalised directions, the line fit. */
import { describe, expect, test } from 'vitest';
import { boxSharpness } from '#lib/analysis/boxSharpness.ts';
import { denseMatrix, eigenvaluesOf } from '#lib/analysis/denseMatrix.ts';
import { lineFit } from '#lib/analysis/lineFit.ts';
import { normalisedCurvature } from '#lib/analysis/normalisedCurvature.ts';
import { solve } from '#lib/analysis/productMethod.ts';
import { rescalablePairs, rescaled } from '#lib/analysis/rescaling.ts';
import { filterNorms, weightHistograms } from '#lib/analysis/weightHistogram.ts';
import { noisyLine } from '#lib/network/datasets/line.ts';
import { twoSpirals } from '#lib/network/datasets/spirals.ts';
import { gradientAt, hessianAt, type Differentiable } from '#lib/network/derivatives/derivatives.ts';
import { layoutOf } from '#lib/network/layout.ts';
import type { Network } from '#lib/network/program.ts';
import { createRandom } from '#lib/random.ts';
import { noiseOf, normalise } from '#lib/slice/direction.ts';
import { MODAL_CNN, SEED_CNN, denseNetwork } from '#tests/network/networks.ts';

const MLP: Network = {
  id: 'mlp',
  input_shape_chw: [2],
  parameter_order: [{ name: 'a.weight', shape: [7, 2] }, { name: 'a.bias', shape: [7] }, { name: 'b.weight', shape: [5, 7] }, { name: 'b.bias', shape: [5] }, { name: 'c.weight', shape: [2, 5] }, { name: 'c.bias', shape: [2] }],
  buffers: [],
  program: [
    { op: 'linear', weight: 'a.weight', bias: 'a.bias' },
    { op: 'relu' },
    { op: 'linear', weight: 'b.weight', bias: 'b.bias' },
    { op: 'tanh' },
    { op: 'linear', weight: 'c.weight', bias: 'c.bias' },
  ],
};
const LAYOUT = layoutOf(MLP);
const SUBJECT: Differentiable = { network: MLP, loss: 'crossEntropy', buffers: [], samples: twoSpirals(createRandom(1), 60) };

function weightsOf(seed: number): Float64Array {
  const random = createRandom(seed);
  return Float64Array.from({ length: LAYOUT.size }, () => 0.7 * random.normal());
}

describe('histograms of weights', () => {
  test('[O10] two networks over the same bins: every weight is in one, and moments are those of the numbers', () => {
    const [one, other] = [weightsOf(1), weightsOf(2).map((value) => 3 * value)];
    const { edges, networks } = weightHistograms([one, other], LAYOUT, 20);
    expect(edges).toHaveLength(21);
    expect([edges[0], edges.at(-1)]).toEqual([Math.min(...one, ...other), Math.max(...one, ...other)]);
    for (const [index, weights] of [one, other].entries()) {
      const { counts, moments } = networks[index]!;
      for (const [bin, count] of counts.entries()) {
        const isLast = bin === 19;
        expect(count).toBe(weights.filter((value) => value >= edges[bin]! && (isLast || value < edges[bin + 1]!)).length);
      }
      expect(moments.norm).toBeCloseTo(Math.hypot(...weights), 12);
      expect(moments.mean ** 2 + moments.deviation ** 2).toBeCloseTo(moments.norm ** 2 / weights.length, 12);
    }
    const known = weightHistograms([Float64Array.of(1, 2, 3, 6, NaN)], { ...LAYOUT, tensors: [{ name: 'v', shape: [5], offset: 0, size: 5, filters: 0 }] }, 5).networks[0]!;
    // Deviations −2, −1, 0, 3: second moment 3.5, third 4.5, fourth 24.5.
    expect(known.moments).toMatchObject({ count: 4, mean: 3, notFinite: 1, skewness: expect.closeTo(4.5 / 3.5 ** 1.5, 12), excessKurtosis: expect.closeTo(24.5 / 3.5 ** 2 - 3, 12) });
    expect(known.counts).toEqual([1, 1, 1, 0, 1]);
  });

  test('[O10] of named tensors only, of equal weights, and norms of filters', () => {
    const weights = weightsOf(3);
    expect(weightHistograms([weights], LAYOUT, 4, ['b.weight']).networks[0]!.moments.count).toBe(35);
    expect(weightHistograms([new Float64Array(LAYOUT.size).fill(2)], LAYOUT, 4).networks[0]!.counts.reduce((sum, count) => sum + count, 0)).toBe(LAYOUT.size);
    expect(() => weightHistograms([weights], LAYOUT, 4, ['d'])).toThrow('no tensor d');
    const norms = filterNorms(weights, LAYOUT);
    expect(norms.map(({ filters }) => filters.length)).toEqual([7, 0, 5, 0, 2, 0]);
    expect(norms[2]!.filters[1]).toBeCloseTo(Math.hypot(...weights.subarray(21 + 7, 21 + 14)), 12);
    expect(Math.hypot(...norms[2]!.filters)).toBeCloseTo(norms[2]!.norm, 12);
  });
});

describe('rescaling a layer against the next', () => {
  const [pair, stopped] = rescalablePairs(MLP);

  test('[O11] loss and filter-normalised slice stay, the largest eigenvalue does not', () => {
    const weights = weightsOf(4);
    const twin = rescaled(MLP, weights, pair!, 5);
    expect(twin).not.toEqual(weights);
    const lossAt = (parameters: Float64Array): number => gradientAt(SUBJECT, parameters).loss;
    expect(lossAt(twin)).toBeCloseTo(lossAt(weights), 12);
    const along = (parameters: Float64Array, normalisation: 'filter' | 'none'): number[] => {
      const direction = normalise(noiseOf(LAYOUT, 9, 0), parameters, LAYOUT, normalisation, 'ignore');
      return [-1, -0.4, 0.3, 1].map((a) => lossAt(parameters.map((value, at) => value + a * direction[at]!)));
    };
    for (const [index, value] of along(twin, 'filter').entries()) expect(value).toBeCloseTo(along(weights, 'filter')[index]!, 6);
    expect(Math.abs(along(twin, 'none')[3]! - along(weights, 'none')[3]!)).toBeGreaterThan(0.05);
    const largest = (parameters: Float64Array): number => eigenvaluesOf(solve(denseMatrix(LAYOUT.size), hessianAt(SUBJECT, parameters)), LAYOUT.size).at(-1)!;
    expect(Math.max(largest(twin) / largest(weights), largest(weights) / largest(twin))).toBeGreaterThan(2);
  });

  test('[O11] where the factor would not pass, the reason is said', () => {
    expect(pair).toMatchObject({ from: 'a.weight', to: 'b.weight', reason: null, grown: ['a.weight', 'a.bias'], shrunk: ['b.weight'] });
    expect(stopped!.reason).toContain('tanh between them');
    expect(() => rescaled(MLP, weightsOf(1), stopped!, 2)).toThrow('tanh');
    expect(() => rescaled(MLP, weightsOf(1), pair!, -2)).toThrow('above zero');
    expect(rescalablePairs(SEED_CNN).map(({ reason }) => reason)).toEqual([null, null, null]);
    expect(rescalablePairs(MODAL_CNN).map(({ reason }) => reason)).toEqual([expect.stringContaining('batch norm'), expect.stringContaining('batch norm')]);
    expect(rescalablePairs({ ...MLP, program: [MLP.program[0]!, { op: 'residual', body: [{ op: 'relu' }], shortcut: [] }, MLP.program[2]!] })[0]!.reason).toContain('branch');
  });
});

describe('curvature along filter-normalised directions', () => {
  test('[O12] is Σ ‖θ_f‖²/n_f · tr(H_ff), and the mean over such directions; rescaling does not move it', () => {
    const weights = weightsOf(5);
    const matrix = solve(denseMatrix(LAYOUT.size), hessianAt(SUBJECT, weights));
    let exact = 0;
    for (const { offset, size, filters } of LAYOUT.tensors) {
      for (let filter = 0; filter < filters; filter++) {
        const [start, length] = [offset + (filter * size) / filters, size / filters];
        const square = weights.subarray(start, start + length).reduce((sum, value) => sum + value * value, 0);
        for (let at = start; at < start + length; at++) exact += (square / length) * matrix[at * LAYOUT.size + at]!;
      }
    }
    const { mean, standardError } = solve(normalisedCurvature(weights, LAYOUT, { seed: 2, probes: 300 }), hessianAt(SUBJECT, weights));
    expect(Math.abs(mean - exact)).toBeLessThan(4 * standardError);
    expect(standardError / Math.abs(exact)).toBeLessThan(0.1);
    // Gaussian directions, scaled to the filters, meet the same on average.
    const bends = Array.from({ length: 400 }, (_, seed) => {
      const d = normalise(noiseOf(LAYOUT, seed, 0), weights, LAYOUT, 'filter', 'ignore');
      return d.reduce((sum, value, row) => sum + value * d.reduce((inner, other, column) => inner + matrix[row * LAYOUT.size + column]! * other, 0), 0);
    });
    const average = bends.reduce((sum, value) => sum + value, 0) / bends.length;
    const spread = Math.sqrt(bends.reduce((sum, value) => sum + (value - average) ** 2, 0) / bends.length / bends.length);
    expect(Math.abs(average - exact)).toBeLessThan(4 * spread);
    const twin = rescaled(MLP, weights, rescalablePairs(MLP)[0]!, 4);
    expect(solve(normalisedCurvature(twin, LAYOUT, { seed: 2, probes: 300 }), hessianAt(SUBJECT, twin)).mean).toBeCloseTo(mean, 8);
  });
});

describe('sharpness in a box', () => {
  /** ½·Σ aᵢ·(xᵢ − cᵢ)², whose maximum over a box is in a corner. */
  const measured = (a: readonly number[], c: readonly number[], x: Float64Array, epsilon: number) => {
    const method = boxSharpness(x, { epsilon, seed: 1 });
    let step = method.next();
    while (!step.done) {
      const { parameters } = step.value;
      step = method.next({
        loss: parameters.reduce((sum, value, at) => sum + (a[at]! * (value - c[at]!) ** 2) / 2, 0),
        gradient: parameters.map((value, at) => a[at]! * (value - c[at]!)),
      });
    }
    return step.value;
  };

  test('[O13] of a quadratic it is that of the worst corner, by the formula of the paper', () => {
    const [a, c, x, epsilon] = [[1, 4, 9], [0, 0.2, -1], Float64Array.of(0, 1, -1), 1e-2];
    const corner = a.reduce((sum, each, at) => sum + (each * (Math.abs(x[at]! - c[at]!) + epsilon * (Math.abs(x[at]!) + 1)) ** 2) / 2, 0);
    const own = a.reduce((sum, each, at) => sum + (each * (x[at]! - c[at]!) ** 2) / 2, 0);
    const found = measured(a, c, x, epsilon);
    expect(found.loss).toBeCloseTo(own, 14);
    expect(found.highest).toBeCloseTo(corner, 12);
    expect(found.sharpness).toBeCloseTo((100 * (corner - own)) / (1 + own), 9);
  });

  test('[O13] no point outside the box is asked for, and stopped it answers with what it has', () => {
    const x = Float64Array.of(2, -3);
    const method = boxSharpness(x, { epsilon: 0.1, seed: 4 });
    let step = method.next();
    for (let turn = 0; turn < 12; turn++) {
      const { parameters } = step.value as { parameters: Float64Array };
      for (const [at, value] of parameters.entries()) expect(Math.abs(value - x[at]!)).toBeLessThanOrEqual(0.1 * (Math.abs(x[at]!) + 1) + 1e-12);
      step = method.next({ loss: parameters[0]!, gradient: Float64Array.of(1, 0) });
    }
    expect(method.next(null)).toMatchObject({ done: true, value: { loss: 2, highest: expect.closeTo(2.3, 12) } });
    expect(() => {
      const other = boxSharpness(x, { epsilon: 0.1, seed: 4 });
      other.next();
      other.next(null);
    }).toThrow('before its first loss');
  });
});

describe('the line fit', () => {
  test('[O14] its gradient vanishes there, its loss is least, and its Hessian is that of the network', () => {
    const samples = noisyLine(createRandom(3), 40);
    const fit = lineFit(samples);
    const subject: Differentiable = { network: denseNetwork(1, 1), loss: 'squaredError', buffers: [], samples };
    const { loss, gradient } = gradientAt(subject, Float64Array.of(fit.slope, fit.intercept));
    expect(loss).toBeCloseTo(fit.loss, 12);
    for (const value of gradient) expect(Math.abs(value)).toBeLessThan(1e-12);
    const matrix = solve(denseMatrix(2), hessianAt(subject, Float64Array.of(0, 0)));
    for (const [at, value] of fit.hessian.entries()) expect(matrix[at]).toBeCloseTo(value, 12);
    for (const [at, value] of eigenvaluesOf(matrix, 2).entries()) expect(fit.eigenvalues[at]).toBeCloseTo(value, 12);
    expect(() => lineFit({ count: 2, inputs: Float32Array.of(1, 1), targets: Float32Array.of(0, 1) })).toThrow('one and the same input');
  });
});
