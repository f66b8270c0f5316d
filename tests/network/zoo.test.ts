/** The model zoo: every network as the tools of the field have it, tensor by tensor, and with the counts they publish. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { forward } from '#lib/network/forward.ts';
import { costOfSample } from '#lib/network/cost.ts';
import { layoutOf } from '#lib/network/layout.ts';
import { allSteps, networkSchema, type Network } from '#lib/network/program.ts';
import { outputShapeOf } from '#lib/network/shapes.ts';
import { denseNet } from '#lib/network/zoo/denseNet.ts';
import { resNet } from '#lib/network/zoo/resNet.ts';
import { leNet5, mlp, notebookCnn } from '#lib/network/zoo/smallNets.ts';
import { transformer } from '#lib/network/zoo/transformer.ts';
import { vgg } from '#lib/network/zoo/vgg.ts';
import { ZOO, zooNetwork } from '#lib/network/zoo/zoo.ts';

const read = (name: string): unknown => JSON.parse(readFileSync(path.join(import.meta.dirname, '../reference', `${name}.json`), 'utf8'));

type Model = {
  readonly id: string;
  readonly parameters: number;
  readonly parameter_tensors: number;
  readonly bn_buffer_elements: number;
  readonly parameter_order?: readonly (readonly [string, readonly number[]])[];
  readonly program?: Network['program'];
};

const MODELS = (read('zoo-forward') as { models: readonly Model[] }).models;

const built = (name: string): Network => {
  const network = zooNetwork(name);
  if (!network) throw new Error(`the zoo has no ${name}`);
  return network;
};

/** As our schema reads it: fields that it does not know (ceil_mode) are left out. */
const programRead = (model: Omit<Network, 'id'>): Network['program'] => networkSchema.parse({ id: 'read', ...model }).program;

const inHighRank = (network: Network): number => layoutOf(network).tensors.reduce((sum, { size, filters }) => sum + (filters > 0 ? size : 0), 0);

describe('the zoo', () => {
  it('[Z1] has all 29 networks of the reference, and each name once', () => {
    expect(MODELS).toHaveLength(29);
    const names = ZOO.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(MODELS.map(({ id }) => id)));
    expect(new Set(names).size).toBe(names.length);
    expect(zooNetwork('resnet57')).toBeNull();
  });

  it.each(MODELS)('[Z1] $id has the tensors, statistics and counts of the reference', ({ id, parameters, parameter_tensors, bn_buffer_elements, parameter_order, program }) => {
    const network = built(id);
    const layout = layoutOf(network);
    expect([layout.size, layout.tensors.length, layout.bufferSize]).toEqual([parameters, parameter_tensors, bn_buffer_elements]);
    const statistics = allSteps(network.program).flatMap((step) => (step.op === 'batchnorm' ? [step.running_mean, step.running_var] : []));
    expect(network.buffers.map(({ name }) => name)).toEqual(statistics);
    if (!parameter_order || !program) return;
    expect(network.parameter_order.map(({ name, shape }) => [name, shape])).toEqual(parameter_order);
    expect(network.program).toEqual(programRead({ ...network, program }));
  });

  it('[Z1] the programs of eleven of them are stated and compared', () => {
    expect(MODELS.filter(({ program }) => program)).toHaveLength(11);
  });

  it.each([
    ['vgg9', 2_789_706, 2_785_472, 191.56],
    ['resnet20', 272_474, 270_896, 40.81],
    ['resnet20_noshort', 269_722, 268_336, null],
    ['resnet56', 855_770, 851_504, 125.75],
    ['resnet56_noshort', 853_018, 848_944, 125.49],
    ['resnet110', 1_730_714, 1_722_416, 253.15],
    ['resnet110_noshort', 1_727_962, 1_719_856, null],
    ['wrn56_2', 3_412_394, null, 502],
    ['wrn56_4', 13_628_234, null, 2007],
    ['wrn56_8', 54_470_282, null, 8020],
    ['densenet121', 6_956_298, 6_872_768, 888.35],
    ['notebook_cnn', 105_866, 105_744, 1.117056],
    ['thin8_1', 19_810, 19_464, null],
    ['thin8_1_noshort', 19_074, 18_824, null],
    ['thin8_2', 77_754, 77_072, null],
    ['thin8_2_noshort', 75_002, 74_512, null],
    ['thin8_4', 308_074, 306_720, null],
    ['thin8_4_noshort', 297_450, 296_480, null],
    ['thin8_8', 1_226_442, 1_223_744, null],
    ['thin8_8_noshort', 1_184_714, 1_182_784, null],
    ['lenet5', 61_706, 61_470, null],
  ] as const)('[Z1] %s has %d parameters, and the published share in filters and multiply-adds', (name, parameters, filters, millions) => {
    const network = built(name);
    expect(layoutOf(network).size).toBe(parameters);
    if (filters !== null) expect(inHighRank(network)).toBe(filters);
    if (millions !== null) {
      // Published with two decimals below a milliard, and to four digits above.
      const digits = millions > 1000 ? -1 : Number.isInteger(millions) ? 0 : millions < 2 ? 6 : 2;
      expect(Math.abs(costOfSample(network) / 1e6 - millions)).toBeLessThanOrEqual(0.5 * 10 ** -digits + 1e-9);
    }
  });

  it('[Z1] the same builders give the narrow networks that the reference trained', () => {
    const cases: readonly (readonly [string, Network])[] = [
      ['densenet-mini-plane', denseNet({ id: 'densenet-mini', blocks: [2, 3, 2, 2], growth: 6 })],
      ['vgg-mini-interp', vgg({ id: 'vgg-mini', groups: [[8, 8], [16, 16], [32, 32, 32]], hidden: 32 })],
      ['seedcnn-weights', notebookCnn({ id: 'seed-cnn', dropout: 0.2 })],
      ['mlp-spiral-trajectory', mlp({ id: 'mlp-spiral', input: [2], hidden: [32, 32], outputs: 3 })],
      ['mlp-mse-layernorm', mlp({ id: 'mlp-196', input: [1, 14, 14], hidden: [12], outputs: 10, activation: { op: 'tanh' } })],
    ];
    for (const [name, network] of cases) expect(network).toEqual(networkSchema.parse((read(name) as { model: unknown }).model));
  });

  it('[Z2] every entry fits together, has a title and a summary of its own, and names its classes’ outputs', () => {
    const seen = new Set<string>();
    for (const { name, title, summary, build } of ZOO) {
      const network = build();
      expect(network.id).toBe(name);
      expect(outputShapeOf(network)).toEqual([name === 'mlp_plane' ? 2 : name === 'transformer_small' ? 4 : 10]);
      expect(networkSchema.parse(network)).toEqual(network);
      expect(summary).toMatch(/^[A-Z0-9].*\.$/);
      seen.add(title);
    }
    expect(seen.size).toBe(ZOO.length);
  });

  it('[Z2] other input sizes, classes and dropout rates are options', () => {
    expect(outputShapeOf(resNet({ id: 'r', blocks: [1, 1, 1], width: 4, shortcuts: true, input: [1, 28, 28], classes: 3 }))).toEqual([3]);
    expect(outputShapeOf(denseNet({ id: 'd', blocks: [1, 1], growth: 4, input: [1, 16, 16], classes: 7 }))).toEqual([7]);
    expect(outputShapeOf(vgg({ id: 'v', groups: [[4], [4]], hidden: 8, input: [1, 28, 20], classes: 2 }))).toEqual([2]);
    expect(outputShapeOf(leNet5({ id: 'l', classes: 4 }))).toEqual([4]);
    expect(notebookCnn({ id: 'n', dropout: 0.5 }).program).toContainEqual({ op: 'dropout', p: 0.5 });
    expect(notebookCnn({ id: 'n', dropout: 0.5, input: [3, 32, 32] }).parameter_order[4]).toMatchObject({ shape: [64, 2048] });
  });

  it('[Z2] a transformer of the zoo tells sequences apart by order, and a causal one differs from one that sees everything', () => {
    const options = { id: 't', tokens: 5, length: 4, width: 6, hidden: 8, layers: 2, classes: 3 } as const;
    const outputs = [false, true].map((causal) => {
      const network = transformer({ ...options, causal });
      const { size } = layoutOf(network);
      const parameters = Float64Array.from({ length: size }, (_, index) => ((index * 2_654_435_761) % 1000) / 1000 - 0.5);
      return forward(network, parameters, [], { count: 2, inputs: Float32Array.of(0, 1, 2, 3, 3, 2, 1, 0), targets: Float32Array.of(0, 0) });
    });
    for (const each of outputs) expect(each.subarray(0, 3)).not.toEqual(each.subarray(3, 6));
    expect(outputs[0]).not.toEqual(outputs[1]);
  });
});
