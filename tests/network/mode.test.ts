/** The modes: what batch norm and dropout do at a point, against evaluations written out step by step. */
import { describe, expect, it } from 'vitest';
import { createRandom } from '#lib/random.ts';
import { batchesOf } from '#lib/network/batches.ts';
import { dropoutMask } from '#lib/network/dropout.ts';
import { STORED_MODE, evaluateAt, forward, forwardOf, type EvaluationMode } from '#lib/network/forward.ts';
import { layoutOf, tensorNamed } from '#lib/network/layout.ts';
import type { Network } from '#lib/network/program.ts';
import type { SetName } from '#lib/network/subject.ts';
import { MODAL_CNN } from './networks.ts';

const random = createRandom(29);
const layout = layoutOf(MODAL_CNN);
const PARAMETERS = Float64Array.from({ length: layout.size }, () => random.normal());
const BUFFERS = Float64Array.from({ length: layout.bufferSize }, () => 0.5 + random.uniform());
const samplesOf = (count: number) => ({
  count,
  inputs: Float32Array.from({ length: count * 32 }, () => random.normal()),
  targets: Float32Array.from({ length: count }, (_, index) => index % 3),
});
const TRAIN = samplesOf(11);
const TEST = samplesOf(6);
const JOB = { network: MODAL_CNN, loss: 'crossEntropy', buffers: BUFFERS, sets: [{ set: 'train', samples: TRAIN }, { set: 'test', samples: TEST }] } as const;

const MODES: readonly (readonly [string, EvaluationMode])[] = [
  ['stored', STORED_MODE],
  ['batch', { batchNorm: { policy: 'batch', batch: 4 }, dropout: null }],
  ['recomputed', { batchNorm: { policy: 'recomputed', samples: TRAIN, batch: 4 }, dropout: null }],
  ['dropout', { batchNorm: { policy: 'stored' }, dropout: { seed: 5 } }],
  ['recomputed with dropout', { batchNorm: { policy: 'recomputed', samples: TRAIN, batch: 4 }, dropout: { seed: 5 } }],
];

const losses = (mode: EvaluationMode | undefined, parameters: Float64Array = PARAMETERS): number[] => evaluateAt({ ...JOB, mode }, parameters).map(({ lossSum }) => lossSum);

/** A filter before a batch norm made seven times as large. */
function withLargerFilter(): Float64Array {
  const scaled = PARAMETERS.slice();
  const { offset, size } = tensorNamed(layout.tensors, 'conv.weight');
  for (let index = offset; index < offset + size / 3; index++) scaled[index]! *= 7;
  return scaled;
}

describe('modes', () => {
  it('[M2] stored statistics are what evaluation without a mode uses', () => {
    expect(losses(STORED_MODE)).toEqual(losses(undefined));
  });

  it('[M2] every mode gives something else', () => {
    expect(new Set(MODES.map(([, mode]) => losses(mode).join())).size).toBe(MODES.length);
  });

  it.each(MODES)('[M6] %s leaves weights and statistics bit for bit as they were, and gives the same again', (_, mode) => {
    const [parameters, buffers] = [PARAMETERS.slice(), BUFFERS.slice()];
    const reuse = forwardOf(MODAL_CNN);
    const first = evaluateAt({ ...JOB, buffers, mode }, parameters, reuse);
    expect(evaluateAt({ ...JOB, buffers, mode }, parameters, reuse)).toEqual(first);
    expect(evaluateAt({ ...JOB, buffers, mode }, parameters)).toEqual(first);
    expect(parameters).toEqual(PARAMETERS);
    expect(buffers).toEqual(BUFFERS);
  });

  it('[M4] with recomputed or batch statistics, scaling a filter before batch norm leaves the loss as it was; with stored ones it does not', () => {
    // eps is 1e-5 beside variances near 10: what it leaves is of that order.
    for (const [title, mode] of MODES.filter(([name]) => name === 'batch' || name.startsWith('recomputed'))) {
      for (const [set, value] of losses(mode).entries()) expect(losses(mode, withLargerFilter())[set]! / value, title).toBeCloseTo(1, 5);
    }
    expect(Math.abs(losses(STORED_MODE, withLargerFilter())[0]! / losses(STORED_MODE)[0]! - 1)).toBeGreaterThan(0.01);
  });

  it('[M3] fixed batches stand in file order, and a last one of a single sample is joined to the one before', () => {
    expect(batchesOf(11, 4).map(({ count }) => count)).toEqual([4, 4, 3]);
    expect(batchesOf(9, 4)).toEqual([{ start: 0, count: 4 }, { start: 4, count: 5 }]);
    expect(batchesOf(3, 2)).toEqual([{ start: 0, count: 3 }]);
    expect(batchesOf(1, 4)).toEqual([{ start: 0, count: 1 }]);
    expect(batchesOf(4, 4)).toEqual([{ start: 0, count: 4 }]);
  });

  it('[M3] each batch is what it would be alone, and a sample depends on those it stands with', () => {
    const outputs = forward(MODAL_CNN, PARAMETERS, BUFFERS, TRAIN, { batch: 4 });
    const alone = batchesOf(TRAIN.count, 4).flatMap(({ start, count }) => [
      ...forward(MODAL_CNN, PARAMETERS, BUFFERS, { count, inputs: TRAIN.inputs.subarray(start * 32, (start + count) * 32), targets: TRAIN.targets }, { batch: count }),
    ]);
    expect([...outputs]).toEqual(alone);
    expect(forward(MODAL_CNN, PARAMETERS, BUFFERS, TRAIN, { batch: 5 })[0]).not.toBe(outputs[0]);
  });

  it('[M4] the statistics are those of the training samples, whichever set is evaluated, and a buffer that no layer uses stays', () => {
    const [, mode] = MODES[2]!;
    const statistics = forwardOf(MODAL_CNN).statistics(PARAMETERS, BUFFERS, TRAIN, 4, null);
    expect(losses(mode)).toEqual(evaluateAt({ ...JOB, buffers: statistics }, PARAMETERS).map(({ lossSum }) => lossSum));
    const idle: Network = { ...MODAL_CNN, buffers: [{ name: 'idle', shape: [2] }, ...MODAL_CNN.buffers] };
    expect([...forwardOf(idle).statistics(PARAMETERS, [8, 9, ...BUFFERS], TRAIN, 4, null)]).toEqual([8, 9, ...statistics]);
  });
});

describe('dropout', () => {
  const maskOf = (change: Partial<Parameters<typeof dropoutMask>[1]> = {}, length = 4000): Float64Array => {
    const out = new Float64Array(length);
    dropoutMask(out, { seed: 1, p: 0.3, layer: 0, set: 0, first: 0, size: 1000, ...change });
    return out;
  };

  it.each([0, 0.1, 0.5, 0.9, 1])('[M5] with p = %f, that share is dropped and the rest grows so that the mean stays', (p) => {
    const mask = maskOf({ p }, 100_000);
    const kept = mask.filter((factor) => factor !== 0);
    expect(kept.length / mask.length).toBeCloseTo(1 - p, 2);
    for (const factor of kept) expect(factor).toBe(1 / (1 - p));
  });

  it('[M5] the mask differs by seed, layer, set and sample, and does not depend on how samples are batched', () => {
    const mask = maskOf();
    const shared = (other: Float64Array) => mask.filter((factor, index) => (factor === 0) === (other[index] === 0)).length / mask.length;
    // Two independent masks agree where both keep or both drop.
    for (const other of [maskOf({ seed: 2 }), maskOf({ layer: 1 }), maskOf({ set: 1 }), maskOf({ first: 1 })]) expect(shared(other)).toBeCloseTo(0.7 ** 2 + 0.3 ** 2, 1);
    expect([...maskOf({ first: 1 }, 1000)]).toEqual([...mask.subarray(1000, 2000)]);
    expect([...maskOf({}, 1000)]).toEqual([...mask.subarray(0, 1000)]);
  });

  it('[M5] it acts as the masks say, each step under its number in running order', () => {
    const network: Network = {
      id: 'dropouts',
      input_shape_chw: [6],
      parameter_order: [{ name: 'w', shape: [6, 6] }],
      buffers: [],
      program: [
        { op: 'dropout', p: 0.4 },
        { op: 'residual', body: [{ op: 'residual', body: [{ op: 'dropout', p: 0.2 }], shortcut: [] }, { op: 'dropout', p: 0.3 }], shortcut: [{ op: 'dropout', p: 0.5 }] },
        { op: 'dropout', p: 0.1 },
      ],
    };
    const count = 700;
    const inputs = Float64Array.from({ length: 6 * count }, () => random.normal());
    for (const set of ['train', 'test'] as const satisfies readonly SetName[]) {
      const masks = [0.4, 0.2, 0.3, 0.5, 0.1].map((p, layer) => maskOf({ seed: 9, p, layer, set: set === 'train' ? 0 : 1, size: 6 }, inputs.length));
      const expected = inputs.map((x, index) => {
        const [first, inner, outer, shortcut, last] = masks.map((mask) => mask[index]!);
        const dropped = x * first!;
        return ((inner! * dropped + dropped) * outer! + shortcut! * dropped) * last!;
      });
      const found = forward(network, new Float64Array(36), [], { count, inputs, targets: new Float32Array(count) }, { dropout: { seed: 9, set } });
      expect([...found]).toEqual([...expected]);
    }
  });

  it('[M5] at every point of parameter space the same numbers are dropped', () => {
    const network: Network = { id: 'line', input_shape_chw: [4], parameter_order: [{ name: 'w', shape: [8, 4] }], buffers: [], program: [{ op: 'linear', weight: 'w', bias: null }, { op: 'dropout', p: 0.5 }] };
    const samples = { count: 50, inputs: Float32Array.from({ length: 200 }, () => random.normal()), targets: new Float32Array(50) };
    const reuse = forwardOf(network);
    const at = (scale: number) => reuse.run(Float64Array.from({ length: 32 }, (_, index) => scale * Math.cos(index)), [], samples, { dropout: { seed: 3, set: 'train' } });
    const zeros = (outputs: Float64Array) => [...outputs.keys()].filter((index) => outputs[index] === 0);
    expect(zeros(at(2))).toEqual(zeros(at(1)));
    expect(zeros(at(1)).length / 400).toBeCloseTo(0.5, 1);
    expect([...at(2)]).toEqual([...at(1)].map((value) => 2 * value));
  });
});
