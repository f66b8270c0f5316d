/** Small networks, one for each operation and each way it may stand in a program: what every engine must get right. */
import type { ActivationStep, Network } from '#lib/network/program.ts';
import type { EvaluationMode } from '#lib/network/forward.ts';
import type { EvaluationJob } from '#workers/evaluator.ts';
import { jobOf, networkOf } from './engines.ts';

export const conv = (weight: string, bias: string | null, stride = 1, padding = 1) => ({ op: 'conv2d', weight, bias, stride, padding }) as const;
export const linear = (weight: string, bias: string | null = null) => ({ op: 'linear', weight, bias }) as const;
export const norm = { op: 'batchnorm', weight: 'n.w', bias: 'n.b', running_mean: 'n.m', running_var: 'n.v', eps: 1e-5 } as const;
export const normed = (width: number) => [{ 'n.w': [width], 'n.b': [width] }, { 'n.m': [width], 'n.v': [width] }] as const;
export const relu = { op: 'relu' } as const;
export const chw = { op: 'flatten', order: 'CHW' } as const;

const ACTIVATIONS: readonly ActivationStep[] = [
  { op: 'relu' },
  { op: 'leaky_relu', slope: 0.1 },
  { op: 'elu', alpha: 1.5 },
  { op: 'gelu', approximate: 'none' },
  { op: 'gelu', approximate: 'tanh' },
  { op: 'swish' },
  { op: 'tanh' },
  { op: 'sigmoid' },
  { op: 'softplus' },
];
const nameOf = (step: ActivationStep) => (step.op === 'gelu' ? `gelu (${step.approximate})` : step.op);
export const attention = (causal: boolean, bias: string | null) =>
  ({ op: 'attention', query: 'q', key: 'k', value: 'v', output: 'o', query_bias: bias, key_bias: null, value_bias: null, output_bias: null, causal }) as const;
const average = { op: 'globalpool', kind: 'average' } as const;
const layer = { op: 'layernorm', weight: 'l.w', bias: 'l.b', eps: 1e-5 } as const;

export const CASES: Readonly<Record<string, Network>> = {
  'linear with bias': networkOf([4], [linear('w', 'b')], { w: [3, 4], b: [3] }),
  'linear without bias': networkOf([4], [linear('w')], { w: [3, 4] }),
  'linear with relu and tanh': networkOf([4], [linear('w', 'b'), relu, linear('v'), { op: 'tanh' }], { w: [6, 4], b: [6], v: [3, 6] }),
  'convolution with stride and no padding': networkOf([2, 7, 5], [conv('k', null, 2, 0), chw, linear('w')], { k: [3, 2, 3, 3], w: [3, 18] }),
  'convolution of an oblong kernel': networkOf([2, 6, 5], [conv('k', 'c', 1, 1), chw, linear('w')], { k: [4, 2, 3, 1], c: [4], w: [3, 4 * 6 * 7] }),
  'convolution, flattened channels first': networkOf([2, 4, 6], [conv('k', 'c'), relu, chw, linear('w')], { k: [5, 2, 3, 3], c: [5], w: [3, 120] }),
  'convolution, flattened channels last': networkOf([2, 4, 6], [conv('k', 'c'), { op: 'flatten', order: 'HWC' }, linear('w')], { k: [5, 2, 3, 3], c: [5], w: [3, 120] }),
  'an image flattened at once': networkOf([3, 4, 2], [chw, linear('w', 'b')], { w: [3, 24], b: [3] }),
  'flattened outputs with nothing behind': networkOf([2, 2, 3], [conv('k', null), chw], { k: [2, 2, 3, 3] }),
  maxpool: networkOf([2, 6, 4], [{ op: 'maxpool', kernel: 2, stride: 2 }, chw, linear('w')], { w: [3, 12] }),
  'maxpool with overlap': networkOf([2, 7, 5], [{ op: 'maxpool', kernel: 3, stride: 2 }, chw, linear('w')], { w: [3, 12] }),
  avgpool: networkOf([2, 6, 4], [{ op: 'avgpool', kernel: 2, stride: 2 }, chw, linear('w')], { w: [3, 12] }),
  'batch norm on channels': networkOf([2, 4, 4], [conv('k', null), norm, relu, chw, linear('w')], { k: [3, 2, 3, 3], ...normed(3)[0], w: [3, 48] }, normed(3)[1]),
  'batch norm on features behind a flatten': networkOf([2, 2, 3], [conv('k', null), chw, norm, linear('w')], { k: [2, 2, 3, 3], ...normed(12)[0], w: [3, 12] }, normed(12)[1]),
  'residual with an identity': networkOf([2, 4, 4], [{ op: 'residual', body: [conv('k', 'c'), relu], shortcut: [] }, chw, linear('w')], { k: [2, 2, 3, 3], c: [2], w: [3, 32] }),
  'residual with a shortcut': networkOf([2, 4, 4], [{ op: 'residual', body: [conv('k', null, 2)], shortcut: [conv('s', null, 2, 0)] }, relu, chw, linear('w')], { k: [3, 2, 3, 3], s: [3, 2, 1, 1], w: [3, 12] }),
  'concat in front': networkOf([2, 4, 4], [{ op: 'concat_front', body: [conv('k', 'c')] }, chw, linear('w')], { k: [3, 2, 3, 3], c: [3], w: [3, 80] }),
  'flattened inside a branch': networkOf([2, 2, 2], [{ op: 'residual', body: [conv('k', null), chw], shortcut: [chw] }, linear('w')], { k: [2, 2, 3, 3], w: [3, 8] }),
  ...Object.fromEntries(
    ACTIVATIONS.flatMap((step) => [
      [`${nameOf(step)} on a vector`, networkOf([4], [linear('w', 'b'), step, linear('v')], { w: [6, 4], b: [6], v: [3, 6] })],
      [`${nameOf(step)} on an image`, networkOf([2, 4, 4], [conv('k', 'c'), step, chw, linear('w')], { k: [3, 2, 3, 3], c: [3], w: [3, 48] })],
    ]),
  ),
  'depthwise convolution': networkOf([4, 5, 6], [{ ...conv('k', 'c'), groups: 4 }, chw, linear('w')], { k: [4, 1, 3, 3], c: [4], w: [3, 120] }),
  'depthwise convolution with two filters per channel, oblong, with stride': networkOf([3, 7, 6], [{ ...conv('k', null, 2, 1), groups: 3 }, relu, chw, linear('w')], { k: [6, 1, 3, 2], w: [3, 6 * 4 * 4] }),
  'separable convolution': networkOf([3, 5, 5], [{ ...conv('k', null), groups: 3 }, conv('p', 'c', 1, 0), relu, average, linear('w')], { k: [3, 1, 3, 3], p: [5, 3, 1, 1], c: [5], w: [3, 5] }),
  'convolution in two groups': networkOf([4, 5, 5], [{ ...conv('k', 'c', 2, 1), groups: 2 }, relu, chw, linear('w')], { k: [6, 2, 3, 3], c: [6], w: [3, 54] }),
  'global average of an image': networkOf([3, 4, 5], [conv('k', 'c'), average, linear('w')], { k: [4, 3, 3, 3], c: [4], w: [3, 4] }),
  'global maximum of an image': networkOf([3, 4, 5], [conv('k', 'c'), { op: 'globalpool', kind: 'max' }, linear('w')], { k: [4, 3, 3, 3], c: [4], w: [3, 4] }),
  'layer norm of a vector': networkOf([5], [layer, linear('w')], { 'l.w': [5], 'l.b': [5], w: [3, 5] }),
  'layer norm of a whole image': networkOf([2, 3, 4], [conv('k', null), layer, chw, linear('w')], { k: [2, 2, 3, 3], 'l.w': [2, 3, 4], 'l.b': [2, 3, 4], w: [3, 24] }),
  'layer norm along the rows of an image': networkOf([2, 3, 4], [conv('k', null), layer, chw, linear('w')], { k: [2, 2, 3, 3], 'l.w': [4], 'l.b': [4], w: [3, 24] }),
  'layer norm over the planes of an image': networkOf([2, 3, 4], [conv('k', null), layer, chw, linear('w')], { k: [2, 2, 3, 3], 'l.w': [3, 4], 'l.b': [3, 4], w: [3, 24] }),
  'concat of three branches': networkOf([2, 4, 4], [{ op: 'concat', branches: [[conv('k', 'c')], [], [conv('j', null), relu]] }, chw, linear('w')], { k: [3, 2, 3, 3], c: [3], j: [1, 2, 3, 3], w: [3, 96] }),
  'concat of vectors': networkOf([4], [{ op: 'concat', branches: [[linear('w')], []] }, linear('v')], { w: [2, 4], v: [3, 6] }),
  'sequence flattened': networkOf([3, 4], [linear('w', 'b'), relu, chw, linear('v')], { w: [5, 4], b: [5], v: [3, 15] }),
  'sequence pooled': networkOf([3, 4], [linear('w', 'b'), { op: 'globalpool', kind: 'max' }, linear('v')], { w: [5, 4], b: [5], v: [3, 5] }),
  'batch norm of a sequence': networkOf([3, 4], [linear('w', 'b'), norm, chw, linear('v')], { w: [5, 4], b: [5], ...normed(5)[0], v: [3, 15] }, normed(5)[1]),
  'layer norm of a sequence': networkOf([3, 4], [layer, chw, linear('v')], { 'l.w': [4], 'l.b': [4], v: [3, 12] }),
  'concat of sequences': networkOf([3, 4], [{ op: 'concat_front', body: [linear('w')] }, average, linear('v')], { w: [2, 4], v: [3, 6] }),
  'positions added': networkOf([3, 4], [{ op: 'positional', weight: 'p' }, linear('w'), average, linear('v')], { p: [3, 4], w: [5, 4], v: [3, 5] }),
  attention: networkOf([4, 5], [attention(false, null), average, linear('w')], { q: [3, 5], k: [3, 5], v: [6, 5], o: [5, 6], w: [3, 5] }),
  'attention to what came before': networkOf([4, 5], [attention(true, 'q.b'), average, linear('w')], { q: [3, 5], 'q.b': [3], k: [3, 5], v: [6, 5], o: [5, 6], w: [3, 5] }),
  'attention inside a residual': networkOf([4, 5], [layer, { op: 'residual', body: [attention(false, null)], shortcut: [] }, chw, linear('w')], { 'l.w': [5], 'l.b': [5], q: [5, 5], k: [5, 5], v: [5, 5], o: [5, 5], w: [3, 20] }),
  'dropout and taps': networkOf([4], [{ op: 'dropout', p: 0.5 }, linear('w'), { op: 'tap', name: 'here' }, relu, linear('v')], { w: [5, 4], v: [3, 5] }),
};

/** One network with batch norm and two dropout layers, in every mode that changes its numbers. */
const NORMED = networkOf(
  [2, 4, 4],
  [conv('k', null), norm, relu, { op: 'dropout', p: 0.25 }, chw, linear('w', 'b'), { op: 'tanh' }, { op: 'dropout', p: 0.5 }, linear('v')],
  { k: [3, 2, 3, 3], ...normed(3)[0], w: [6, 48], b: [6], v: [3, 6] },
  normed(3)[1],
);
const measured = jobOf(NORMED, { samples: 23, seed: 40 }).sets[0]!.samples;
const MODES: Readonly<Record<string, EvaluationMode>> = {
  '[M5] one dropout mask': { batchNorm: { policy: 'stored' }, dropout: { seed: 5 } },
  '[M3] the loss by the statistics of fixed batches': { batchNorm: { policy: 'batch', batch: 4 }, dropout: null },
  '[M4] the loss by recomputed statistics': { batchNorm: { policy: 'recomputed', samples: measured, batch: 11 }, dropout: null },
  '[M4] the loss by recomputed statistics with a dropout mask': { batchNorm: { policy: 'recomputed', samples: measured, batch: 8 }, dropout: { seed: 9 } },
};

export const NORMED_MODES: readonly (readonly [string, EvaluationJob])[] = Object.entries(MODES).map(([name, mode]) => {
  const train = jobOf(NORMED, { samples: 13 });
  return [name, { ...train, mode, sets: [...train.sets, { set: 'test', samples: jobOf(NORMED, { samples: 9, seed: 70 }).sets[0]!.samples }] }] as const;
});
