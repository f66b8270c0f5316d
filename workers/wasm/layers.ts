/** Layers that are no product: pools, layer norm, attention, tables, and moves from one layout to another. */
import type { Kernel, Node } from '#lib/network/lowered.ts';
import { attentionLayer, copyLayer, layerNormLayer, poolLayer } from './descriptors.ts';
import { convolution } from './convolutions.ts';
import { valueAt, type Moving, type Point } from './moving.ts';
import { inTurn, shiftOf, type Building, type Operation } from './operation.ts';
import { imageOf, paddedTo4, type Place } from './places.ts';

type Of<Op extends Kernel['op']> = Extract<Kernel, { op: Op }>;

const FLOAT = 4;

export function pooling(kernel: Of<'maxpool' | 'avgpool' | 'globalpool'>, node: Node, { kernels, arena, placeOf }: Building): Operation {
  const input = placeOf(node.inputs[0]!);
  const output = placeOf(node.output);
  const isGlobal = kernel.op === 'globalpool';
  const layer = poolLayer(arena, {
    input: input.at,
    output: output.at,
    kernel: isGlobal ? 0 : kernel.kernel,
    stride: isGlobal ? 0 : kernel.stride,
    isMax: isGlobal ? kernel.kind === 'max' : kernel.op === 'maxpool',
    lines: isGlobal ? input.height : output.height,
    pixels: isGlobal ? input.width : output.width,
    width: paddedTo4(output.channels),
    inputLine: input.line,
    inputSample: input.sample,
    outputLine: output.line,
    outputSample: output.sample,
  });
  const run = isGlobal ? kernels.globalPool : kernels.pool;
  return { run: (first, count) => run(layer, count, shiftOf(input, first), shiftOf(output, first)) };
}

export function layerNorm(kernel: Of<'layernorm'>, node: Node, { kernels, arena, placeOf, tensors, shapes }: Building): Operation {
  const input = placeOf(node.inputs[0]!);
  const output = placeOf(node.output);
  const weight = tensors.parameter(kernel.weight);
  const bias = tensors.parameter(kernel.bias);
  const shape = shapes[node.output]!;
  const normalised = weight.shape.length;
  /** Axes of the shape, outermost first, with the distance between neighbours; parts come first. */
  const bytesIn = distances(shape.length, input);
  const bytesOut = distances(shape.length, output);
  const cut = shape.length - normalised;
  const filled = (values: readonly number[], size: number, filler: number): number[] => [...Array.from({ length: size - values.length }, () => filler), ...values];
  const [weights, biases] = [arena.take(weight.size * FLOAT), arena.take(bias.size * FLOAT)];
  const layer = layerNormLayer(arena, {
    input: input.at,
    output: output.at,
    weight: weights,
    bias: biases,
    epsilon: kernel.eps,
    parts: { sides: filled(shape.slice(0, cut), 2, 1), bytes: filled(bytesIn.slice(0, cut), 2, 0) },
    sides: { sides: filled(shape.slice(cut), 3, 1), bytes: filled(bytesIn.slice(cut), 3, 0) },
    inputSample: input.sample,
    outputSample: output.sample,
    outPartBytes: filled(bytesOut.slice(0, cut), 2, 0),
    outSideBytes: filled(bytesOut.slice(cut), 3, 0),
  });
  return {
    move(point) {
      setMoved(weight, point, arena.floats(weights, weight.size));
      setMoved(bias, point, arena.floats(biases, bias.size));
    },
    run: (first, count) => kernels.layerNorm(layer, count, shiftOf(input, first), shiftOf(output, first)),
  };
}

/** Bytes between neighbours along each axis of a value's shape. */
const distances = (rank: number, { pixel, line }: Place): readonly number[] => (rank === 3 ? [FLOAT, line, pixel] : rank === 2 ? [pixel, FLOAT] : [FLOAT]);

const setMoved = (tensor: Moving, point: Point, out: Float32Array): void => {
  for (let index = 0; index < out.length; index++) out[index] = valueAt(tensor, index, point);
};

/** A table [rows, features] in memory, its rows padded to four. */
function tableOf(weight: Moving, { arena }: Building): { readonly at: number; readonly width: number; move(point: Point): void } {
  const [rows, features] = weight.shape as [number, number];
  const width = paddedTo4(features);
  const at = arena.take(rows * width * FLOAT);
  return {
    at,
    width,
    move(point) {
      const out = arena.floats(at, rows * width);
      for (let row = 0; row < rows; row++) for (let feature = 0; feature < features; feature++) out[row * width + feature] = valueAt(weight, row * features + feature, point);
    },
  };
}

export function embedding(kernel: Of<'embedding'>, node: Node, building: Building): Operation {
  const { kernels, placeOf, tensors } = building;
  const input = placeOf(node.inputs[0]!);
  const output = placeOf(node.output);
  const table = tableOf(tensors.parameter(kernel.weight), building);
  return {
    move: table.move,
    run: (first, count) =>
      kernels.lookUp(input.at + shiftOf(input, first), input.sample, FLOAT, table.at, table.width, output.at + shiftOf(output, first), output.sample, output.width, count),
  };
}

export function positional(kernel: Of<'positional'>, node: Node, building: Building): Operation {
  const { kernels, placeOf, tensors } = building;
  const input = placeOf(node.inputs[0]!);
  const output = placeOf(node.output);
  const table = tableOf(tensors.parameter(kernel.weight), building);
  return {
    move: table.move,
    run: (first, count) => kernels.addTable(input.at + shiftOf(input, first), table.at, output.at + shiftOf(output, first), output.width * table.width, count),
  };
}

/** Projections as linear layers, between them the softmax over positions. Everything is kept for one block only. */
export function attention(kernel: Of<'attention'>, node: Node, building: Building): Operation {
  const { kernels, arena, placeOf, tensors, block } = building;
  const input = placeOf(node.inputs[0]!);
  const positions = input.width;
  const widthOf = (name: string): number => tensors.parameter(name).shape[0]!;
  const kept = (features: number): Place => {
    const pixel = paddedTo4(features) * FLOAT;
    return { at: arena.take(block * positions * pixel), height: 1, width: positions, channels: features, pixel, line: positions * pixel, sample: positions * pixel, capacity: block, order: 'HWC' };
  };
  const queries = kept(widthOf(kernel.query));
  const keys = kept(widthOf(kernel.key));
  const values = kept(widthOf(kernel.value));
  const mixed = kept(widthOf(kernel.value));
  const project = (weight: string, bias: string | null, from: Place, to: Place): Operation => {
    const places = [from, to];
    const step = { ...node, kernel: { op: 'linear' as const, weight, bias }, inputs: [0], output: 1, norm: null, addend: null, activation: null };
    const window = {
      weight, bias, kernelHeight: 1, kernelWidth: 1, stride: 1, padding: 0, groups: 1,
      channels: from.channels, outputs: to.channels, outHeight: 1, outWidth: positions,
    };
    return convolution(step, window, { ...building, placeOf: (value) => places[value]! });
  };
  const layer = attentionLayer(arena, {
    queries: queries.at,
    keys: keys.at,
    values: values.at,
    output: mixed.at,
    scores: arena.take(positions * 8),
    positions,
    width: queries.channels,
    valueWidth: values.channels,
    queryRow: queries.pixel,
    valueRow: values.pixel,
    isCausal: kernel.causal,
  });
  return inTurn([
    project(kernel.query, kernel.query_bias, input, queries),
    project(kernel.key, kernel.key_bias, input, keys),
    project(kernel.value, kernel.value_bias, input, values),
    { run: (_first, count) => kernels.attention(layer, count) },
    project(kernel.output, kernel.output_bias, mixed, placeOf(node.output)),
  ]);
}

export function concatenation(node: Node, { kernels, arena, placeOf }: Building): Operation {
  const output = placeOf(node.output);
  let at = output.at;
  const parts = node.inputs.map((value): Operation => {
    const input = placeOf(value);
    const layer = copyLayer(arena, {
      input: input.at,
      output: at,
      from: { sides: [input.height, input.width, input.channels], bytes: [input.line, input.pixel, FLOAT] },
      toBytes: [output.line, output.pixel, FLOAT],
      inputSample: input.sample,
      outputSample: output.sample,
    });
    at += input.channels * FLOAT;
    return { run: (first, count) => kernels.copyChannels(layer, count, shiftOf(input, first), shiftOf(output, first)) };
  });
  return inTurn(parts);
}

/** A vector in its own order, for a reader that wants it so. */
export function flattening(kernel: Of<'flatten'>, node: Node, { kernels, arena, placeOf, shapes }: Building): Operation {
  const input = placeOf(node.inputs[0]!);
  const output = placeOf(node.output);
  const isByChannel = kernel.order === 'CHW' && shapes[node.inputs[0]!]!.length === 3;
  const { height, width, channels } = imageOf(shapes[node.inputs[0]!]!);
  const layer = copyLayer(arena, {
    input: input.at,
    output: output.at,
    from: { sides: [height, width, channels], bytes: [input.line, input.pixel, FLOAT] },
    toBytes: (isByChannel ? [width, 1, height * width] : [width * channels, channels, 1]).map((floats) => floats * FLOAT),
    inputSample: input.sample,
    outputSample: output.sample,
  });
  return { run: (first, count) => kernels.copyImage(layer, count, shiftOf(input, first), shiftOf(output, first)) };
}
