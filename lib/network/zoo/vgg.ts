/** A VGG network (Simonyan and Zisserman 2015) with batch norm, as for CIFAR-10: groups of 3×3 convolutions, each group ending in a maximum pool. */
import type { Network, Step } from '#lib/network/program.ts';
import { draft } from './draft.ts';

export type VggOptions = {
  readonly id: string;
  /** Widths of the convolutions of each group. */
  readonly groups: readonly (readonly number[])[];
  /** Features of the layer before the last. */
  readonly hidden: number;
  readonly input?: readonly [number, number, number];
  readonly classes?: number;
};

export function vgg({ id, groups, hidden, input = [3, 32, 32], classes = 10 }: VggOptions): Network {
  const net = draft();
  const program: Step[] = [];
  let [from] = input;
  let place = 0;
  for (const group of groups) {
    for (const width of group) {
      program.push(net.convolution(`features.${place}`, from, width, 3, { bias: true }), net.batchNorm(`features.${place + 1}`, width), { op: 'relu' });
      from = width;
      place += 3;
    }
    program.push({ op: 'maxpool', kernel: 2, stride: 2 });
    place++;
  }
  const side = (length: number): number => Math.floor(length / 2 ** groups.length);
  program.push({ op: 'flatten', order: 'CHW' }, net.linear('fc.0', from * side(input[1]) * side(input[2]), hidden), net.batchNorm('fc.1', hidden), { op: 'relu' });
  program.push(net.linear('classifier', hidden, classes));
  return net.finish(id, input, program);
}
