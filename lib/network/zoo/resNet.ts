/**
 * Residual networks for small images (He et al. 2016), and the same stacks of layers without their shortcuts (Li et al. 2018).
 *
 * Three or four stages of blocks; each stage after the first halves the image and doubles the width. Where a block changes shape,
 * its shortcut is a 1×1 convolution with batch norm. It knows no weights.
 */
import type { Network, Step } from '#lib/network/program.ts';
import { draft, type Draft } from './draft.ts';

export type ResNetOptions = {
  readonly id: string;
  /** Blocks of each stage. */
  readonly blocks: readonly number[];
  /** Channels of the first stage. */
  readonly width: number;
  readonly shortcuts: boolean;
  /** `basic`: two 3×3 convolutions. `bottleneck`: 1×1, 3×3, and 1×1 to four times the width. */
  readonly block?: 'basic' | 'bottleneck';
  /** [channels, side, side]; 3×32×32 where absent. */
  readonly input?: readonly [number, number, number];
  readonly classes?: number;
};

const EXPANSION = { basic: 1, bottleneck: 4 } as const;

export function resNet({ id, blocks, width, shortcuts, block = 'basic', input = [3, 32, 32], classes = 10 }: ResNetOptions): Network {
  const net = draft();
  const [channels, side] = input;
  const program: Step[] = [net.convolution('conv1', channels, width, 3), net.batchNorm('bn1', width), { op: 'relu' }, { op: 'tap', name: 'stem' }];
  let from = width;
  for (const [stage, count] of blocks.entries()) {
    const inner = width * 2 ** stage;
    const to = inner * EXPANSION[block];
    for (let index = 0; index < count; index++) {
      const name = `layer${stage + 1}.${index}`;
      const stride = stage > 0 && index === 0 ? 2 : 1;
      const body = block === 'basic' ? basic(net, name, from, inner, stride) : bottleneck(net, name, from, inner, stride);
      if (shortcuts) {
        const isSame = stride === 1 && from === to;
        const shortcut = isSame ? [] : [net.convolution(`${name}.shortcut.0`, from, to, 1, { stride }), net.batchNorm(`${name}.shortcut.1`, to)];
        program.push({ op: 'residual', body, shortcut }, { op: 'relu' });
      } else {
        // The bottleneck without shortcuts has no ReLU at its end: so it stands in the source of Li et al.
        program.push(...body, ...(block === 'basic' ? [{ op: 'relu' } as const] : []));
      }
      from = to;
    }
    program.push({ op: 'tap', name: `layer${stage + 1}` });
  }
  const last = Math.ceil(side / 2 ** (blocks.length - 1));
  program.push({ op: 'avgpool', kernel: last, stride: last }, { op: 'flatten', order: 'CHW' }, net.linear('linear', from, classes));
  return net.finish(id, input, program);
}

function basic(net: Draft, name: string, from: number, width: number, stride: number): Step[] {
  return [
    net.convolution(`${name}.conv1`, from, width, 3, { stride }),
    net.batchNorm(`${name}.bn1`, width),
    { op: 'relu' },
    net.convolution(`${name}.conv2`, width, width, 3),
    net.batchNorm(`${name}.bn2`, width),
  ];
}

function bottleneck(net: Draft, name: string, from: number, width: number, stride: number): Step[] {
  return [
    net.convolution(`${name}.conv1`, from, width, 1),
    net.batchNorm(`${name}.bn1`, width),
    { op: 'relu' },
    net.convolution(`${name}.conv2`, width, width, 3, { stride }),
    net.batchNorm(`${name}.bn2`, width),
    { op: 'relu' },
    net.convolution(`${name}.conv3`, width, width * EXPANSION.bottleneck, 1),
    net.batchNorm(`${name}.bn3`, width * EXPANSION.bottleneck),
  ];
}
