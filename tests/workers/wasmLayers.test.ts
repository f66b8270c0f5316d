/** Every layer and loss of the WASM tile engine against the float64 reference, with and without relaxed SIMD. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isClassification, LOSS_NAMES } from '#lib/network/loss.ts';
import type { ActivationStep, Network, Step } from '#lib/network/program.ts';
import type { Engine, EvaluationJob } from '#workers/evaluator.ts';
import { errorOf, jobOf, networkOf, outputsError, truthAt } from './engines.ts';
import { KERNELS, wasmEngineWith } from './wasmEngines.ts';

const POINTS = [{ a: 0, b: 0 }, { a: 1, b: -1 }, { a: -0.35, b: 0.8 }];

/** Largest relative error of the mean loss that one float32 pass may have; the worst seen in these small nets is a fifth of it. */
const TOLERANCE = 2e-6;
/** Tiles lose about twice as much, and the few samples of a small net do not average it out. */
const TILES_TOLERANCE = 1e-5;

describe.each(KERNELS)('%s', (kernels) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await wasmEngineWith(kernels);
  });
  afterAll(() => engine.dispose());

  async function expectTruth(job: EvaluationJob, points = POINTS, tolerance = TOLERANCE): Promise<void> {
    const slice = await engine.prepare(job);
    try {
      const { sets } = await slice.evaluate(points);
      for (const [index, { a, b }] of points.entries()) {
        for (const [set, truth] of truthAt(job, a, b).entries()) {
          expect(errorOf(sets[set]!.lossSum[index]!, truth), `${job.network.id} at ${a}, ${b}: ${sets[set]!.lossSum[index]} for ${truth.lossSum}`).toBeLessThan(tolerance);
          expect(sets[set]!.correct[index]).toBe(truth.correct);
        }
      }
      const { a, b } = points.at(-1)!;
      expect(outputsError(job, a, b, (await slice.outputs({ a, b }))[0]!), `outputs of ${job.network.id}`).toBeLessThan(20 * tolerance);
    } finally {
      slice.dispose();
    }
  }

  const behind = (input: readonly number[], steps: readonly Step[], parameters: Record<string, readonly number[]>, buffers: Record<string, readonly number[]>, flat: number): Network =>
    networkOf(input, [...steps, { op: 'flatten', order: 'CHW' }, { op: 'linear', weight: 'last', bias: 'lastBias' }], { ...parameters, last: [3, flat], lastBias: [3] }, buffers);

  test('[N1] convolutions of any size, stride, padding and number of groups', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          groups: fc.constantFrom(1, 1, 1, 2, 3), inEach: fc.integer({ min: 1, max: 9 }), outEach: fc.integer({ min: 1, max: 10 }), kernel: fc.constantFrom(1, 2, 3, 5),
          stride: fc.integer({ min: 1, max: 3 }), padding: fc.integer({ min: 0, max: 2 }), height: fc.integer({ min: 5, max: 12 }), width: fc.integer({ min: 5, max: 12 }),
          samples: fc.integer({ min: 1, max: 11 }), seed: fc.integer({ min: 1, max: 1000 }), isBiased: fc.boolean(), isRelu: fc.boolean(),
        }),
        async ({ groups, inEach, outEach, kernel, stride, padding, height, width, samples, seed, isBiased, isRelu }) => {
          const [channels, outputs] = [groups * inEach, groups * outEach];
          const side = (size: number) => Math.floor((size + 2 * padding - kernel) / stride) + 1;
          const network = behind(
            [channels, height, width],
            [{ op: 'conv2d', weight: 'k', bias: isBiased ? 'c' : null, stride, padding, groups }, isRelu ? { op: 'relu' } : { op: 'tanh' }],
            { k: [outputs, inEach, kernel, kernel], c: [outputs] },
            {},
            outputs * side(height) * side(width),
          );
          await expectTruth(jobOf(network, { samples, seed, scale: 0.1 }));
        },
      ),
      { numRuns: 60, seed: 11 },
    );
  });

  test('[I2] 3×3 convolutions by tiles, of any size, with what is attached to them', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          channels: fc.integer({ min: 8, max: 21 }), outputs: fc.constantFrom(8, 13, 16, 24), padding: fc.integer({ min: 0, max: 2 }),
          height: fc.integer({ min: 6, max: 13 }), width: fc.integer({ min: 6, max: 13 }), samples: fc.integer({ min: 1, max: 9 }), seed: fc.integer({ min: 1, max: 1000 }),
        }),
        async ({ channels, outputs, padding, height, width, samples, seed }) => {
          const norm: Step = { op: 'batchnorm', weight: 'g', bias: 'h', running_mean: 'm', running_var: 's', eps: 1e-5 };
          const grow: Step = { op: 'conv2d', weight: 'k', bias: null, stride: 1, padding };
          const body: Step[] = [{ op: 'conv2d', weight: 'l', bias: 'c', stride: 1, padding: 1 }, norm];
          const [rows, columns] = [height + 2 * padding - 2, width + 2 * padding - 2];
          const network = behind(
            [channels, height, width],
            [grow, { op: 'relu' }, { op: 'residual', body, shortcut: [] }, { op: 'relu' }],
            { k: [outputs, channels, 3, 3], l: [outputs, outputs, 3, 3], c: [outputs], g: [outputs], h: [outputs] },
            { m: [outputs], s: [outputs] },
            outputs * rows * columns,
          );
          await expectTruth(jobOf(network, { samples, seed, scale: 0.04 }), POINTS, TILES_TOLERANCE);
        },
      ),
      { numRuns: 40, seed: 12 },
    );
  });

  test('[I3] a first dense layer, with whatever is attached to it, along lines and planes', async () => {
    const dense: Step = { op: 'linear', weight: 'w', bias: 'c' };
    const norm: Step = { op: 'batchnorm', weight: 'g', bias: 'h', running_mean: 'm', running_var: 's', eps: 1e-5 };
    const points = [{ a: 0, b: 0 }, { a: 0.1, b: -0.7 }, { a: 1 / 3, b: 1e-3 }, { a: -0.9, b: 0.6 }];
    for (const attached of [[], [norm], [norm, { op: 'relu' }], [{ op: 'gelu', approximate: 'none' }]] as const satisfies readonly (readonly Step[])[]) {
      const network = networkOf([2, 5, 7], [{ op: 'flatten', order: 'HWC' }, dense, ...attached, { op: 'linear', weight: 'v', bias: null }], { w: [13, 70], c: [13], g: [13], h: [13], v: [3, 13] }, { m: [13], s: [13] });
      const plane = jobOf(network, { samples: 300, scale: 0.2 });
      await expectTruth(plane, points);
      await expectTruth({ ...plane, directions: plane.directions.slice(0, 1) }, points.map(({ a }) => ({ a, b: 0 })));
      await expectTruth({ ...plane, bufferDirections: [new Float32Array(26).fill(0.05), new Float32Array(26).fill(0.1)] }, points);
    }
  });

  test('[N1] depthwise and pointwise convolutions', async () => {
    for (const channels of [2, 4, 6, 11]) {
      const network = behind(
        [channels, 7, 9],
        [{ op: 'conv2d', weight: 'd', bias: 'e', stride: 2, padding: 1, groups: channels }, { op: 'swish' }, { op: 'conv2d', weight: 'p', bias: null, stride: 1, padding: 0 }, { op: 'relu' }],
        { d: [channels, 1, 3, 3], e: [channels], p: [5, channels, 1, 1] },
        {},
        5 * 4 * 5,
      );
      await expectTruth(jobOf(network, { samples: 5, scale: 0.4 }));
    }
  });

  const ACTIVATIONS: readonly ActivationStep[] = [
    { op: 'relu' }, { op: 'leaky_relu', slope: 0.1 }, { op: 'elu', alpha: 0.7 }, { op: 'gelu', approximate: 'none' }, { op: 'gelu', approximate: 'tanh' },
    { op: 'swish' }, { op: 'tanh' }, { op: 'sigmoid' }, { op: 'softplus' },
  ];
  test.each(ACTIVATIONS)('[N1] $op is exact in its tails and near 0', async (activation) => {
    // One weight of 1: the output is the activation of the input.
    const network = networkOf([1], [{ op: 'linear', weight: 'w', bias: null }, activation], { w: [1, 1] });
    const inputs = Float32Array.from([-120, -90, -30, -8, -3, -1, -0.6, -0.5, -0.1, -1e-4, 0, 1e-4, 0.1, 0.62, 0.63, 1, 2.5, 8, 30, 90, 120]);
    for (const value of inputs) {
      const base = jobOf(network, { loss: 'squaredError', samples: 1 });
      const job = { ...base, origin: Float32Array.of(1), sets: [{ set: 'train' as const, samples: { count: 1, inputs: Float32Array.of(value), targets: Float32Array.of(0) } }] };
      const slice = await engine.prepare(job);
      const found = Math.sqrt((await slice.evaluate([{ a: 0, b: 0 }])).sets[0]!.lossSum[0]!);
      slice.dispose();
      const expected = Math.sqrt(truthAt(job, 0, 0)[0]!.lossSum);
      expect(Math.abs(found - expected), `${activation.op}(${value}) = ${found}, not ${expected}`).toBeLessThan(5e-7 * Math.max(expected, 1e-3));
    }
  });

  test.each(['maxpool', 'avgpool'] as const)('[N1] %s, overlapping and with a rest', async (op) => {
    for (const [kernel, stride] of [[2, 2], [3, 2], [3, 1], [2, 3]] as const) {
      const side = (size: number) => Math.floor((size - kernel) / stride) + 1;
      const network = behind([6, 9, 8], [{ op: 'conv2d', weight: 'k', bias: null, stride: 1, padding: 0 }, { op, kernel, stride }], { k: [6, 6, 1, 1] }, {}, 6 * side(9) * side(8));
      await expectTruth(jobOf(network, { samples: 4, scale: 0.3 }));
    }
  });

  test('[N1] pooling over everything, of images and sequences', async () => {
    for (const kind of ['average', 'max'] as const) {
      const image = networkOf([5, 4, 3], [{ op: 'relu' }, { op: 'globalpool', kind }, { op: 'linear', weight: 'w', bias: null }], { w: [3, 5] });
      const sequence = networkOf([4, 6], [{ op: 'globalpool', kind }, { op: 'linear', weight: 'w', bias: null }], { w: [3, 6] });
      await expectTruth(jobOf(image));
      await expectTruth(jobOf(sequence));
    }
  });

  test('[N1] batch norm before a convolution, after a flatten, and on a sequence', async () => {
    const norm = (name: string): Step => ({ op: 'batchnorm', weight: `${name}g`, bias: `${name}h`, running_mean: `${name}m`, running_var: `${name}s`, eps: 1e-5 });
    const of = (name: string, size: number) => [{ [`${name}g`]: [size], [`${name}h`]: [size] }, { [`${name}m`]: [size], [`${name}s`]: [size] }] as const;
    const [p, pb] = of('p', 5);
    const [q, qb] = of('q', 6 * 7 * 7);
    const image = networkOf(
      [5, 7, 7],
      [norm('p'), { op: 'relu' }, { op: 'conv2d', weight: 'k', bias: 'c', stride: 1, padding: 1 }, { op: 'flatten', order: 'CHW' }, norm('q'), { op: 'linear', weight: 'w', bias: null }],
      { ...p, k: [6, 5, 3, 3], c: [6], ...q, w: [3, 6 * 7 * 7] },
      { ...pb, ...qb },
    );
    await expectTruth(jobOf(image, { scale: 0.3 }));
    const [r, rb] = of('r', 6);
    const sequence = networkOf([4, 6], [{ op: 'linear', weight: 'w', bias: 'c' }, norm('r'), { op: 'relu' }, { op: 'globalpool', kind: 'max' }, { op: 'linear', weight: 'v', bias: null }], { w: [6, 6], c: [6], ...r, v: [3, 6] }, rb);
    await expectTruth(jobOf(sequence));
  });

  test('[N1] layer norm over every number of axes', async () => {
    for (const axes of [[5, 4, 3], [4, 3], [3]]) {
      await expectTruth(jobOf(behind([5, 4, 3], [{ op: 'layernorm', weight: 'g', bias: 'h', eps: 1e-5 }, { op: 'relu' }], { g: axes, h: axes }, {}, 60)));
    }
    for (const axes of [[4, 6], [6]]) {
      await expectTruth(jobOf(behind([4, 6], [{ op: 'layernorm', weight: 'g', bias: 'h', eps: 1e-5 }], { g: axes, h: axes }, {}, 24)));
    }
    await expectTruth(jobOf(networkOf([7], [{ op: 'linear', weight: 'w', bias: 'c' }, { op: 'layernorm', weight: 'g', bias: 'h', eps: 1e-5 }, { op: 'relu' }, { op: 'linear', weight: 'v', bias: null }], { w: [9, 7], c: [9], g: [9], h: [9], v: [3, 9] })));
  });

  test('[N1] branches joined in front, side by side, and nested', async () => {
    const conv = (weight: string): Step => ({ op: 'conv2d', weight, bias: null, stride: 1, padding: 1 });
    const network = behind(
      [3, 6, 6],
      [
        conv('a'),
        { op: 'concat_front', body: [{ op: 'relu' }, conv('b')] },
        { op: 'concat', branches: [[], [conv('c'), { op: 'relu' }], [{ op: 'tanh' }]] },
        { op: 'residual', body: [conv('d'), { op: 'concat', branches: [[], [{ op: 'sigmoid' }]] }], shortcut: [conv('e')] },
      ],
      { a: [5, 3, 3, 3], b: [2, 5, 3, 3], c: [4, 7, 3, 3], d: [3, 18, 3, 3], e: [6, 18, 3, 3] },
      {},
      6 * 36,
    );
    await expectTruth(jobOf(network, { scale: 0.2 }));
    const sequence = networkOf([3, 5], [{ op: 'concat', branches: [[], [{ op: 'linear', weight: 'w', bias: null }]] }, { op: 'globalpool', kind: 'average' }, { op: 'linear', weight: 'v', bias: null }], { w: [6, 5], v: [3, 11] });
    await expectTruth(jobOf(sequence));
  });

  test('[N1] flatten in both orders, before a dense layer, before another layer, and as the outputs', async () => {
    for (const order of ['CHW', 'HWC'] as const) {
      const conv: Step = { op: 'conv2d', weight: 'k', bias: null, stride: 1, padding: 1 };
      const flatten: Step = { op: 'flatten', order };
      await expectTruth(jobOf(networkOf([2, 3, 4], [flatten, { op: 'linear', weight: 'w', bias: null }], { w: [3, 24] })));
      await expectTruth(jobOf(networkOf([2, 3, 4], [conv, flatten, { op: 'linear', weight: 'w', bias: null }], { k: [5, 2, 3, 3], w: [3, 60] })));
      await expectTruth(jobOf(networkOf([2, 3, 4], [conv, flatten, { op: 'relu' }, { op: 'linear', weight: 'w', bias: null }], { k: [5, 2, 3, 3], w: [3, 60] })));
      await expectTruth(jobOf(networkOf([2, 3, 4], [conv, flatten], { k: [5, 2, 3, 3] }), { classes: 60 }));
    }
  });

  test('[N1] a small transformer', async () => {
    for (const causal of [false, true]) {
      const block: Step = {
        op: 'residual',
        body: [
          { op: 'layernorm', weight: 'g', bias: 'h', eps: 1e-5 },
          { op: 'attention', query: 'q', key: 'k', value: 'v', output: 'o', query_bias: 'qb', key_bias: null, value_bias: null, output_bias: 'ob', causal },
        ],
        shortcut: [],
      };
      const network = networkOf(
        [5],
        [{ op: 'embedding', weight: 'e' }, { op: 'positional', weight: 'p' }, block, { op: 'gelu', approximate: 'none' }, { op: 'globalpool', kind: 'average' }, { op: 'linear', weight: 'w', bias: null }],
        { e: [7, 6], p: [5, 6], g: [6], h: [6], q: [10, 6], k: [10, 6], v: [9, 6], o: [6, 9], qb: [10], ob: [6], w: [3, 6] },
      );
      const base = jobOf(network, { samples: 9 });
      const inputs = Float32Array.from({ length: 45 }, (_, index) => (index * 5) % 7);
      await expectTruth({ ...base, sets: [{ set: 'train', samples: { ...base.sets[0]!.samples, inputs } }] });
      const wrong = { ...base, sets: [{ set: 'train' as const, samples: { ...base.sets[0]!.samples, inputs: inputs.map((value) => value + 1) } }] };
      await expect(engine.prepare(wrong)).rejects.toThrow('embedding: e has rows 0 to 6, and no row 7');
    }
  });

  test('[N2] batch norm whose statistics and parameters move', async () => {
    const norm: Step = { op: 'batchnorm', weight: 'g', bias: 'h', running_mean: 'm', running_var: 's', eps: 1e-5 };
    const network = behind([3, 6, 6], [{ op: 'conv2d', weight: 'k', bias: null, stride: 1, padding: 1 }, norm, { op: 'relu' }], { k: [8, 3, 3, 3], g: [8], h: [8] }, { m: [8], s: [8] }, 8 * 36);
    const job = jobOf(network, { scale: 0.3 });
    const bufferDirections = [new Float32Array(16).fill(0.1), Float32Array.from({ length: 16 }, (_, index) => 0.02 * index)];
    await expectTruth({ ...job, bufferDirections });
    // Far enough along the first axis the variances are negative: no number stands for such a loss.
    const slice = await engine.prepare({ ...job, bufferDirections });
    const { sets } = await slice.evaluate([{ a: -100, b: 0 }, { a: 0, b: 0 }]);
    slice.dispose();
    expect(sets[0]!.lossSum[0]).toBeNaN();
    expect(sets[0]!.correct[0]).toBe(0);
    expect(sets[0]!.lossSum[1]).toBeGreaterThan(0);
  });

  test.each(LOSS_NAMES)('[N4] %s', async (loss) => {
    const network = networkOf([4], [{ op: 'linear', weight: 'w', bias: 'b' }, { op: 'tanh' }, { op: 'linear', weight: 'v', bias: null }], { w: [6, 4], b: [6], v: [isClassification(loss) ? 5 : 1, 6] });
    await expectTruth(jobOf(network, { loss, samples: 23, scale: 1.5 }));
  });

  test('[N5] losses down to 1e-9 keep their digits', async () => {
    for (const gap of [1, 5, 10, 15, 18, 21]) {
      const network = networkOf([1], [{ op: 'linear', weight: 'w', bias: null }], { w: [5, 1] });
      const base = jobOf(network, { samples: 1 });
      const job = { ...base, origin: Float32Array.of(gap, 0, 0, 0, 0), directions: [new Float32Array(5)], sets: [{ set: 'train' as const, samples: { count: 1, inputs: Float32Array.of(1), targets: Float32Array.of(0) } }] };
      const slice = await engine.prepare(job);
      const found = (await slice.evaluate([{ a: 0, b: 0 }])).sets[0]!.lossSum[0]!;
      slice.dispose();
      const expected = truthAt(job, 0, 0)[0]!.lossSum;
      expect(Math.abs(found / expected - 1), `${found} for ${expected}`).toBeLessThan(1e-6);
    }
  });
});
