/** A small ReLU network at random weights on two spirals, whose two layers can be rescaled against each other. */
import { twoSpirals } from '#lib/network/datasets/spirals.ts';
import { layoutOf } from '#lib/network/layout.ts';
import type { Network } from '#lib/network/program.ts';
import { createRandom } from '#lib/random.ts';
import { subjectOf } from '#tests/slice/subjects.ts';

export const MLP: Network = {
  id: 'mlp',
  input_shape_chw: [2],
  parameter_order: [{ name: 'a.weight', shape: [6, 2] }, { name: 'a.bias', shape: [6] }, { name: 'b.weight', shape: [2, 6] }, { name: 'b.bias', shape: [2] }],
  buffers: [],
  program: [{ op: 'linear', weight: 'a.weight', bias: 'a.bias' }, { op: 'relu' }, { op: 'linear', weight: 'b.weight', bias: 'b.bias' }],
};
const random = createRandom(8);
export const WEIGHTS = Float32Array.from({ length: layoutOf(MLP).size }, () => 0.7 * random.normal());
export const spirals = subjectOf(MLP, [WEIGHTS], { train: twoSpirals(createRandom(1), 60) });
/** Where curvatures are asked for. */
export const spiralPoint = { format: 1, subject: spirals.id, checkpoint: 'w0', samples: { set: 'train', count: 60 }, loss: 'crossEntropy' } as const;
export const TWIN = { from: 'a.weight', factor: 4 } as const;
