/**
 * How a network's input gets into memory: as it is, laid out anew for every block of samples; or as what a dense first layer makes of it.
 *
 * X(W + αU + βV) = XW + αXU + βXV: the three products are computed once per slice, and a point only adds them. Rule I3 in
 * docs/SPEC.md.
 */
import type { Lowered, Node } from '#lib/network/lowered.ts';
import { sizeOf } from '#lib/network/shapes.ts';
import type { EvaluationJob } from '#workers/evaluator.ts';
import type { Arena } from './arena.ts';
import { copyLayer, productLayer } from './descriptors.ts';
import { finishing } from './finishing.ts';
import { normFactor, normOf, valueAt } from './moving.ts';
import { inTurn, shiftOf, type Building, type Operation } from './operation.ts';
import { pack, panelled } from './panels.ts';
import { paddedTo4 } from './places.ts';
import type { Keeper } from './samples.ts';

const FLOAT = 4;
const ROWS = 64;

export type Input = { readonly keeper: Keeper; /** Reads what the keeper kept. */ readonly operation: Operation };

/** Inputs as they are given, moved into the layout of value 0 before the first layer. */
export function plainInput({ sets }: EvaluationJob, { kernels, arena, placeOf, shapes }: Building): Input {
  const shape = shapes[0]!;
  const size = sizeOf(shape);
  const place = placeOf(0);
  let at = 0;
  let layer = 0;
  return {
    keeper: {
      bytes: size * FLOAT,
      reserve(samples) {
        at = arena.take(samples * size * FLOAT);
        const [height, width] = [place.height, place.width];
        layer = copyLayer(arena, {
          input: at,
          output: place.at,
          from:
            shape.length === 3
              ? { sides: [place.channels, height, width], bytes: [height * width * FLOAT, width * FLOAT, FLOAT] }
              : { sides: [1, place.width, place.channels], bytes: [0, place.channels * FLOAT, FLOAT] },
          toBytes: shape.length === 3 ? [FLOAT, place.line, place.pixel] : [0, place.pixel, FLOAT],
          inputSample: size * FLOAT,
          outputSample: place.sample,
        });
      },
      keep: (set, start, index, count) => arena.floats(at + index * size * FLOAT, count * size).set(sets[set]!.samples.inputs.subarray(start * size, (start + count) * size)),
    },
    operation: { run: (first, count) => kernels.copyImage(layer, count, first * size * FLOAT, shiftOf(place, first)) },
  };
}

/** The index of the dense layer that alone reads the input, directly or flattened; −1 where there is none. */
export function firstDenseLayer({ nodes, shapes }: Lowered): number {
  const readersOf = (value: number): readonly number[] => nodes.flatMap(({ inputs, addend }, index) => (inputs.includes(value) || addend === value ? [index] : []));
  const only = (value: number): number => {
    const readers = readersOf(value);
    return readers.length === 1 ? readers[0]! : -1;
  };
  let index = only(0);
  const first = nodes[index];
  if (first && isBareFlatten(first)) index = only(first.output);
  const node = nodes[index];
  return node?.kernel.op === 'linear' && node.addend === null && shapes[node.inputs[0]!]!.length === 1 ? index : -1;
}

export const isBareFlatten = ({ kernel, norm, addend, activation }: Node): boolean => kernel.op === 'flatten' && norm === null && addend === null && activation === null;

/** @param flatten how the input is flattened before the layer; null where it is a vector */
export function denseInput(job: EvaluationJob, node: Node, flatten: 'CHW' | 'HWC' | null, building: Building): Input {
  const { kernels, arena, tensors, shapes, placeOf } = building;
  if (node.kernel.op !== 'linear') throw new Error(`${node.kernel.op} is no dense layer`);
  const weight = tensors.parameter(node.kernel.weight);
  const bias = node.kernel.bias === null ? null : tensors.parameter(node.kernel.bias);
  const size = sizeOf(shapes[0]!);
  const output = placeOf(node.output);
  const outputs = output.channels;
  const width = paddedTo4(outputs);
  const rowBytes = width * FLOAT;
  const packed = pack(arena, weight, { k: size, outputs, groups: 1, order: flatten === 'HWC' ? byChannel(shapes[0]!) : null });
  const staged = arena.take(ROWS * size * FLOAT);
  const table = tableOf(arena, size, rowBytes);
  const isFused = node.activation === null || node.activation.op === 'relu';
  const scaling = node.norm && { norm: normOf(node.norm, tensors), scale: arena.take(rowBytes), shift: arena.take(rowBytes) };
  const hasSecond = weight.v !== null;
  let sums: readonly number[] = [];
  let layers: readonly number[] = [];
  let alpha = 0;
  let beta = 0;

  const core: Operation = {
    move(point) {
      alpha = point.a;
      beta = hasSecond ? point.b : 0;
      if (!scaling) return;
      const [scale, shift] = [arena.floats(scaling.scale, outputs), arena.floats(scaling.shift, outputs)];
      for (let channel = 0; channel < outputs; channel++) {
        const factor = normFactor(scaling.norm, channel, point);
        scale[channel] = factor;
        shift[channel] = valueAt(scaling.norm.bias, channel, point) - valueAt(scaling.norm.mean, channel, point) * factor;
      }
    },
    run(first, count) {
      const at = first * rowBytes;
      const isRelu = node.activation?.op === 'relu' ? 1 : 0;
      const [origin, u, v] = sums as readonly [number, number, number];
      kernels.sumOfThree(output.at + shiftOf(output, first), origin + at, u + at, v + at, count, width, scaling?.scale ?? 0, scaling?.shift ?? 0, isRelu, alpha, beta);
    },
  };
  const rest = isFused ? null : finishing({ norm: null, addend: null, activation: node.activation, output: node.output }, node.output, building);

  return {
    operation: inTurn(rest ? [core, rest] : [core]),
    keeper: {
      bytes: 3 * rowBytes,
      reserve(samples) {
        const parts = [[packed.origin, bias?.origin], [packed.u, bias?.u], ...(hasSecond ? [[packed.v, bias?.v] as const] : [])] as const;
        const made = parts.map(([weights, shift]) => {
          const sum = arena.take(samples * rowBytes);
          return { sum, layer: denseProduct(arena, { staged, sum, table, weights: weights!, size, outputs, bias: biasIn(arena, shift ?? null, outputs) }) };
        });
        layers = made.map(({ layer }) => layer);
        // Along a line the third sum is the second, times a β of 0.
        sums = [made[0]!.sum, made[1]!.sum, (made[2] ?? made[1])!.sum];
      },
      keep(set, start, index, count) {
        arena.floats(staged, count * size).set(job.sets[set]!.samples.inputs.subarray(start * size, (start + count) * size));
        for (const layer of layers) kernels.product(layer, count, 0, index * rowBytes, 0);
      },
    },
  };
}

/** Columns of a weight whose image was flattened pixel by pixel, in the order of inputs: channel by channel. */
function byChannel(shape: readonly number[]): Int32Array {
  const channels = shape.length === 3 ? shape[0]! : 1;
  const pixels = sizeOf(shape) / channels;
  return Int32Array.from({ length: channels * pixels }, (_, k) => (k % pixels) * channels + Math.floor(k / pixels));
}

function biasIn(arena: Arena, bias: Float32Array | null, outputs: number): number {
  const at = arena.take(panelled(outputs) * FLOAT);
  if (bias) arena.floats(at, outputs).set(bias);
  return at;
}

function tableOf(arena: Arena, size: number, rowBytes: number): number {
  const at = arena.take(ROWS * 12);
  const table = arena.whole(at, ROWS * 3);
  for (let row = 0; row < ROWS; row++) table.set([row * size * FLOAT, row * rowBytes, 0], row * 3);
  return at;
}

type Dense = { readonly staged: number; readonly sum: number; readonly table: number; readonly weights: number; readonly size: number; readonly outputs: number; readonly bias: number };

const denseProduct = (arena: Arena, { staged, sum, table, weights, size, outputs, bias }: Dense): number =>
  productLayer(arena, {
    input: staged, output: sum, addend: 0, table, weights, bias,
    runs: [0], run: size,
    outputs, groups: 1, groupInputBytes: 0, groupOutputBytes: 0, isRelu: false, isPadded: true,
  });
