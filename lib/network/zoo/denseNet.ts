/**
 * A densely connected network (Huang et al. 2017) for small images: every layer sees the outputs of all before it in its block.
 *
 * New features stand before the old ones along the channels.
 */
import type { Network, Step } from '#lib/network/program.ts';
import { draft } from './draft.ts';

export type DenseNetOptions = {
  readonly id: string;
  /** Layers of each dense block. */
  readonly blocks: readonly number[];
  /** Channels that each layer adds. */
  readonly growth: number;
  readonly input?: readonly [number, number, number];
  readonly classes?: number;
};

/** The 1×1 convolution of a layer gives this many times the growth; a transition keeps this share of the channels. */
const BOTTLENECK = 4;
const KEPT = 0.5;

export function denseNet({ id, blocks, growth, input = [3, 32, 32], classes = 10 }: DenseNetOptions): Network {
  const net = draft();
  const [channels, side] = input;
  let width = 2 * growth;
  const program: Step[] = [net.convolution('conv1', channels, width, 3), { op: 'tap', name: 'stem' }];
  for (const [stage, count] of blocks.entries()) {
    for (let layer = 0; layer < count; layer++) {
      const name = `dense${stage + 1}.${layer}`;
      const inner = BOTTLENECK * growth;
      const body: Step[] = [
        net.batchNorm(`${name}.bn1`, width),
        { op: 'relu' },
        net.convolution(`${name}.conv1`, width, inner, 1),
        net.batchNorm(`${name}.bn2`, inner),
        { op: 'relu' },
        net.convolution(`${name}.conv2`, inner, growth, 3),
      ];
      program.push({ op: 'concat_front', body });
      width += growth;
    }
    program.push({ op: 'tap', name: `dense${stage + 1}` });
    if (stage === blocks.length - 1) break;
    const kept = Math.floor(width * KEPT);
    const name = `trans${stage + 1}`;
    program.push(net.batchNorm(`${name}.bn`, width), { op: 'relu' }, net.convolution(`${name}.conv`, width, kept, 1), { op: 'avgpool', kernel: 2, stride: 2 });
    width = kept;
  }
  const last = Math.floor(side / 2 ** (blocks.length - 1));
  program.push(net.batchNorm('bn', width), { op: 'relu' }, { op: 'avgpool', kernel: last, stride: last }, { op: 'flatten', order: 'CHW' });
  program.push(net.linear('linear', width, classes));
  return net.finish(id, input, program);
}
