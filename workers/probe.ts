/**
 * A small network that uses every operation, evaluated at points where each matters, before a backend is trusted.
 *
 * The numbers come from a formula, so the probe is the same everywhere. It costs a few milliseconds on a CPU.
 */
import { evaluateAt } from '#lib/network/forward.ts';
import { layoutOf } from '#lib/network/layout.ts';
import type { Network } from '#lib/network/program.ts';
import type { EvaluationJob, Evaluator } from './evaluator.ts';
import { WrongNumbers } from './tfEvaluator.ts';

const NETWORK: Network = {
  id: 'probe',
  input_shape_chw: [2, 8, 8],
  parameter_order: [
    { name: 'conv.weight', shape: [4, 2, 3, 3] },
    { name: 'conv.bias', shape: [4] },
    { name: 'norm.weight', shape: [4] },
    { name: 'norm.bias', shape: [4] },
    { name: 'body.weight', shape: [4, 4, 3, 3] },
    { name: 'front.weight', shape: [2, 4, 1, 1] },
    { name: 'dense.weight', shape: [5, 24] },
    { name: 'dense.bias', shape: [5] },
    { name: 'last.weight', shape: [3, 5] },
  ],
  buffers: [
    { name: 'norm.mean', shape: [4] },
    { name: 'norm.variance', shape: [4] },
  ],
  program: [
    { op: 'conv2d', weight: 'conv.weight', bias: 'conv.bias', stride: 1, padding: 1 },
    { op: 'batchnorm', weight: 'norm.weight', bias: 'norm.bias', running_mean: 'norm.mean', running_var: 'norm.variance', eps: 1e-5 },
    { op: 'relu' },
    { op: 'maxpool', kernel: 2, stride: 2 },
    { op: 'residual', body: [{ op: 'conv2d', weight: 'body.weight', bias: null, stride: 1, padding: 1 }, { op: 'relu' }], shortcut: [] },
    { op: 'avgpool', kernel: 2, stride: 2 },
    { op: 'concat_front', body: [{ op: 'conv2d', weight: 'front.weight', bias: null, stride: 1, padding: 0 }] },
    { op: 'flatten', order: 'CHW' },
    { op: 'linear', weight: 'dense.weight', bias: 'dense.bias' },
    { op: 'tanh' },
    { op: 'linear', weight: 'last.weight', bias: null },
  ],
};

const POINTS = [
  { a: 0, b: 0 },
  { a: 0.75, b: -0.5 },
] as const;
const SAMPLES = 8;
const TOLERANCE = 1e-5;

/** @throws WrongNumbers, or whatever the backend throws at an operation that it does not have */
export async function probe(evaluator: Evaluator): Promise<void> {
  const job = probeJob();
  const slice = await evaluator.prepare(job);
  try {
    const { sets } = await slice.evaluate(POINTS);
    for (const [index, { a, b }] of POINTS.entries()) {
      const theta = Float64Array.from(job.origin, (value, at) => value + a * job.directions[0]![at]! + b * job.directions[1]![at]!);
      const expected = evaluateAt(job, theta)[0]!.lossSum;
      const found = sets[0]!.lossSum[index]!;
      if (!(Math.abs(found - expected) <= TOLERANCE * expected)) {
        throw new WrongNumbers(`it gives ${found} in a test where ${expected} is right`);
      }
    }
  } finally {
    slice.dispose();
  }
}

function probeJob(): EvaluationJob {
  const { size } = layoutOf(NETWORK);
  const wave = (count: number, frequency: number, height: number) => Float32Array.from({ length: count }, (_, i) => height * Math.sin(frequency * (i + 1)));
  return {
    network: NETWORK,
    loss: 'crossEntropy',
    origin: wave(size, 1.7, 0.4),
    directions: [wave(size, 2.3, 0.3), wave(size, 3.1, 0.3)],
    buffers: Float32Array.of(0.1, -0.2, 0.3, 0, 0.9, 1.2, 0.7, 1),
    sets: [
      {
        set: 'train',
        samples: { count: SAMPLES, inputs: wave(SAMPLES * 128, 0.9, 1), targets: Float32Array.from({ length: SAMPLES }, (_, i) => i % 3) },
      },
    ],
  };
}
