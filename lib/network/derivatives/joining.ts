/** Layers one after the other, side by side and added, or side by side and joined; and the reordering of flatten. */
import { sizeOf, type Shape } from '#lib/network/shapes.ts';
import { linearMap, memory, type Context, type Layer } from './layer.ts';
import { addTo } from './matrix.ts';

/** The layers in order; without any, the identity. */
export function inOrder(layers: readonly Layer[], input: Shape, { isConstant }: Context): Layer {
  const reversed = layers.toReversed();
  const through = (change: Float64Array | null, pass: (layer: Layer, change: Float64Array | null) => Float64Array | null): Float64Array | null => {
    for (const layer of layers) change = pass(layer, change);
    return change;
  };
  const back = (gradient: Float64Array, pass: (layer: Layer, gradient: Float64Array) => Float64Array | null): Float64Array | null => {
    for (const layer of reversed) {
      const passed = pass(layer, gradient);
      if (!passed) return null;
      gradient = passed;
    }
    return isConstant ? null : gradient;
  };
  return {
    output: layers.at(-1)?.output ?? input,
    isConstant: layers.at(-1)?.isConstant ?? isConstant,
    forward: (values, count, pass) => layers.reduce((passed, layer) => layer.forward(passed, count, pass), values),
    backward: (gradient, count, pass) => back(gradient, (layer, passed) => layer.backward(passed, count, pass)),
    tangent: (change, count, pass) => through(change, (layer, passed) => layer.tangent(passed, count, pass)),
    backwardTangent: (change, count, pass) => back(change, (layer, passed) => layer.backwardTangent(passed, count, pass)),
  };
}

/** body(x) + shortcut(x) */
export function added(branches: readonly Layer[], input: Shape, context: Context): Layer {
  const output = branches[0]!.output;
  const copy = (part: Float64Array, out: Float64Array, count: number): void => addTo(out, 0, part, 0, count * sizeOf(output));
  return parallel(branches, input, output, context, branches.map(() => ({ join: copy, split: (whole) => whole })));
}

/** The branches' outputs one behind the other along the first axis, of a sequence along the last. */
export function joined(branches: readonly Layer[], input: Shape, context: Context): Layer {
  const shapes = branches.map(({ output }) => output);
  const isSequence = shapes[0]!.length === 2;
  const lines = isSequence ? shapes[0]![0]! : 1;
  const lengths = shapes.map((shape) => sizeOf(shape) / lines);
  const length = lengths.reduce((sum, each) => sum + each, 0);
  const first = shapes[0]!;
  const output = isSequence ? [lines, length] : [shapes.reduce((sum, [channels]) => sum + channels!, 0), ...first.slice(1)];
  let start = 0;
  const ports = shapes.map((shape, index): Port => {
    const [own, at] = [lengths[index]!, start];
    start += own;
    // A branch keeps the gradient that it is given, so the change of it needs memory of its own.
    const [part, change] = [memory(shape, context), memory(shape, context)];
    return {
      join: (values, out, count) => {
        for (let line = 0; line < count * lines; line++) addTo(out, line * length + at, values, line * own, own);
      },
      split: (whole, count, isChange) => {
        const to = isChange ? change : part;
        for (let line = 0; line < count * lines; line++) to.set(whole.subarray(line * length + at, line * length + at + own), line * own);
        return to;
      },
    };
  });
  return parallel(branches, input, output, context, ports);
}

/** How a branch's output stands in the whole: `join` adds it there, `split` takes its part of a gradient. */
type Port = {
  readonly join: (part: Float64Array, out: Float64Array, count: number) => void;
  readonly split: (whole: Float64Array, count: number, isChange: boolean) => Float64Array;
};

function parallel(branches: readonly Layer[], input: Shape, output: Shape, context: Context, ports: readonly Port[]): Layer {
  const isConstant = branches.every((branch) => branch.isConstant);
  const [values, changes] = [memory(output, context), memory(output, context)];
  const [gradients, gradientChanges] = [memory(input, context), memory(input, context)];
  const [inSize, outSize] = [sizeOf(input), sizeOf(output)];

  const joinedFrom = (parts: readonly (Float64Array | null)[], out: Float64Array, count: number): Float64Array => {
    out.fill(0, 0, count * outSize);
    for (const [index, part] of parts.entries()) if (part) ports[index]!.join(part, out, count);
    return out;
  };
  const summed = (parts: readonly (Float64Array | null)[], out: Float64Array, count: number): Float64Array | null => {
    if (context.isConstant) return null;
    out.fill(0, 0, count * inSize);
    for (const part of parts) if (part) addTo(out, 0, part, 0, count * inSize);
    return out;
  };

  return {
    output,
    isConstant,
    forward: (from, count, pass) => joinedFrom(branches.map((branch) => branch.forward(from, count, pass)), values, count),
    backward: (gradient, count, pass) =>
      summed(branches.map((branch, index) => branch.backward(ports[index]!.split(gradient, count, false), count, pass)), gradients, count),
    tangent: (change, count, pass) => {
      const parts = branches.map((branch) => branch.tangent(change, count, pass));
      return isConstant ? null : joinedFrom(parts, changes, count);
    },
    backwardTangent: (change, count, pass) =>
      summed(branches.map((branch, index) => branch.backwardTangent(ports[index]!.split(change, count, true), count, pass)), gradientChanges, count),
  };
}

/** Channels last: [channels, height, width] read as [height, width, channels]. */
export function flattenHwc(input: Shape, context: Context): Layer {
  const size = sizeOf(input);
  const channels = input[0]!;
  const plane = size / channels;
  const reorder = (count: number, visit: (first: number, last: number) => void): void => {
    for (let start = 0; start < count * size; start += size) {
      for (let channel = 0; channel < channels; channel++) for (let pixel = 0; pixel < plane; pixel++) visit(start + channel * plane + pixel, start + pixel * channels + channel);
    }
  };
  return linearMap(
    [size],
    input,
    context,
    (values, out, count) => reorder(count, (first, last) => (out[last] = values[first]!)),
    (gradient, out, count) => reorder(count, (first, last) => (out[first]! += gradient[last]!)),
  );
}

/** The same numbers under another shape. */
export const reshaped = (output: Shape, { isConstant }: Context): Layer => ({
  output,
  isConstant,
  forward: (values) => values,
  backward: (gradient) => (isConstant ? null : gradient),
  tangent: (change) => change,
  backwardTangent: (change) => (isConstant ? null : change),
});
