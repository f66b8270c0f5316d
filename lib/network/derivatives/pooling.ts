/** Pools: linear maps, once it is chosen which pixel of each window is the largest. Of equal ones the first counts. */
import type { Step } from '#lib/network/program.ts';
import { sizeOf, type Shape } from '#lib/network/shapes.ts';
import { linearMap, type Context, type Layer } from './layer.ts';

export function pool(step: Extract<Step, { op: 'maxpool' | 'avgpool' }>, input: Shape, output: Shape, context: Context): Layer {
  const { kernel, stride } = step;
  const [channels, height, width] = input as [number, number, number];
  const [, rows, columns] = output as [number, number, number];
  const offsets = Array.from({ length: kernel * kernel }, (_, index) => Math.floor(index / kernel) * width + (index % kernel));
  const corners = Int32Array.from({ length: rows * columns }, (_, index) => Math.floor(index / columns) * stride * width + (index % columns) * stride);
  return windowed(step.op === 'maxpool', { input, output, planes: channels, plane: height * width, corners, offsets }, context);
}

/** Over all pixels of a channel, or over all positions of a sequence. */
export function globalPool(step: Extract<Step, { op: 'globalpool' }>, input: Shape, output: Shape, context: Context): Layer {
  const isMax = step.kind === 'max';
  if (input.length === 2) {
    const [positions, features] = input as [number, number];
    const corners = Int32Array.from({ length: features }, (_, feature) => feature);
    const offsets = Array.from({ length: positions }, (_, position) => position * features);
    return windowed(isMax, { input, output, planes: 1, plane: positions * features, corners, offsets }, context);
  }
  const pixels = sizeOf(input.slice(1));
  return windowed(isMax, { input, output, planes: input[0]!, plane: pixels, corners: Int32Array.of(0), offsets: Array.from({ length: pixels }, (_, pixel) => pixel) }, context);
}

/** Windows in every plane of a sample: those starting at `corners`, each reaching the same `offsets`. */
type Windows = {
  readonly input: Shape;
  readonly output: Shape;
  readonly planes: number;
  readonly plane: number;
  readonly corners: Int32Array;
  readonly offsets: readonly number[];
};

function windowed(isMax: boolean, windows: Windows, context: Context): Layer {
  const { input, output, planes, plane, corners, offsets } = windows;
  const inSize = sizeOf(input);
  const outSize = sizeOf(output);

  /** Calls `visit` with every window of a block: its number in the output, and where it starts in the input. */
  const each = (count: number, visit: (at: number, start: number) => void): void => {
    let at = 0;
    for (let line = 0; line < count * planes; line++) for (const corner of corners) visit(at++, line * plane + corner);
  };

  if (!isMax) {
    return linearMap(
      output,
      input,
      context,
      (values, out, count) =>
        each(count, (at, start) => {
          let sum = 0;
          for (const offset of offsets) sum += values[start + offset]!;
          out[at] = sum / offsets.length;
        }),
      (gradient, out, count) =>
        each(count, (at, start) => {
          const share = gradient[at]! / offsets.length;
          for (const offset of offsets) out[start + offset]! += share;
        }),
    );
  }
  const chosen = new Int32Array(context.block * outSize);
  if (context.block * inSize > 2 ** 31) throw new Error('a block of samples is too large for a pool');
  return linearMap(
    output,
    input,
    context,
    (values, out, count) => {
      for (let at = 0; at < count * outSize; at++) out[at] = values[chosen[at]!]!;
    },
    (gradient, out, count) => {
      for (let at = 0; at < count * outSize; at++) out[chosen[at]!]! += gradient[at]!;
    },
    (values, count) =>
      each(count, (at, start) => {
        let best = start + offsets[0]!;
        for (const offset of offsets) {
          const value = values[start + offset]!;
          // A value that is not a number is kept, as in the forward pass.
          if (value > values[best]! || Number.isNaN(value)) best = start + offset;
        }
        chosen[at] = best;
      }),
  );
}
