/**
 * Where every value of a network stands in a slice's memory.
 *
 * Values are kept pixel by pixel, channels together and padded to four, so that one vector holds four channels of a pixel. An
 * image that a convolution reads has a margin of zeros, as wide as its readers want, which nobody writes to. A value's memory is
 * given to a later one of the same layout once nothing reads it. It knows shapes and readers, not what kernels do.
 */
import type { Lowered, Node } from '#lib/network/lowered.ts';
import { sizeOf, type Shape } from '#lib/network/shapes.ts';
import type { Arena } from './arena.ts';

/** All distances in bytes. A vector is an image of one pixel, a sequence an image of one line. */
export type Place = {
  /** Of the block's first sample's first number. */
  readonly at: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly pixel: number;
  readonly line: number;
  readonly sample: number;
  /** Samples in the block. */
  readonly capacity: number;
  /** How the numbers of a vector that is still kept as an image follow each other. */
  readonly order: 'CHW' | 'HWC';
};

/** Pixels of zeros above and to the left, below, and to the right. */
export type Margin = { readonly before: number; readonly below: number; readonly right: number };

export type Image = { readonly height: number; readonly width: number; readonly channels: number };

export const imageOf = (shape: Shape): Image => {
  if (shape.length === 3) return { channels: shape[0]!, height: shape[1]!, width: shape[2]! };
  if (shape.length === 2) return { height: 1, width: shape[0]!, channels: shape[1]! };
  return { height: 1, width: 1, channels: sizeOf(shape) };
};

export const paddedTo4 = (count: number): number => (count + 3) & ~3;

export type PlaceNeeds = {
  /** The margin that a node wants around its first input. */
  readonly marginOf: (node: Node) => Margin;
  /** Samples at a time, per node; never fewer than those of an earlier node. */
  readonly blocks: readonly number[];
  /** A flatten that only numbers its input in another way. */
  readonly isRenaming: (node: Node) => boolean;
  /** Whether the input's channels stand without padding, because all its readers can do with that. */
  readonly isInputDense: boolean;
  /** A value that is never in memory. */
  readonly isAbsent: (value: number) => boolean;
};

/** Places of all values, by number; null for those that are absent. */
export function placesOf(lowered: Lowered, needs: PlaceNeeds, arena: Arena): readonly (Place | null)[] {
  const { nodes, shapes } = lowered;
  const uses = usesOf(lowered, needs);
  const places: (Place | null)[] = shapes.map(() => null);
  /** Memory that nothing reads any more, by layout. */
  const free = new Map<string, number[]>();
  const layouts = shapes.map((_, value) => layoutOf(value, lowered, needs, uses[value]!.capacity));
  const open = (value: number): void => {
    if (needs.isAbsent(value)) return;
    const { place, bytes, corner, key } = layouts[value]!;
    places[value] = { ...place, at: free.get(key)?.pop() ?? arena.take(bytes) + corner };
  };
  // What waits for more samples than are made at once is there from the start: earlier layers run again before it is read.
  for (const [value, { isWaiting }] of uses.entries()) if (value === 0 || isWaiting) open(value);
  for (const [index, node] of nodes.entries()) {
    const source = places[node.inputs[0]!]!;
    if (needs.isRenaming(node)) places[node.output] = source && renamed(source, node, shapes);
    else if (!uses[node.output]!.isWaiting) open(node.output);
    for (const [value, { last, isWaiting }] of uses.entries()) {
      const place = places[value];
      if (last !== index || isWaiting || !place) continue;
      const { key } = layouts[value]!;
      free.set(key, [...(free.get(key) ?? []), place.at]);
    }
  }
  return places;
}

type Use = {
  /** The last node that reads it; −1 for a value with another's memory. */
  readonly last: number;
  readonly capacity: number;
  readonly isWaiting: boolean;
};

function usesOf({ nodes, shapes, output }: Lowered, { blocks, isRenaming }: PlaceNeeds): readonly Use[] {
  const source = shapes.map((_, value) => value);
  const made = shapes.map(() => blocks[0]!);
  const last = shapes.map(() => 0);
  const capacity = shapes.map(() => blocks[0]!);
  for (const [index, node] of nodes.entries()) {
    const block = blocks[index]!;
    for (const value of [...node.inputs, ...(node.addend === null ? [] : [node.addend])]) {
      last[source[value]!] = index;
      capacity[source[value]!] = Math.max(capacity[source[value]!]!, block);
    }
    if (isRenaming(node)) source[node.output] = source[node.inputs[0]!]!;
    else made[node.output] = capacity[node.output] = block;
  }
  // The loss reads the outputs after the last node.
  last[source[output]!] = nodes.length;
  capacity[source[output]!] = blocks.at(-1) ?? 1;
  return shapes.map((_, value) =>
    source[value] === value
      ? { last: last[value]!, capacity: capacity[value]!, isWaiting: capacity[value]! > made[value]! }
      : { last: -1, capacity: 0, isWaiting: false },
  );
}

function layoutOf(value: number, { nodes, shapes }: Lowered, { marginOf, isInputDense }: PlaceNeeds, capacity: number) {
  const image = imageOf(shapes[value]!);
  const margins = nodes.filter(({ inputs }) => inputs[0] === value).map(marginOf);
  const most = (side: keyof Margin): number => Math.max(0, ...margins.map((margin) => margin[side]));
  const pixel = 4 * (value === 0 && isInputDense ? image.channels : paddedTo4(image.channels));
  const line = pixel * (most('before') + image.width + most('right'));
  const sample = line * (most('before') + image.height + most('below'));
  const corner = most('before') * (line + pixel);
  return {
    place: { ...image, pixel, line, sample, capacity, order: 'CHW' as const },
    bytes: sample * capacity,
    corner,
    key: [image.height, image.width, pixel, line, sample, corner, capacity, image.channels].join(),
  };
}

const renamed = (place: Place, { kernel, inputs }: Node, shapes: readonly Shape[]): Place => ({
  ...place,
  // A sequence is written position by position, which is pixel by pixel here.
  order: kernel.op === 'flatten' && kernel.order === 'CHW' && shapes[inputs[0]!]!.length === 3 ? 'CHW' : 'HWC',
});
