/** Small networks: fully connected ones of any depth, LeNet-5, and the convolutional network of the seed notebook. */
import type { ActivationStep, Network, Step } from '#lib/network/program.ts';
import { draft } from './draft.ts';

export type MlpOptions = {
  readonly id: string;
  /** Shape of one sample: [features], or an image, which is flattened. */
  readonly input: readonly number[];
  readonly hidden: readonly number[];
  /** Classes, or values to fit. */
  readonly outputs: number;
  readonly activation?: ActivationStep;
};

export function mlp({ id, input, hidden, outputs, activation = { op: 'relu' } }: MlpOptions): Network {
  const net = draft();
  const program: Step[] = input.length > 1 ? [{ op: 'flatten', order: 'CHW' }] : [];
  let from = input.reduce((product, side) => product * side, 1);
  for (const [layer, to] of [...hidden, outputs].entries()) {
    if (layer > 0) program.push(activation);
    program.push(net.linear(`fc${layer + 1}`, from, to));
    from = to;
  }
  return net.finish(id, input, program);
}

export type NotebookCnnOptions = {
  readonly id: string;
  /** Share of the flattened features that training drops; evaluation uses it only where a slice asks for dropout. */
  readonly dropout: number;
  readonly input?: readonly [number, number, number];
  readonly classes?: number;
};

/** Two 3×3 convolutions with average pooling, then two dense layers: the network of MerkulovDaniil's NN_Surface_Visualization. Features are flattened channels last. */
export function notebookCnn({ id, dropout, input = [1, 28, 28], classes = 10 }: NotebookCnnOptions): Network {
  const net = draft();
  const [channels, height, width] = input;
  const quarter = Math.floor(Math.floor(height / 2) / 2) * Math.floor(Math.floor(width / 2) / 2);
  return net.finish(id, input, [
    net.convolution('conv1', channels, 16, 3, { bias: true }),
    { op: 'relu' },
    { op: 'avgpool', kernel: 2, stride: 2 },
    net.convolution('conv2', 16, 32, 3, { bias: true }),
    { op: 'relu' },
    { op: 'avgpool', kernel: 2, stride: 2 },
    { op: 'flatten', order: 'HWC' },
    { op: 'dropout', p: dropout },
    net.linear('fc1', 32 * quarter, 64),
    { op: 'relu' },
    net.linear('fc2', 64, classes),
  ]);
}

/** LeNet-5 (LeCun et al. 1998) as it is taught today: full connection between the feature maps, plain average pooling, a linear last layer; 32×32 grey. */
export function leNet5({ id, classes = 10 }: { readonly id: string; readonly classes?: number }): Network {
  const net = draft();
  return net.finish(id, [1, 32, 32], [
    net.convolution('conv1', 1, 6, 5, { padding: 0, bias: true }),
    { op: 'tanh' },
    { op: 'avgpool', kernel: 2, stride: 2 },
    net.convolution('conv2', 6, 16, 5, { padding: 0, bias: true }),
    { op: 'tanh' },
    { op: 'avgpool', kernel: 2, stride: 2 },
    { op: 'flatten', order: 'CHW' },
    net.linear('fc1', 400, 120),
    { op: 'tanh' },
    net.linear('fc2', 120, 84),
    { op: 'tanh' },
    net.linear('fc3', 84, classes),
  ]);
}
