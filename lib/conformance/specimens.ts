/** Two small subjects that the checks look at: one whose landscape is known by heart, one with every layer that traps are about. */
import { digestOf } from '#lib/digest.ts';
import { fillNormal } from '#lib/random.ts';
import { layoutOf } from '#lib/network/layout.ts';
import { STANDARD_MODE } from '#lib/network/mode.ts';
import type { Network } from '#lib/network/program.ts';
import { subjectIdOf, type Samples, type Subject, type SubjectManifest } from '#lib/network/subject.ts';
import type { Axis, DirectionRecipe, SliceRecipe } from '#lib/slice/recipe.ts';

/** What f = α + 10β is lifted by, so that it is a loss. */
export const LIFT = 100;

const towards = (checkpoint: string, length: 'difference' | 'unit' = 'difference'): DirectionRecipe => ({ kind: 'towards', checkpoint, length, orthogonal: false });

/** θ = (u, v) with the loss |u + 10·v + 100|: around the centre, towards two checkpoints, it is α + 10β + 100. */
export function tiltedSubject(): Subject {
  const network: Network = {
    id: 'tilted',
    input_shape_chw: [2],
    parameter_order: [{ name: 'fc.weight', shape: [1, 2], layout: 'out,in' }],
    buffers: [],
    program: [{ op: 'linear', weight: 'fc.weight', bias: null }],
  };
  const samples: Samples = { count: 1, inputs: Float32Array.of(1, 10), targets: Float32Array.of(-LIFT) };
  return subjectWith(network, { classes: null, loss: 'absoluteError', names: ['centre', 'alpha', 'beta', 'far'], samples }, [
    Float32Array.of(0, 0),
    Float32Array.of(1, 0),
    Float32Array.of(0, 1),
    Float32Array.of(3, 4),
  ]);
}

/** f = α + 10β + 100 over [−1, 1]², with different counts on the two axes. */
export function tiltedRecipe(subject: Subject, counts: readonly [number, number] = [5, 9]): SliceRecipe {
  const axis = (checkpoint: string, count: number): Axis => ({ direction: towards(checkpoint), min: -1, max: 1, count });
  return { format: 1, subject: subject.id, samples: [{ set: 'train', count: 1 }], loss: 'absoluteError', mode: STANDARD_MODE, centre: 'centre', axes: [axis('alpha', counts[0]), axis('beta', counts[1])] };
}

/** A line whose α is a distance in parameter space. */
export const distanceRecipe = (subject: Subject, max: number, count: number): SliceRecipe => ({
  ...tiltedRecipe(subject),
  axes: [{ direction: towards('far', 'unit'), min: -max, max, count }],
});

const WIDTH = 8;
const CLASSES = 3;
/** Not a multiple of 64 nor of 128, so that a mean over batches is not the mean over samples. */
const SAMPLES = 200;

/** Dense layers with batch norm, a smooth activation and dropout; weights and samples drawn with a fixed seed. */
export function layeredSubject(): Subject {
  const network: Network = {
    id: 'layered',
    input_shape_chw: [WIDTH],
    parameter_order: [
      { name: 'fc1.weight', shape: [WIDTH, WIDTH], layout: 'out,in' },
      { name: 'fc1.bias', shape: [WIDTH], layout: 'vector' },
      { name: 'bn.weight', shape: [WIDTH], layout: 'vector' },
      { name: 'bn.bias', shape: [WIDTH], layout: 'vector' },
      { name: 'fc2.weight', shape: [CLASSES, WIDTH], layout: 'out,in' },
      { name: 'fc2.bias', shape: [CLASSES], layout: 'vector' },
    ],
    buffers: [
      { name: 'bn.running_mean', shape: [WIDTH] },
      { name: 'bn.running_var', shape: [WIDTH] },
    ],
    program: [
      { op: 'linear', weight: 'fc1.weight', bias: 'fc1.bias' },
      { op: 'batchnorm', weight: 'bn.weight', bias: 'bn.bias', running_mean: 'bn.running_mean', running_var: 'bn.running_var', eps: 1e-5 },
      { op: 'softplus' },
      { op: 'dropout', p: 0.2 },
      { op: 'linear', weight: 'fc2.weight', bias: 'fc2.bias' },
    ],
  };
  const samples: Samples = { count: SAMPLES, inputs: drawn('inputs', SAMPLES * WIDTH), targets: Float32Array.from({ length: SAMPLES }, (_, index) => index % CLASSES) };
  const statistics = drawn('statistics', 2 * WIDTH).map((value, index) => (index < WIDTH ? 0.3 * value : 0.5 + Math.abs(value)));
  return subjectWith(network, { classes: CLASSES, loss: 'crossEntropy', names: ['centre'], samples }, [drawn('weights', layoutOf(network).size)], statistics);
}

export type RandomAxes = { readonly seeds: readonly number[]; readonly count: number; readonly reach?: number };

/** Random, filter-wise directions around the centre: a line for one seed, a plane for two. */
export const randomRecipe = (subject: Subject, { seeds, count, reach = 1 }: RandomAxes): SliceRecipe => ({
  format: 1,
  subject: subject.id,
  samples: [{ set: 'train', count: subject.manifest.dataset.samples.train }],
  loss: subject.manifest.loss,
  mode: STANDARD_MODE,
  centre: 'centre',
  axes: seeds.map((seed) => ({ direction: { kind: 'random', seed, normalisation: 'filter', vectors: 'ignore' }, min: -reach, max: reach, count })),
});

/** The tensors of the source page's network: 105,866 parameters in four layers, each a kernel and a bias. */
export const seedNetwork: Network = {
  id: 'seed',
  input_shape_chw: [1, 28, 28],
  parameter_order: [
    { name: 'conv1.weight', shape: [16, 1, 3, 3] },
    { name: 'conv1.bias', shape: [16] },
    { name: 'conv2.weight', shape: [32, 16, 3, 3] },
    { name: 'conv2.bias', shape: [32] },
    { name: 'fc1.weight', shape: [64, 1568] },
    { name: 'fc1.bias', shape: [64] },
    { name: 'fc2.weight', shape: [10, 64] },
    { name: 'fc2.bias', shape: [10] },
  ],
  buffers: [],
  program: [],
};

/** Normal deviates that depend on the name alone. */
export function drawn(name: string, size: number): Float32Array {
  const values = new Float32Array(size);
  fillNormal(values, { seed: 1, role: 0, name });
  return values;
}

type Parts = { readonly classes: number | null; readonly loss: SubjectManifest['loss']; readonly names: readonly string[]; readonly samples: Samples };

function subjectWith(network: Network, { classes, loss, names, samples }: Parts, checkpoints: readonly Float32Array[], buffers = new Float32Array(0)): Subject {
  const manifest: SubjectManifest = {
    format: 1,
    name: network.id,
    title: network.id,
    summary: 'made for a check',
    network,
    loss,
    dataset: { title: 'made for a check', input_shape_chw: network.input_shape_chw, classes, scale: null, samples: { train: samples.count, test: 0 } },
    checkpoints: names.map((id) => ({ id, title: id })),
    trajectory: [],
    file: { digest: digestOf(`conformance ${network.id}`), bytes: 1 },
    provenance: 'made for a check',
  };
  const none: Samples = { count: 0, inputs: new Float32Array(0), targets: new Float32Array(0) };
  return { id: subjectIdOf(manifest), manifest, checkpoints, buffers: names.map(() => buffers.slice()), sets: { train: samples, test: none } };
}

/** The hash of the very bits of a vector. */
export const bitsOf = (values: Float32Array | Float64Array): string => digestOf(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
