/** How the tile engine on WebGPU plans a network and cuts its work: everything that needs no device. */
import { describe, expect, it } from 'vitest';
import { layoutOf } from '#lib/network/layout.ts';
import { lower } from '#lib/network/lowered.ts';
import type { Network } from '#lib/network/program.ts';
import { sizeOf } from '#lib/network/shapes.ts';
import { ZOO, zooNetwork } from '#lib/network/zoo/zoo.ts';
import { packedBasis } from '#workers/wgsl/vectors.ts';
import { costOf, type Plan, type Source, type Table } from '#workers/wgsl/plan.ts';
import { lacking, planOf } from '#workers/wgsl/planner.ts';
import { blockSets, inputsOf } from '#workers/wgsl/sampleBlocks.ts';
import { blocksOf, cutOf } from '#workers/wgsl/sizes.ts';
import { shaderOf } from '#workers/wgsl/prepared.ts';
import { TILES } from '#workers/wgsl/tileProbe.ts';
import { slotsOf } from '#workers/wgsl/slots.ts';
import { jobOf, networkOf, noise } from './engines.ts';
import { JOBS } from './wgslJobs.ts';

/** Larger networks of the zoo are the same layers again. */
const MOST_PARAMETERS = 1e6;
const networks: readonly Network[] = [...ZOO.map(({ build }) => build()), ...JOBS.map(({ job }) => job.network)].filter((network) => lacking(network) === null && layoutOf(network).size < MOST_PARAMETERS);

const tablesOf = (plan: Plan): readonly Table[] => plan.operations.flatMap(({ from, to, finish }) => [from, to, ...(finish.addend ? [finish.addend] : [])]);
const isSlot = (source: Source, slot: number): boolean => source.kind === 'slot' && source.slot === slot;

describe('the plan of the tile engine', () => {
  it('[X1] no operation of any network reads what it writes, and every table fits its slot', () => {
    expect(networks.length).toBeGreaterThan(50);
    for (const network of networks) {
      const plan = planOf(network, true);
      for (const { from, to, finish } of plan.operations) {
        expect(to.source.kind).toBe('slot');
        for (const read of [from, finish.addend]) if (read && to.source.kind === 'slot') expect(isSlot(read.source, to.source.slot)).toBe(false);
      }
      for (const { source, rows } of tablesOf(plan)) if (source.kind === 'slot') expect(plan.slots[source.slot]).toBeGreaterThanOrEqual(rows);
    }
  });

  it('[X1] a value stays in its slot until its last reader', () => {
    for (const network of networks) {
      const lowered = lower(network);
      const { sourceOf, isAlias } = slotsOf(lowered);
      const nameOf = (value: number): string => JSON.stringify(sourceOf(value));
      /** Which value's numbers a place holds. */
      const holds = new Map<string, number>([[nameOf(0), 0]]);
      for (const node of lowered.nodes) {
        const reads = [...node.inputs, ...(node.addend === null ? [] : [node.addend])];
        for (const value of reads) expect([network.id, holds.get(nameOf(value))]).toEqual([network.id, value]);
        holds.set(nameOf(node.output), node.output);
        // The same numbers under another name: both may be read.
        if (isAlias(node)) expect(nameOf(node.output)).toBe(nameOf(node.inputs[0]!));
      }
      expect(holds.get(nameOf(lowered.output))).toBe(lowered.output);
    }
  });

  it('[X1] memory is given back: a network of a hundred layers needs a few tables', () => {
    const { slots } = planOf(zooNetwork('resnet110')!, true);
    expect(slots.length).toBeLessThanOrEqual(4);
    const { shapes } = lower(zooNetwork('resnet110')!);
    expect(Math.max(...slots)).toBe(Math.max(...shapes.slice(1).map(sizeOf)));
  });

  it('[X1] packed weights are every weight once, and zeros', () => {
    const network = networkOf([3, 5, 5], [{ op: 'conv2d', weight: 'w', bias: null, stride: 1, padding: 1 }, { op: 'flatten', order: 'CHW' }, { op: 'linear', weight: 'v', bias: null }], { w: [6, 3, 3, 3], v: [3, 150] });
    const plan = planOf(network, true);
    const sources = [...plan.packed].filter((source) => source >= 0).toSorted((one, other) => one - other);
    expect(sources).toEqual(Array.from({ length: 6 * 27 + 450 }, (_, index) => index));
    const job = jobOf(network);
    const [origin, first] = packedBasis(job, plan.packed);
    // Kernel row 1, column 2, input 1, output 4 of the convolution, padded to eight outputs.
    expect(origin[((1 * 3 + 2) * 3 + 1) * 8 + 4]).toBe(job.origin[((4 * 3 + 1) * 3 + 1) * 3 + 2]);
    expect(first[6]).toBe(0);
  });

  it('[X1] a first dense layer is kept as three products; one that others read too is not', () => {
    const mlp = planOf(zooNetwork('mlp')!, true);
    expect(mlp.setup?.product).toMatchObject({ inputs: 784, outputs: 128 });
    expect(mlp.operations.map(({ kind }) => kind)).toEqual(['combine', 'product']);
    expect(mlp.operations.reduce((sum, operation) => sum + costOf(operation), 0)).toBe(4 * 128 + 1280);
    expect(planOf(zooNetwork('mlp')!, false).setup).toBeNull();
    const shared = networkOf([9], [{ op: 'residual', body: [{ op: 'linear', weight: 'w', bias: null }], shortcut: [] }], { w: [9, 9] });
    expect(planOf(shared, true).setup).toBeNull();
  });

  it('[X7] layers of one shape share a shader, however many there are', () => {
    const codes = (name: string) => new Set(planOf(zooNetwork(name)!, true).operations.map((operation) => shaderOf(operation, TILES.register[0], { theta: 64, channels: 32 }).code)).size;
    expect(codes('resnet110')).toBe(codes('resnet20'));
    expect(codes('resnet110')).toBeLessThan(20);
  });

  it('[X2] what has no shader is named', () => {
    expect(lacking(zooNetwork('transformer_small')!)).toBe('it has no attention');
    expect(lacking(zooNetwork('resnet20')!)).toBeNull();
  });
});

describe('the cut of the tile engine', () => {
  const load = { rows: 16_384, inputRows: 3072, theta: 272_000, cost: 2.4e6 };
  const limits = { tableFloats: 2 ** 25, bindingFloats: 2 ** 25, dispatchCost: 1e12 };

  it.each([1, 3, 31, 256, 1000, 10_000, 60_000])('[X7] %i samples: no table is larger than allowed, no sample is left out', (samples) => {
    for (const tableFloats of [100, 2 ** 19, 2 ** 25]) {
      for (const dispatchCost of [1e3, 1e9, 1e12]) {
        const { samples: size, points } = cutOf(samples, load, { ...limits, tableFloats, dispatchCost });
        expect(size % 4).toBe(0);
        expect(points).toBeGreaterThanOrEqual(1);
        // Four samples at one point are the least there is.
        if (size > 4 || points > 1) expect(size * points * load.rows).toBeLessThanOrEqual(tableFloats);
        const blocks = blocksOf(samples, size);
        expect(blocks.reduce((sum, { count }) => sum + count, 0)).toBe(samples);
        expect(blocks.map(({ start }) => start)).toEqual(blocks.map((_, index) => index * size));
      }
    }
  });

  it('[X7] a set that fits is one block, and points fill what is left', () => {
    expect(cutOf(256, load, limits)).toEqual({ samples: 256, points: 8 });
    expect(cutOf(10, { rows: 10, inputRows: 2, theta: 50, cost: 100 }, limits)).toEqual({ samples: 12, points: 64 });
  });

  it('[X7] rows of results follow each other, and samples stand side by side', () => {
    const samples = { count: 10, inputs: noise(1, 30), targets: new Float32Array(10) };
    const blocked = blockSets([{ set: 'train', samples }, { set: 'test', samples }], 8);
    expect(blocked.blocks.map(({ set, start, count, fours, at }) => [set, start, count, fours, at])).toEqual([
      [0, 0, 8, 2, 0],
      [0, 8, 2, 1, 16],
      [1, 0, 8, 2, 24],
      [1, 8, 2, 1, 40],
    ]);
    expect(blocked.row).toBe(48);
    const turned = inputsOf(samples, blocked.blocks[1]!, 3);
    expect([...turned]).toEqual([24, 27, -1, -1, 25, 28, -1, -1, 26, 29, -1, -1].map((at) => (at < 0 ? 0 : samples.inputs[at]!)));
  });
});
