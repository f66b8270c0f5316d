/** The float64 interpreter against PyTorch in double: every operation, loss and batch-norm mode. tests/network/goldens/make.py made the numbers. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { erf, erfc } from '#lib/network/erf.ts';
import { forwardOf } from '#lib/network/forward.ts';
import { LOSS_NAMES, lossOfSample, type LossName } from '#lib/network/loss.ts';
import { allSteps, isActivation, networkSchema } from '#lib/network/program.ts';

type Case = {
  readonly name: string;
  readonly network: unknown;
  readonly parameters: readonly number[];
  readonly buffers: readonly number[];
  readonly count: number;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly batchMode?: { readonly batch: number; readonly outputs: readonly number[]; readonly statistics: readonly number[]; readonly recomputedOutputs?: readonly number[] };
  readonly cumulative?: { readonly batch: number; readonly samples: number; readonly statistics: readonly number[] };
};

const { cases, losses, erf: tails } = JSON.parse(readFileSync(new URL('goldens/goldens.json', import.meta.url), 'utf8')) as {
  cases: readonly Case[];
  losses: readonly { readonly loss: LossName; readonly width: number; readonly outputs: readonly number[]; readonly targets: readonly number[]; readonly values: readonly number[] }[];
  erf: readonly { readonly x: number; readonly erf: number; readonly erfc: number }[];
};

const RELATIVE = 1e-12;
/** Below it PyTorch's own sums have lost digits to cancellation: an absolute 1e-15 is asked. */
const FLOOR = 1e-3;

function expectClose(found: ArrayLike<number>, wanted: readonly number[]): void {
  expect(found.length).toBe(wanted.length);
  for (const [index, value] of wanted.entries()) {
    expect(Math.abs(found[index]! - value), `number ${index}: ${found[index]} against ${value}`).toBeLessThanOrEqual(RELATIVE * Math.max(Math.abs(value), FLOOR));
  }
}

const ready = ({ network, parameters, inputs, count }: Case) => ({
  run: forwardOf(networkSchema.parse(network)),
  theta: Float64Array.from(parameters),
  samples: { count, inputs: Float64Array.from(inputs), targets: new Float32Array(count) },
});

describe('the float64 reference against PyTorch', () => {
  it('[N7] there is a golden case for every operation and every loss', () => {
    const used = new Set(cases.flatMap(({ network }) => allSteps(networkSchema.parse(network).program).map((step) => (isActivation(step) ? 'activation ' : '') + step.op)));
    expect([...used].sort()).toEqual(
      ['relu', 'leaky_relu', 'elu', 'gelu', 'swish', 'tanh', 'sigmoid', 'softplus']
        .map((op) => `activation ${op}`)
        .concat('conv2d', 'linear', 'batchnorm', 'layernorm', 'maxpool', 'avgpool', 'globalpool', 'flatten', 'dropout')
        .concat('residual', 'concat_front', 'concat', 'embedding', 'positional', 'attention')
        .sort(),
    );
    expect(losses.map(({ loss }) => loss).sort()).toEqual([...LOSS_NAMES].sort());
  });

  it.each(cases)('[N7] $name', (each) => {
    const { run, theta, samples } = ready(each);
    expectClose(run.run(theta, each.buffers, samples), each.outputs);
  });

  it.each(cases.filter(({ batchMode }) => batchMode))('[M3] by batch statistics: $name', (each) => {
    const { run, theta, samples } = ready(each);
    expectClose(run.run(theta, each.buffers, samples, { batch: each.batchMode!.batch }), each.batchMode!.outputs);
  });

  it.each(cases.filter(({ batchMode }) => batchMode))('[M4] recomputed statistics: $name', (each) => {
    const { run, theta, samples } = ready(each);
    const { batch, statistics, recomputedOutputs } = each.batchMode!;
    const found = run.statistics(theta, each.buffers, samples, batch, null);
    expectClose(found, statistics);
    if (recomputedOutputs) expectClose(run.run(theta, found, samples), recomputedOutputs);
  });

  it('[M4] over equal batches they are PyTorch’s cumulative average', () => {
    const each = cases.find(({ cumulative }) => cumulative)!;
    const { run, theta, samples } = ready(each);
    const { batch, samples: count, statistics } = each.cumulative!;
    const first = { ...samples, count, inputs: samples.inputs.subarray(0, (samples.inputs.length / samples.count) * count) };
    expectClose(run.statistics(theta, each.buffers, first, batch, null), statistics);
  });

  it.each(losses)('[N4] $loss', ({ loss, width, outputs, targets, values }) => {
    const rows = Float64Array.from(outputs);
    expectClose(targets.map((target, row) => lossOfSample(loss, rows, row, width, target)), values);
  });

  it('[N7] erf to 1e-15, and erfc to 1e-13 of itself in its tail', () => {
    for (const each of tails) {
      expect(Math.abs(erf(each.x) - each.erf)).toBeLessThanOrEqual(1e-15 * Math.abs(each.erf));
      expect(Math.abs(erfc(each.x) - each.erfc), `erfc(${each.x})`).toBeLessThanOrEqual(1e-13 * each.erfc);
    }
    expect([erf(Infinity), erf(-Infinity), erfc(Infinity), erfc(-Infinity)]).toEqual([1, -1, 0, 2]);
    expect([erf(Number.NaN), erfc(Number.NaN)]).toEqual([Number.NaN, Number.NaN]);
  });
});
