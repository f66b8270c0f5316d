/** What a layer of a prepared slice is to its evaluation: weights that move to a point, and a run over some samples. */
import type { Node } from '#lib/network/lowered.ts';
import type { Shape } from '#lib/network/shapes.ts';
import type { Arena } from './arena.ts';
import type { Kernels } from './kernels.ts';
import type { MovingTensors, Point } from './moving.ts';
import type { Place } from './places.ts';

export type Way = {
  /** Moves the weights to a point; absent where there are none. */
  readonly move?: ((point: Point) => void) | undefined;
  /** Samples first to first + count of those that were loaded, all in one block. */
  run(first: number, count: number): void;
};

export type Operation = Way & {
  /** Slower, and right where numbers that are not finite go in; absent where the usual way is. Its move undoes the usual one's. */
  readonly careful?: Way | undefined;
};

/** What an operation is made from. */
export type Building = {
  readonly kernels: Kernels;
  readonly arena: Arena;
  readonly tensors: MovingTensors;
  readonly shapes: readonly Shape[];
  /** Memory of each value. @throws for one that has none */
  readonly placeOf: (value: number) => Place;
  /** Samples at a time, for this node. */
  readonly block: number;
  /** Shared by all layers that need it while they run. */
  readonly scratch: { readonly spectra: number; readonly sums: number };
};

export type OperationMaker = (node: Node, building: Building) => Operation;

/** Where sample `first` stands in the memory of a value that holds fewer than all. */
export const shiftOf = ({ capacity, sample }: Place, first: number): number => (first % capacity) * sample;

/** One after the other, each with its own weights. */
export function inTurn(ways: readonly Operation[]): Operation {
  if (ways.length === 1) return ways[0]!;
  const join = (all: readonly Way[]): Way => ({
    move: (point) => {
      for (const way of all) way.move?.(point);
    },
    run: (first, count) => {
      for (const way of all) way.run(first, count);
    },
  });
  const isAnyCareful = ways.some(({ careful }) => careful);
  return { ...join(ways), careful: isAnyCareful ? join(ways.map((way) => way.careful ?? way)) : undefined };
}
