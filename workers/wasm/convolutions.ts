/**
 * Convolutions and linear layers: rows × panels, 3×3 by Winograd where that is less work, and one kernel per channel.
 *
 * A linear layer on a sequence is a convolution of 1×1; on a vector, one whose kernel is as large as the image that the vector
 * still is in memory. Batch norm is folded into the weights, point by point. Rule I2 in docs/SPEC.md.
 */
import type { Node } from '#lib/network/lowered.ts';
import type { Arena } from './arena.ts';
import { depthwiseLayer, productLayer, winogradLayer } from './descriptors.ts';
import { finishing } from './finishing.ts';
import { normOf, type Folding } from './moving.ts';
import { inTurn, shiftOf, type Building, type Operation, type Way } from './operation.ts';
import { folder, panelled, panelsOf, type PanelShape } from './panels.ts';
import { imageOf, paddedTo4, type Margin, type Place } from './places.ts';

/** A convolution's geometry, whatever the network calls it. */
export type Window = {
  readonly weight: string;
  readonly bias: string | null;
  readonly kernelHeight: number;
  readonly kernelWidth: number;
  readonly stride: number;
  readonly padding: number;
  readonly groups: number;
  readonly channels: number;
  readonly outputs: number;
  readonly outHeight: number;
  readonly outWidth: number;
};

const SIDE = 4;
const FREQUENCIES = 36;
/** Bytes that the transformed tiles of one block may fill. */
const SPECTRA_BYTES = 2 ** 17;

/** Cycles of the kernels, roughly as measured: 8 products a cycle, and the transforms of four channels of a tile. */
const PRODUCTS = 8;
const INPUT_TRANSFORM = 100;
const OUTPUT_TRANSFORM = 90;

export const isDepthwise = ({ groups, channels, outputs }: Window): boolean => groups > 1 && groups === channels && outputs === channels;

export function usesWinograd({ kernelHeight, kernelWidth, stride, groups, channels, outputs, outHeight, outWidth }: Window): boolean {
  if (kernelHeight !== 3 || kernelWidth !== 3 || stride !== 1 || groups !== 1 || channels < 8 || panelled(outputs) % 8 !== 0) return false;
  const direct = (outHeight * outWidth * 9 * channels * outputs) / PRODUCTS;
  const tiles = Math.ceil(outHeight / SIDE) * Math.ceil(outWidth / SIDE);
  return tiles * ((FREQUENCIES * channels * outputs) / PRODUCTS + (channels / 4) * INPUT_TRANSFORM + (outputs / 4) * OUTPUT_TRANSFORM) < direct;
}

/** Tiles at a time, and from one frequency to the next in the scratch memory: an odd number of cache lines. */
export function tileBlock(channels: number): { readonly block: number; readonly spectrumBytes: number; readonly sumBytes: number } {
  const each = paddedTo4(channels) * 4;
  const block = Math.max(8, Math.min(32, Math.floor(SPECTRA_BYTES / each / FREQUENCIES) & ~3));
  return { block, spectrumBytes: oddLines(block * each), sumBytes: oddLines(block * 32) };
}

const oddLines = (bytes: number): number => (Math.ceil(bytes / 64) | 1) * 64;

/** Scratch memory that all layers by tiles share. */
export function scratchFor(windows: readonly (Window | null)[], arena: Arena): Building['scratch'] {
  const needs = windows.flatMap((window) => (window && usesWinograd(window) ? [tileBlock(window.channels)] : []));
  const most = (part: 'spectrumBytes' | 'sumBytes'): number => FREQUENCIES * Math.max(0, ...needs.map((need) => need[part]));
  return { spectra: arena.take(most('spectrumBytes')), sums: arena.take(most('sumBytes')) };
}

/** Zeros that the window's reads need around an image of this size. */
export function marginOf(window: Window, height: number, width: number): Margin {
  const { kernelHeight, kernelWidth, stride, padding, outHeight, outWidth } = window;
  const reach = (out: number, kernel: number): number => (usesWinograd(window) ? SIDE * Math.ceil(out / SIDE) + 2 : (out - 1) * stride + kernel);
  return { before: padding, below: Math.max(0, reach(outHeight, kernelHeight) - padding - height), right: Math.max(0, reach(outWidth, kernelWidth) - padding - width) };
}

export function convolution(node: Node, window: Window, building: Building): Operation {
  const { tensors } = building;
  const folding: Folding = { bias: window.bias === null ? null : tensors.parameter(window.bias), norm: node.norm && normOf(node.norm, tensors) };
  const isFused = node.activation === null || node.activation.op === 'relu';
  const core = isDepthwise(window) ? depthwise(node, window, folding, building) : products(node, window, folding, building);
  const rest = isFused ? null : finishing({ norm: null, addend: null, activation: node.activation, output: node.output }, node.output, building);
  return inTurn(rest ? [core, rest] : [core]);
}

function products(node: Node, window: Window, folding: Folding, building: Building): Operation {
  const { kernels, arena, tensors, placeOf, block } = building;
  const input = placeOf(node.inputs[0]!);
  const output = placeOf(node.output);
  const addend = node.addend === null ? null : placeOf(node.addend);
  const { kernelHeight, kernelWidth, padding, groups, outputs, outHeight, outWidth } = window;
  const perGroup = window.channels / groups;
  const shape: PanelShape = { k: kernelHeight * kernelWidth * perGroup, outputs: outputs / groups, groups, order: orderOf(window, perGroup, input) };
  const weight = tensors.parameter(window.weight);
  const isByTiles = usesWinograd(window);
  const panelCount = panelled(outputs) / 8;
  // Filters for tiles and panels for the careful way are never wanted together, and share their memory.
  const filters = isByTiles ? arena.take(FREQUENCIES * window.channels * panelCount * 32) : undefined;
  const panels = panelsOf(kernels, arena, weight, shape, folding, filters);
  const isContiguous = input.pixel === perGroup * 4;
  const steps = isContiguous ? 1 : kernelWidth;
  const base = {
    input: input.at - padding * (input.line + input.pixel),
    output: output.at,
    addend: addend?.at ?? 0,
    bias: panels.bias,
    isRelu: node.activation?.op === 'relu',
  };
  const layer = productLayer(arena, {
    ...base,
    table: rowTable(window, input, output, addend, building),
    weights: panels.weights,
    runs: Array.from({ length: kernelHeight * steps }, (_, index) => Math.floor(index / steps) * input.line + (index % steps) * input.pixel),
    run: isContiguous ? kernelWidth * perGroup : perGroup,
    outputs: outputs / groups,
    groups,
    groupInputBytes: perGroup * 4,
    groupOutputBytes: (outputs / groups) * 4,
    isPadded: groups === 1,
  });
  const pixels = outHeight * outWidth;
  const shifts = (first: number) => [shiftOf(input, first), shiftOf(output, first), addend ? shiftOf(addend, first) : 0] as const;
  const direct: Way = { move: (point) => panels.move(point), run: (first, count) => kernels.product(layer, count * pixels, ...shifts(first)) };
  if (filters === undefined) return direct;

  const { u, v, origin } = panels.packed;
  const perSample = Math.ceil(outHeight / SIDE) * Math.ceil(outWidth / SIDE);
  const quick = winogradLayer(arena, {
    ...base,
    table: tileTable(window, input, output, addend, building, block),
    filters,
    inputLine: input.line,
    inputPixel: input.pixel,
    outputLine: output.line,
    outputPixel: output.pixel,
    addendLine: addend?.line ?? 0,
    addendPixel: addend?.pixel ?? 0,
    channels: window.channels,
    outputs,
    ...tileBlock(window.channels),
    ...building.scratch,
  });
  return {
    move: (point) => {
      panels.fold(point);
      kernels.combineFilters(filters, origin, u, v, window.channels, panelCount, panels.factors, point.a, weight.v ? point.b : 0);
    },
    run: (first, samples) => kernels.winograd(quick, samples * perSample, ...shifts(first)),
    careful: direct,
  };
}

/** Weights [out, in, height, width] in the order of memory: pixel by pixel. A vector may be numbered channel by channel. */
function orderOf({ kernelHeight, kernelWidth }: Window, channels: number, { order }: Place): Int32Array {
  const pixels = kernelHeight * kernelWidth;
  return Int32Array.from({ length: pixels * channels }, (_, k) => (order === 'CHW' ? (k % channels) * pixels + Math.floor(k / channels) : k));
}

/** Per output pixel of every sample of the block: offsets in the input, the output and the addend. */
function rowTable({ outHeight, outWidth, stride }: Window, input: Place, output: Place, addend: Place | null, { arena, block }: Building): number {
  const at = arena.take(block * outHeight * outWidth * 12);
  const table = arena.whole(at, block * outHeight * outWidth * 3);
  let entry = 0;
  for (let sample = 0; sample < block; sample++) {
    for (let y = 0; y < outHeight; y++) {
      for (let x = 0; x < outWidth; x++) {
        table[entry++] = sample * input.sample + y * stride * input.line + x * stride * input.pixel;
        table[entry++] = sample * output.sample + y * output.line + x * output.pixel;
        table[entry++] = addend ? sample * addend.sample + y * addend.line + x * addend.pixel : 0;
      }
    }
  }
  return at;
}

/** Per tile: the same offsets of its corner, and how many rows and columns of it exist. */
function tileTable({ outHeight, outWidth }: Window, input: Place, output: Place, addend: Place | null, { arena }: Building, block: number): number {
  const rows = Math.ceil(outHeight / SIDE);
  const columns = Math.ceil(outWidth / SIDE);
  const at = arena.take(block * rows * columns * 16);
  const table = arena.whole(at, block * rows * columns * 4);
  let entry = 0;
  for (let sample = 0; sample < block; sample++) {
    for (let y = 0; y < outHeight; y += SIDE) {
      for (let x = 0; x < outWidth; x += SIDE) {
        table[entry++] = sample * input.sample + y * input.line + x * input.pixel;
        table[entry++] = sample * output.sample + y * output.line + x * output.pixel;
        table[entry++] = addend ? sample * addend.sample + y * addend.line + x * addend.pixel : 0;
        table[entry++] = Math.min(SIDE, outHeight - y) | (Math.min(SIDE, outWidth - x) << 8);
      }
    }
  }
  return at;
}

function depthwise(node: Node, window: Window, folding: Folding, building: Building): Operation {
  const { kernels, arena, tensors, placeOf } = building;
  const input = placeOf(node.inputs[0]!);
  const output = placeOf(node.output);
  const addend = node.addend === null ? null : placeOf(node.addend);
  const { kernelHeight, kernelWidth, padding, channels, outHeight, outWidth } = window;
  const weight = tensors.parameter(window.weight);
  const width = paddedTo4(channels);
  const taps = kernelHeight * kernelWidth;
  const put = (tensor: Float32Array | null): number => {
    const at = arena.take(taps * width * 4);
    const out = arena.floats(at, taps * width);
    if (tensor) for (let tap = 0; tap < taps; tap++) for (let channel = 0; channel < channels; channel++) out[tap * width + channel] = tensor[channel * taps + tap]!;
    return at;
  };
  const [origin, u] = [put(weight.origin), put(weight.u)];
  const v = weight.v ? put(weight.v) : u;
  const weights = arena.take(taps * width * 4);
  const { bias, factors, fold } = folder(arena, folding, { k: taps, outputs: channels, groups: 1, order: null });
  const layer = depthwiseLayer(arena, {
    input: input.at - padding * (input.line + input.pixel),
    output: output.at,
    addend: addend?.at ?? 0,
    table: rowTable(window, input, output, addend, building),
    weights,
    bias,
    lines: kernelHeight,
    lineBytes: input.line,
    steps: kernelWidth,
    stepBytes: input.pixel,
    width,
    isRelu: node.activation?.op === 'relu',
  });
  return {
    move: (point) => {
      fold(point);
      kernels.combineRows(weights, origin, u, v, taps, width, factors, point.a, weight.v ? point.b : 0);
    },
    run: (first, count) => kernels.depthwise(layer, count * outHeight * outWidth, shiftOf(input, first), shiftOf(output, first), addend ? shiftOf(addend, first) : 0),
  };
}

/** The window of a convolution or a linear layer; null for any other node. */
export function windowOf({ kernel, inputs, output }: Node, { tensors, shapes, image }: WindowContext): Window | null {
  if (kernel.op !== 'conv2d' && kernel.op !== 'linear') return null;
  const weight = tensors.parameter(kernel.weight).shape;
  const [from, to] = [imageOf(shapes[inputs[0]!]!), imageOf(shapes[output]!)];
  const shared = { weight: kernel.weight, bias: kernel.bias, outputs: to.channels, outHeight: to.height, outWidth: to.width };
  if (kernel.op === 'conv2d') {
    return { ...shared, kernelHeight: weight[2]!, kernelWidth: weight[3]!, stride: kernel.stride, padding: kernel.padding, groups: kernel.groups ?? 1, channels: from.channels };
  }
  // A vector still kept as the image that it was flattened from is read with a kernel of that size.
  const kept = shapes[inputs[0]!]!.length === 1 ? image(inputs[0]!) : { height: 1, width: 1, channels: from.channels };
  return { ...shared, kernelHeight: kept.height, kernelWidth: kept.width, stride: 1, padding: 0, groups: 1, channels: kept.channels };
}

export type WindowContext = Pick<Building, 'tensors' | 'shapes'> & {
  /** The image that a vector is kept as. */
  readonly image: (value: number) => { readonly height: number; readonly width: number; readonly channels: number };
};
