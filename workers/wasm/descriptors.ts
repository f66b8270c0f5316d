/**
 * Writes what a kernel reads about its layer into memory: the fields of the classes in workers/wasm/assembly, in their order.
 */
import type { ActivationStep } from '#lib/network/program.ts';
import type { Arena } from './arena.ts';

/** Floats: the least is what assembly/product.ts calls long. */
const LEAST_IN_RUN = 96;
const MOST_IN_RUN = 256;

export type ProductLayer = {
  readonly input: number;
  readonly output: number;
  readonly addend: number;
  readonly table: number;
  readonly weights: number;
  readonly bias: number;
  /** Offset of each run in the input, from the row's own. */
  readonly runs: readonly number[];
  readonly run: number;
  readonly outputs: number;
  readonly groups: number;
  readonly groupInputBytes: number;
  readonly groupOutputBytes: number;
  readonly isRelu: boolean;
  readonly isPadded: boolean;
};

export function productLayer(arena: Arena, of: ProductLayer): number {
  const { runs, run } = inShortRuns(of);
  return written(arena, [
    of.input, of.output, of.addend, of.table, of.weights, of.bias, written(arena, runs), runs.length, run,
    of.outputs, of.groups, of.groupInputBytes, of.groupOutputBytes, +of.isRelu, +of.isPadded,
  ]);
}

/** A sum of hundreds of numbers loses fewer digits in equal parts; the kernel adds long runs up apart. */
function inShortRuns({ runs, run }: Pick<ProductLayer, 'runs' | 'run'>): Pick<ProductLayer, 'runs' | 'run'> {
  if (run <= MOST_IN_RUN) return { runs, run };
  for (let part = MOST_IN_RUN; part >= LEAST_IN_RUN; part--) {
    if (run % part !== 0) continue;
    return { runs: runs.flatMap((start) => Array.from({ length: run / part }, (_, index) => start + index * part * 4)), run: part };
  }
  return { runs, run };
}

export type DepthwiseLayer = Pick<ProductLayer, 'input' | 'output' | 'addend' | 'table' | 'weights' | 'bias' | 'isRelu'> & {
  readonly lines: number;
  readonly lineBytes: number;
  readonly steps: number;
  readonly stepBytes: number;
  readonly width: number;
};

export const depthwiseLayer = (arena: Arena, of: DepthwiseLayer): number =>
  written(arena, [of.input, of.output, of.addend, of.table, of.weights, of.bias, of.lines, of.lineBytes, of.steps, of.stepBytes, of.width, +of.isRelu]);

export type WinogradLayer = Pick<ProductLayer, 'input' | 'output' | 'addend' | 'table' | 'bias' | 'outputs' | 'isRelu'> & {
  readonly filters: number;
  readonly inputLine: number;
  readonly inputPixel: number;
  readonly outputLine: number;
  readonly outputPixel: number;
  readonly addendLine: number;
  readonly addendPixel: number;
  readonly channels: number;
  readonly block: number;
  readonly spectra: number;
  readonly sums: number;
  readonly spectrumBytes: number;
  readonly sumBytes: number;
};

export const winogradLayer = (arena: Arena, of: WinogradLayer): number =>
  written(arena, [
    of.input, of.output, of.addend, of.table, of.filters, of.bias, of.inputLine, of.inputPixel, of.outputLine, of.outputPixel,
    of.addendLine, of.addendPixel, of.channels, of.outputs, +of.isRelu, of.block, of.spectra, of.sums, of.spectrumBytes, of.sumBytes,
  ]);

export type FinishLayer = {
  readonly input: number;
  readonly output: number;
  readonly addend: number;
  readonly centre: number;
  readonly scale: number;
  readonly shift: number;
  readonly lines: number;
  readonly pixels: number;
  readonly width: number;
  readonly inputLine: number;
  readonly inputSample: number;
  readonly outputLine: number;
  readonly outputSample: number;
  readonly addendLine: number;
  readonly addendSample: number;
  readonly activation: ActivationStep | null;
};

export const finishLayer = (arena: Arena, of: FinishLayer): number => {
  const at = written(arena, [
    of.input, of.output, of.addend, of.centre, of.scale, of.shift, of.lines, of.pixels, of.width, of.inputLine, of.inputSample,
    of.outputLine, of.outputSample, of.addendLine, of.addendSample, activationNumber(of.activation), 0,
  ]);
  arena.floats(at, 17)[16] = parameterOf(of.activation);
  return at;
};

export type PoolLayer = Pick<FinishLayer, 'input' | 'output' | 'lines' | 'pixels' | 'width' | 'inputLine' | 'inputSample' | 'outputLine' | 'outputSample'> & {
  readonly kernel: number;
  readonly stride: number;
  readonly isMax: boolean;
};

export const poolLayer = (arena: Arena, of: PoolLayer): number =>
  written(arena, [of.input, of.output, of.kernel, of.stride, +of.isMax, of.lines, of.pixels, of.width, of.inputLine, of.inputSample, of.outputLine, of.outputSample]);

/** Up to three sides, outermost first, and the bytes from one to the next of each. */
export type Walk = { readonly sides: readonly number[]; readonly bytes: readonly number[] };

export type LayerNormLayer = {
  readonly input: number;
  readonly output: number;
  readonly weight: number;
  readonly bias: number;
  readonly epsilon: number;
  /** Two sides. */
  readonly parts: Walk;
  /** Three sides. */
  readonly sides: Walk;
  readonly inputSample: number;
  readonly outputSample: number;
  readonly outPartBytes: readonly number[];
  readonly outSideBytes: readonly number[];
};

export const layerNormLayer = (arena: Arena, of: LayerNormLayer): number => {
  const at = written(arena, [
    of.input, of.output, of.weight, of.bias, 0, 0, ...of.parts.sides, ...of.parts.bytes, ...of.sides.sides, ...of.sides.bytes,
    of.inputSample, of.outputSample, ...of.outPartBytes, ...of.outSideBytes,
  ]);
  arena.doubles(at, 3)[2] = of.epsilon;
  return at;
};

export type AttentionLayer = {
  readonly queries: number;
  readonly keys: number;
  readonly values: number;
  readonly output: number;
  readonly scores: number;
  readonly positions: number;
  readonly width: number;
  readonly valueWidth: number;
  readonly queryRow: number;
  readonly valueRow: number;
  readonly isCausal: boolean;
};

export const attentionLayer = (arena: Arena, of: AttentionLayer): number =>
  written(arena, [of.queries, of.keys, of.values, of.output, of.scores, of.positions, of.width, of.valueWidth, of.queryRow, of.valueRow, +of.isCausal]);

export type CopyLayer = { readonly input: number; readonly output: number; readonly from: Walk; readonly toBytes: readonly number[]; readonly inputSample: number; readonly outputSample: number };

export const copyLayer = (arena: Arena, of: CopyLayer): number =>
  written(arena, [of.input, of.output, ...of.from.sides, ...of.from.bytes, ...of.toBytes, of.inputSample, of.outputSample]);

const written = (arena: Arena, fields: readonly number[]): number => {
  const at = arena.take(fields.length * 4);
  arena.whole(at, fields.length).set(fields);
  return at;
};

const ACTIVATIONS = ['relu', 'leaky_relu', 'elu', 'gelu', 'tanh_gelu', 'swish', 'tanh', 'sigmoid', 'softplus'] as const;

/** As assembly/activations.ts numbers them; 0 for none. */
const activationNumber = (step: ActivationStep | null): number =>
  step === null ? 0 : 1 + ACTIVATIONS.indexOf(step.op === 'gelu' && step.approximate === 'tanh' ? 'tanh_gelu' : step.op);

const parameterOf = (step: ActivationStep | null): number => (step?.op === 'leaky_relu' ? step.slope : step?.op === 'elu' ? step.alpha : 0);
