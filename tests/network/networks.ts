/** Small networks for tests, as layer programs. */
import type { Network, TensorSpec } from '#lib/network/program.ts';

/** The network of source page 000: two convolutions, two dense layers, 105,866 parameters. */
export const SEED_CNN: Network = {
  id: 'seed-cnn',
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
  program: [
    { op: 'conv2d', weight: 'conv1.weight', bias: 'conv1.bias', stride: 1, padding: 1 },
    { op: 'relu' },
    { op: 'avgpool', kernel: 2, stride: 2 },
    { op: 'conv2d', weight: 'conv2.weight', bias: 'conv2.bias', stride: 1, padding: 1 },
    { op: 'relu' },
    { op: 'avgpool', kernel: 2, stride: 2 },
    { op: 'flatten', order: 'HWC' },
    { op: 'dropout', p: 0.2 },
    { op: 'linear', weight: 'fc1.weight', bias: 'fc1.bias' },
    { op: 'relu' },
    { op: 'linear', weight: 'fc2.weight', bias: 'fc2.bias' },
  ],
};

/** A network of one dense layer over `inputs` features. */
export const denseNetwork = (inputs: number, outputs: number): Network => ({
  id: 'dense',
  input_shape_chw: [inputs],
  parameter_order: [{ name: 'weight', shape: [outputs, inputs] }, { name: 'bias', shape: [outputs] }],
  buffers: [],
  program: [{ op: 'linear', weight: 'weight', bias: 'bias' }],
});

const vectors = (prefix: string, names: readonly string[], length: number): readonly TensorSpec[] => names.map((name) => ({ name: `${prefix}.${name}`, shape: [length] }));

/** A convolution with batch norm, dropout in both branches of a residual and after it, and a dense layer: every mode acts on it. */
export const MODAL_CNN: Network = {
  id: 'modal',
  input_shape_chw: [2, 4, 4],
  parameter_order: [
    { name: 'conv.weight', shape: [3, 2, 3, 3] },
    ...vectors('bn1', ['weight', 'bias'], 3),
    { name: 'fc1.weight', shape: [5, 3] },
    ...vectors('bn2', ['weight', 'bias'], 5),
    { name: 'fc2.weight', shape: [3, 5] },
  ],
  buffers: [...vectors('bn1', ['running_mean', 'running_var'], 3), ...vectors('bn2', ['running_mean', 'running_var'], 5)],
  program: [
    { op: 'conv2d', weight: 'conv.weight', bias: null, stride: 1, padding: 1 },
    { op: 'batchnorm', weight: 'bn1.weight', bias: 'bn1.bias', running_mean: 'bn1.running_mean', running_var: 'bn1.running_var', eps: 1e-5 },
    { op: 'relu' },
    { op: 'residual', body: [{ op: 'tanh' }, { op: 'dropout', p: 0.3 }], shortcut: [{ op: 'dropout', p: 0.3 }] },
    { op: 'globalpool', kind: 'average' },
    { op: 'dropout', p: 0.3 },
    { op: 'linear', weight: 'fc1.weight', bias: null },
    { op: 'batchnorm', weight: 'bn2.weight', bias: 'bn2.bias', running_mean: 'bn2.running_mean', running_var: 'bn2.running_var', eps: 1e-5 },
    { op: 'tanh' },
    { op: 'linear', weight: 'fc2.weight', bias: null },
  ],
};
