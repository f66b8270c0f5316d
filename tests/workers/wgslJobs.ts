/** Jobs that show every operation, loss and loop end of the tile engine on WebGPU, each small enough for a software adapter. */
import { LOSS_NAMES, isClassification } from '#lib/network/loss.ts';
import type { ActivationStep, Network, Step } from '#lib/network/program.ts';
import { zooNetwork } from '#lib/network/zoo/zoo.ts';
import type { Coordinates, EvaluationJob } from '#workers/evaluator.ts';
import { jobOf, networkOf, noise } from './engines.ts';

export type NamedJob = { readonly name: string; readonly job: EvaluationJob };

export const POINTS: readonly Coordinates[] = [
  { a: 0, b: 0 },
  { a: 0.7, b: -0.4 },
  { a: -1, b: 1 },
];

const relu: Step = { op: 'relu' };
const linear = (name: string): Step => ({ op: 'linear', weight: `${name}.w`, bias: `${name}.b` });
const conv = (name: string, stride = 1, padding = 1, groups = 1): Step => ({ op: 'conv2d', weight: `${name}.w`, bias: null, stride, padding, groups });
const norm = (name: string): Step => ({ op: 'batchnorm', weight: `${name}.g`, bias: `${name}.b`, running_mean: `${name}.m`, running_var: `${name}.v`, eps: 1e-5 });
const normTensors = (name: string, size: number) => ({ [`${name}.g`]: [size], [`${name}.b`]: [size] });
const normBuffers = (name: string, size: number) => ({ [`${name}.m`]: [size], [`${name}.v`]: [size] });

/** A network that ends with a linear layer from `features` to three classes. */
const ending = (features: number) => ({ steps: [{ op: 'flatten', order: 'CHW' }, linear('out')] as Step[], tensors: { 'out.w': [3, features], 'out.b': [3] } });

const image = (program: readonly Step[], features: number, tensors: Record<string, readonly number[]>, buffers: Record<string, readonly number[]> = {}, input: readonly number[] = [3, 6, 5]): Network => {
  const end = ending(features);
  return networkOf(input, [...program, ...end.steps], { ...tensors, ...end.tensors }, buffers);
};

export const dense = (activation: ActivationStep): Network =>
  networkOf([9], [linear('a'), activation, linear('out')], { 'a.w': [13, 9], 'a.b': [13], 'out.w': [3, 13], 'out.b': [3] });

const ACTIVATIONS: readonly ActivationStep[] = [
  { op: 'relu' },
  { op: 'leaky_relu', slope: 0.1 },
  { op: 'elu', alpha: 1.3 },
  { op: 'gelu', approximate: 'none' },
  { op: 'gelu', approximate: 'tanh' },
  { op: 'swish' },
  { op: 'tanh' },
  { op: 'sigmoid' },
  { op: 'softplus' },
];

const c1 = { 'c1.w': [10, 3, 3, 3] };
const bn = { ...c1, ...normTensors('n', 10) };
const normed: Network = image([conv('c1'), norm('n'), relu], 300, bn, normBuffers('n', 10));

/** Batch-norm statistics that move with both axes, variances upwards. */
function withMovedStatistics(job: EvaluationJob): EvaluationJob {
  const size = job.buffers.length;
  return { ...job, bufferDirections: [noise(91, size, 0.1).map(Math.abs), noise(92, size, 0.1).map((value) => value * 0.3)] };
}

export const JOBS: readonly NamedJob[] = [
  ...ACTIVATIONS.map((step): NamedJob => ({ name: `${step.op}${'approximate' in step ? ` ${step.approximate}` : ''}`, job: jobOf(dense(step), { scale: 1 }) })),
  ...LOSS_NAMES.map((loss): NamedJob => ({ name: loss, job: jobOf(dense({ op: 'tanh' }), { loss, samples: 21, scale: 0.7, classes: isClassification(loss) ? 3 : 1 }) })),
  { name: 'one linear layer of two inputs', job: jobOf(networkOf([2], [linear('out')], { 'out.w': [3, 2], 'out.b': [3] })) },
  { name: 'a linear layer without bias on a few inputs, then another', job: jobOf(networkOf([3], [{ op: 'linear', weight: 'a.w', bias: null }, relu, linear('out')], { 'a.w': [5, 3], 'out.w': [3, 5], 'out.b': [3] })) },
  { name: 'a wide linear layer', job: jobOf(networkOf([7], [linear('a'), relu, linear('out')], { 'a.w': [70, 7], 'a.b': [70], 'out.w': [37, 70], 'out.b': [37] }), { samples: 67, scale: 0.2 }) },
  { name: 'convolution with padding', job: jobOf(image([conv('c1'), relu], 300, c1), { scale: 0.2 }) },
  { name: 'convolution with a stride and a bias', job: jobOf(image([{ op: 'conv2d', weight: 'c1.w', bias: 'c1.b', stride: 2, padding: 1 }, relu], 90, { ...c1, 'c1.b': [10] }), { scale: 0.2 }) },
  { name: 'convolution of a larger image', job: jobOf(image([conv('c1'), relu, { op: 'maxpool', kernel: 4, stride: 4 }], 250, c1, {}, [3, 20, 20]), { scale: 0.2 }) },
  { name: 'convolution by a kernel of even size', job: jobOf(image([conv('c1', 1, 0)], 80, { 'c1.w': [4, 3, 2, 2] }), { scale: 0.2 }) },
  { name: 'convolution by 1×1 with a stride', job: jobOf(image([conv('c1', 2, 0)], 72, { 'c1.w': [8, 3, 1, 1] }), { scale: 0.3 }) },
  { name: 'depthwise convolution', job: jobOf(image([conv('c1', 1, 1, 3)], 90, { 'c1.w': [3, 1, 3, 3] }), { scale: 0.3 }) },
  { name: 'convolution in groups', job: jobOf(image([conv('c1'), relu, conv('c2', 1, 1, 2)], 360, { 'c1.w': [8, 3, 3, 3], 'c2.w': [12, 4, 3, 3] }), { scale: 0.15 }) },
  { name: 'batch norm of stored statistics', job: jobOf(normed, { scale: 0.3 }) },
  { name: 'batch norm of statistics that move', job: withMovedStatistics(jobOf(normed, { scale: 0.3 })) },
  { name: 'batch norm of the inputs', job: jobOf(image([norm('n'), conv('c1')], 300, { ...normTensors('n', 3), ...c1 }, normBuffers('n', 3)), { scale: 0.2 }) },
  { name: 'batch norm of a vector', job: jobOf(networkOf([9], [linear('a'), norm('n'), relu, linear('out')], { 'a.w': [12, 9], 'a.b': [12], ...normTensors('n', 12), 'out.w': [3, 12], 'out.b': [3] }, normBuffers('n', 12))) },
  { name: 'batch norm behind a flatten by pixels', job: jobOf(networkOf([3, 4, 4], [{ op: 'flatten', order: 'HWC' }, norm('n'), linear('out')], { ...normTensors('n', 48), 'out.w': [3, 48], 'out.b': [3] }, normBuffers('n', 48)), { scale: 0.2 }) },
  { name: 'maxpool that leaves a rest', job: jobOf(image([conv('c1'), { op: 'maxpool', kernel: 2, stride: 2 }], 60, c1), { scale: 0.3 }) },
  { name: 'maxpool that overlaps', job: jobOf(image([conv('c1'), { op: 'maxpool', kernel: 3, stride: 2 }], 40, c1), { scale: 0.3 }) },
  { name: 'avgpool', job: jobOf(image([conv('c1'), { op: 'avgpool', kernel: 2, stride: 1 }, relu], 200, c1), { scale: 0.3 }) },
  { name: 'global average', job: jobOf(image([conv('c1'), { op: 'globalpool', kind: 'average' }], 10, c1), { scale: 0.3 }) },
  { name: 'global maximum', job: jobOf(image([conv('c1'), { op: 'globalpool', kind: 'max' }], 10, c1), { scale: 0.3 }) },
  { name: 'flatten by pixels', job: jobOf(networkOf([3, 4, 4], [conv('c1'), { op: 'flatten', order: 'HWC' }, linear('out')], { 'c1.w': [5, 3, 3, 3], 'out.w': [3, 80], 'out.b': [3] }), { scale: 0.3 }) },
  { name: 'residual with a shortcut that convolves', job: jobOf(image([{ op: 'residual', body: [conv('c1'), relu, conv('c2')], shortcut: [conv('c3', 1, 0)] }, relu], 180, { 'c1.w': [8, 3, 3, 3], 'c2.w': [6, 8, 3, 3], 'c3.w': [6, 3, 1, 1] }), { scale: 0.2 }) },
  { name: 'residual around its own input', job: jobOf(image([{ op: 'residual', body: [conv('c1'), relu], shortcut: [] }, relu, { op: 'residual', body: [], shortcut: [] }], 90, { 'c1.w': [3, 3, 3, 3] }), { scale: 0.2 }) },
  { name: 'concat and concat_front', job: jobOf(image([{ op: 'concat', branches: [[conv('c1'), relu], [], [conv('c2', 1, 0)]] }, { op: 'concat_front', body: [conv('c3')] }, relu], 630, { ...c1, 'c2.w': [4, 3, 1, 1], 'c3.w': [4, 17, 3, 3] }), { scale: 0.1 }) },
  { name: 'concat, then batch norm and an activation', job: jobOf(image([{ op: 'concat', branches: [[conv('c1')], []] }, norm('n'), relu, conv('c2', 1, 0)], 150, { ...c1, ...normTensors('n', 13), 'c2.w': [5, 13, 1, 1] }, normBuffers('n', 13)), { scale: 0.2 }) },
  { name: 'layer norm of a vector', job: jobOf(networkOf([9], [linear('a'), { op: 'layernorm', weight: 'n.g', bias: 'n.b', eps: 1e-5 }, relu, linear('out')], { 'a.w': [11, 9], 'a.b': [11], 'n.g': [11], 'n.b': [11], 'out.w': [3, 11], 'out.b': [3] })) },
  { name: 'a sequence: linear, layer norm, batch norm, positional, global pool', job: sequence() },
  { name: 'an embedding', job: embedded() },
  { name: 'two sets', job: { ...jobOf(dense(ACTIVATIONS[0]!), { samples: 9 }), sets: [...jobOf(dense(ACTIVATIONS[0]!), { samples: 9 }).sets, { set: 'test', samples: jobOf(dense(ACTIVATIONS[0]!), { samples: 6, seed: 30 }).sets[0]!.samples }] } },
  { name: 'a line, with one direction', job: { ...jobOf(dense(ACTIVATIONS[0]!)), directions: [noise(2, 13 * 10 + 3 * 14, 0.5)] } },
  { name: 'more samples than are read back one by one', job: jobOf(dense(ACTIVATIONS[0]!), { samples: 2500 }) },
  { name: 'resnet20 of four samples', job: jobOf(zooNetwork('resnet20')!, { samples: 4, classes: 10, scale: 0.05 }) },
];

function sequence(): EvaluationJob {
  const program: Step[] = [
    linear('a'),
    { op: 'layernorm', weight: 'n.g', bias: 'n.b', eps: 1e-5 },
    { op: 'positional', weight: 'p.w' },
    { op: 'concat', branches: [[linear('b'), norm('m'), relu], []] },
    { op: 'globalpool', kind: 'average' },
    linear('out'),
  ];
  const tensors = { 'a.w': [6, 5], 'a.b': [6], 'n.g': [6], 'n.b': [6], 'p.w': [4, 6], 'b.w': [7, 6], 'b.b': [7], ...normTensors('m', 7), 'out.w': [3, 13], 'out.b': [3] };
  return jobOf(networkOf([4, 5], program, tensors, normBuffers('m', 7)));
}

function embedded(): EvaluationJob {
  const job = jobOf(networkOf([6], [{ op: 'embedding', weight: 'e.w' }, relu, { op: 'flatten', order: 'CHW' }, linear('out')], { 'e.w': [9, 4], 'out.w': [3, 24], 'out.b': [3] }));
  return { ...job, sets: job.sets.map(({ set, samples }) => ({ set, samples: { ...samples, inputs: samples.inputs.map((_, index) => (index * 5) % 9) } })) };
}

/** Logits so far apart that the loss is about 1e-9. */
export const tinyLoss: EvaluationJob = (() => {
  const network = networkOf([3], [{ op: 'linear', weight: 'w', bias: null }], { w: [3, 3] });
  const job = jobOf(network, { samples: 9 });
  const inputs = Float32Array.from({ length: 27 }, (_, index) => (index % 3 === Math.floor(index / 3) % 3 ? 1 : 0));
  return { ...job, origin: Float32Array.of(20.9, 0, 0, 0, 21, 0, 0, 0, 21.3), sets: [{ set: 'train', samples: { ...job.sets[0]!.samples, inputs } }] };
})();

/** Weights, inputs or statistics that leave no finite loss, through every activation and pool that could lose that. */
export const NOT_FINITE: readonly NamedJob[] = [
  ...(['relu', 'gelu', 'tanh'] as const).map((op): NamedJob => ({ name: `NaN through ${op}`, job: spoiled(jobOf(dense(op === 'gelu' ? { op, approximate: 'none' } : { op })), Number.NaN) })),
  { name: 'NaN through a convolution and a maxpool', job: spoiled(jobOf(image([conv('c1'), relu, { op: 'maxpool', kernel: 2, stride: 2 }], 60, c1)), Number.NaN) },
  { name: 'infinity in a weight', job: spoiled(jobOf(dense({ op: 'relu' })), Infinity) },
  { name: 'infinite outputs', job: infiniteOutputs() },
  { name: 'a variance moved below zero', job: { ...jobOf(normed, { scale: 0.3 }), bufferDirections: [new Float32Array(20), new Float32Array(20).fill(-9, 10)] } },
];

/** The first output is +∞, and never the target. */
function infiniteOutputs(): EvaluationJob {
  const job = jobOf(networkOf([2], [{ op: 'linear', weight: 'w', bias: null }], { w: [3, 2] }), { samples: 3 });
  const samples = { count: 3, inputs: new Float32Array(6).fill(9), targets: Float32Array.of(1, 1, 2) };
  return { ...job, origin: Float32Array.of(Infinity, 1, 0, 0, 0, 0), directions: [new Float32Array(6), new Float32Array(6)], sets: [{ set: 'train', samples }] };
}

function spoiled(job: EvaluationJob, value: number): EvaluationJob {
  const origin = Float32Array.from(job.origin);
  origin[1] = value;
  return { ...job, origin };
}
