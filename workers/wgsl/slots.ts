/**
 * Where the values of a straight-line program stand: scratch memory that is given back as soon as nothing reads it.
 *
 * A flatten with nothing attached, whose order is the memory's, is another name for its input. It knows no weights.
 */
import type { Lowered, Node } from '#lib/network/lowered.ts';
import { sizeOf } from '#lib/network/shapes.ts';
import type { Source } from './plan.ts';

export type Slots = {
  /** Rows that each slot needs. */
  readonly slots: readonly number[];
  readonly sourceOf: (value: number) => Source;
  /** Whether the node computes nothing. */
  readonly isAlias: (node: Node) => boolean;
};

export function slotsOf({ nodes, shapes, output }: Lowered): Slots {
  const isAlias = ({ kernel, inputs, norm, addend, activation }: Node): boolean =>
    kernel.op === 'flatten' && !norm && addend === null && !activation && (kernel.order === 'CHW' || shapes[inputs[0]!]!.length < 3);
  /** The value whose memory a value stands in. */
  const home = shapes.map((_, value) => value);
  for (const node of nodes) if (isAlias(node)) home[node.output] = home[node.inputs[0]!]!;
  const lastRead = new Map<number, number>([[home[output]!, nodes.length]]);
  for (const [at, node] of nodes.entries()) {
    for (const value of [...node.inputs, ...(node.addend === null ? [] : [node.addend])]) lastRead.set(home[value]!, Math.max(at, lastRead.get(home[value]!) ?? 0));
  }

  const slots: number[] = [];
  const free = new Set<number>();
  const slotOf = new Map<number, number>();
  /** The smallest free slot that is large enough, else the largest free one, which grows. */
  const take = (rows: number): number => {
    const candidates = [...free].toSorted((one, other) => slots[one]! - slots[other]!);
    const slot = candidates.find((each) => slots[each]! >= rows) ?? candidates.at(-1) ?? slots.push(0) - 1;
    free.delete(slot);
    slots[slot] = Math.max(slots[slot]!, rows);
    return slot;
  };
  for (const [at, node] of nodes.entries()) {
    if (!isAlias(node)) slotOf.set(node.output, take(sizeOf(shapes[node.output]!)));
    for (const [value, slot] of slotOf) {
      // A value that nothing reads is not kept either.
      if ((lastRead.get(value) ?? at) <= at && !free.has(slot) && isCurrent(value, slot)) free.add(slot);
    }
  }

  /** Whether `value` is the last that was put into `slot` so far. */
  function isCurrent(value: number, slot: number): boolean {
    return [...slotOf].findLast(([, each]) => each === slot)![0] === value;
  }

  return {
    slots,
    isAlias,
    sourceOf: (value) => {
      const slot = slotOf.get(home[value]!);
      return slot === undefined ? { kind: 'inputs' } : { kind: 'slot', slot };
    },
  };
}
