/** The small jobs that a device is tried with: one for each kind of operation a network has, and none for what it lacks. */
import { describe, expect, test } from 'vitest';
import { evaluateAt } from '#lib/network/forward.ts';
import { layoutOf } from '#lib/network/layout.ts';
import { LOSS_NAMES } from '#lib/network/loss.ts';
import { allSteps, type Network } from '#lib/network/program.ts';
import { coreProbe, probesOf } from '#workers/probeJobs.ts';
import { SEED_CNN } from '#tests/network/networks.ts';
import { networkOf } from './engines.ts';
import { CASES, conv, linear, relu } from './operatorCases.ts';

const opsOf = ({ program }: Network) => new Set(allSteps(program).map(({ op }) => op).filter((op) => op !== 'dropout' && op !== 'tap'));

describe('probesOf', () => {
  test.each(Object.keys(CASES))('[C11] %s: every operation of it is tried, and no other by name', (name) => {
    const probes = probesOf(CASES[name]!, 'crossEntropy');
    expect(new Set(probes.map(({ what }) => what))).toEqual(opsOf(CASES[name]!));
    for (const { job } of probes) {
      const own = [...opsOf(job.network)];
      // What stands behind the operation to make outputs of it is of the network, too, but for a flatten where it has no other way.
      for (const op of own) expect(opsOf(CASES[name]!).has(op) || op === 'flatten', op).toBe(true);
    }
  });

  test('[C11] a probe is small whatever the network is, and layers alike are tried once', () => {
    const probes = probesOf(SEED_CNN, 'crossEntropy');
    expect(probes.length).toBeLessThanOrEqual(opsOf(SEED_CNN).size + 3);
    for (const { job } of probes) expect(layoutOf(job.network).size).toBeLessThan(2000);
    const deep = networkOf([3, 8, 8], [conv('a', null), relu, conv('b', null), relu, conv('c', null), { op: 'globalpool', kind: 'average' }], { a: [16, 3, 3, 3], b: [16, 16, 3, 3], c: [16, 16, 3, 3] });
    // Three input channels, and sixteen.
    expect(probesOf(deep, 'crossEntropy').map(({ what }) => what)).toEqual(['conv2d', 'relu', 'conv2d', 'globalpool']);
  });

  test('[C11] stride, groups and kernels are those of the network', () => {
    const network = networkOf([6, 9, 9], [{ ...conv('d', null, 2, 1), groups: 6 }, { op: 'maxpool', kernel: 3, stride: 2 }, { op: 'flatten', order: 'HWC' }, linear('w')], { d: [6, 1, 5, 3], w: [3, 12] });
    const [depthwise, pool, flat] = probesOf(network, 'crossEntropy').map(({ job }) => job.network);
    expect(depthwise!.program[0]).toMatchObject({ op: 'conv2d', stride: 2, padding: 1, groups: 6 });
    expect(depthwise!.parameter_order[0]!.shape).toEqual([6, 1, 5, 3]);
    expect(pool!.program[0]).toEqual({ op: 'maxpool', kernel: 3, stride: 2 });
    expect(flat!.program[0]).toEqual({ op: 'flatten', order: 'HWC' });
  });

  test.each(LOSS_NAMES)('[C11] with %s the answers are finite and tell operations apart', (loss) => {
    for (const { job, what } of [...probesOf(CASES['maxpool']!, loss), ...probesOf(CASES.attention!, loss)]) {
      const truth = evaluateAt(job, Float64Array.from(job.origin))[0]!.lossSum;
      expect(Number.isFinite(truth) && truth > 0, what).toBe(true);
    }
    const pool = probesOf(CASES['maxpool']!, loss).find(({ what }) => what === 'maxpool')!.job;
    const average = { ...pool, network: { ...pool.network, program: pool.network.program.map((step) => (step.op === 'maxpool' ? { ...step, op: 'avgpool' as const } : step)) } };
    const [right, wrong] = [pool, average].map((job) => evaluateAt(job, Float64Array.from(job.origin))[0]!.lossSum);
    expect(Math.abs(right! / wrong! - 1)).toBeGreaterThan(1e-3);
  });

  test('[C11] what every network does is tried before any is known', () => {
    expect(coreProbe().what).toBe('linear');
  });
});
