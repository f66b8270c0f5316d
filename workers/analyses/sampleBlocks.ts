/** Samples in blocks, in file order and without copies, so that long sums can be stopped between them. */
import type { Samples } from '#lib/network/subject.ts';

const BLOCK = 32;

export function sampleBlocks({ count, inputs, targets }: Samples, size = BLOCK): readonly Samples[] {
  const width = inputs.length / count;
  return Array.from({ length: Math.ceil(count / size) }, (_, block) => {
    const [start, end] = [block * size, Math.min(count, (block + 1) * size)];
    return { count: end - start, inputs: inputs.subarray(start * width, end * width), targets: targets.subarray(start, end) };
  });
}
