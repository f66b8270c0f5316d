/**
 * A layer program made ready to run: one stage per step, each with its own output memory.
 *
 * Stages work on a block of samples in float64. A stage never writes to its input, so branches may share it.
 */
import { layoutOf, tensorNamed, type Layout } from './layout.ts';
import { multiply } from './multiply.ts';
import type { Network, Step } from './program.ts';
import { sizeOf, walk, type Shape } from './shapes.ts';

export type Weights = { readonly parameters: Float64Array; readonly buffers: Float64Array };

/** Returns its own memory, overwritten by the next call: [count, ...output shape]. */
export type Stage = (input: Float64Array, count: number, weights: Weights) => Float64Array;

type Context = { readonly layout: Layout; readonly block: number };

/** @param block most samples that are run at once */
export const stagesOf = (network: Network, block: number): Stage =>
  chain(network.program, network.input_shape_chw, { layout: layoutOf(network), block }).stage;

function chain(steps: readonly Step[], input: Shape, context: Context): { stage: Stage; output: Shape } {
  const stages: Stage[] = [];
  let shape = input;
  for (const step of steps) {
    const output = walk([step], shape, context.layout, () => {});
    const stage = stageOf(step, shape, output, context);
    if (stage) stages.push(stage);
    shape = output;
  }
  return { output: shape, stage: (values, count, weights) => stages.reduce((passed, stage) => stage(passed, count, weights), values) };
}

/** Null for a step that changes nothing here. */
function stageOf(step: Step, input: Shape, output: Shape, context: Context): Stage | null {
  switch (step.op) {
    case 'conv2d':
      return convolution(step, input, output, context);
    case 'linear':
      return linear(step, input, output, context);
    case 'batchnorm':
      return batchNorm(step, input, context);
    case 'relu':
      return elementwise(output, context, (value) => (value < 0 ? 0 : value));
    case 'tanh':
      return elementwise(output, context, Math.tanh);
    case 'maxpool':
    case 'avgpool':
      return pool(step, input, output, context);
    case 'flatten':
      return step.order === 'HWC' && input.length === 3 ? flattenHwc(input, context) : null;
    case 'dropout':
    case 'tap':
      return null;
    case 'residual':
      return residual(step, input, output, context);
    case 'concat_front':
      return concatFront(step, input, output, context);
  }
}

const memory = (shape: Shape, { block }: Context): Float64Array => new Float64Array(block * sizeOf(shape));

function elementwise(shape: Shape, context: Context, apply: (value: number) => number): Stage {
  const size = sizeOf(shape);
  const out = memory(shape, context);
  return (input, count) => {
    for (let index = 0; index < count * size; index++) out[index] = apply(input[index]!);
    return out;
  };
}

function tensorsOf(step: { weight: string; bias: string | null }, { layout }: Context) {
  const weight = tensorNamed(layout.tensors, step.weight);
  const bias = step.bias === null ? null : tensorNamed(layout.tensors, step.bias);
  return { weight, biasIn: (parameters: Float64Array) => bias && parameters.subarray(bias.offset, bias.offset + bias.size) };
}

function linear(step: Extract<Step, { op: 'linear' }>, input: Shape, output: Shape, context: Context): Stage {
  const { weight, biasIn } = tensorsOf(step, context);
  const out = memory(output, context);
  const width = output[0]!;
  return (values, count, { parameters }) => {
    const filters = { values: parameters, offset: weight.offset, rows: width };
    multiply(filters, { values, offset: 0, rows: count }, input[0]!, biasIn(parameters), out, 0, 1, width);
    return out;
  };
}

/** Convolution as one product per sample: filters × patches, the patches gathered from a zero-padded copy. */
function convolution(step: Extract<Step, { op: 'conv2d' }>, input: Shape, output: Shape, context: Context): Stage {
  const { weight, biasIn } = tensorsOf(step, context);
  const { stride, padding } = step;
  const [channels, height, width] = input as [number, number, number];
  const [filters, rows, columns] = output as [number, number, number];
  const [kernelHeight, kernelWidth] = weight.shape.slice(2) as [number, number];
  const paddedWidth = width + 2 * padding;
  const paddedPlane = paddedWidth * (height + 2 * padding);
  const padded = new Float64Array(channels * paddedPlane);
  const inner = channels * kernelHeight * kernelWidth;
  const pixels = rows * columns;
  const patches = new Float64Array(pixels * inner);
  const out = memory(output, context);
  const size = channels * height * width;

  const gather = (): void => {
    let at = 0;
    for (let y = 0; y < rows; y++) {
      for (let x = 0; x < columns; x++) {
        const corner = y * stride * paddedWidth + x * stride;
        for (let channel = 0; channel < channels; channel++) {
          for (let ky = 0; ky < kernelHeight; ky++) {
            const from = channel * paddedPlane + corner + ky * paddedWidth;
            // The width of nearly every kernel, written out: a loop of three costs more than its body.
            if (kernelWidth === 3) {
              patches[at] = padded[from]!;
              patches[at + 1] = padded[from + 1]!;
              patches[at + 2] = padded[from + 2]!;
              at += 3;
              continue;
            }
            for (let kx = 0; kx < kernelWidth; kx++) patches[at++] = padded[from + kx]!;
          }
        }
      }
    }
  };

  return (values, count, { parameters }) => {
    const bias = biasIn(parameters);
    for (let sample = 0; sample < count; sample++) {
      for (let line = 0; line < channels * height; line++) {
        const to = Math.floor(line / height) * paddedPlane + ((line % height) + padding) * paddedWidth + padding;
        const from = sample * size + line * width;
        for (let x = 0; x < width; x++) padded[to + x] = values[from + x]!;
      }
      gather();
      const kernel = { values: parameters, offset: weight.offset, rows: filters };
      multiply(kernel, { values: patches, offset: 0, rows: pixels }, inner, bias, out, sample * filters * pixels, pixels, 1);
    }
    return out;
  };
}

function batchNorm(step: Extract<Step, { op: 'batchnorm' }>, input: Shape, context: Context): Stage {
  const { tensors, buffers } = context.layout;
  const weight = tensorNamed(tensors, step.weight).offset;
  const bias = tensorNamed(tensors, step.bias).offset;
  const mean = tensorNamed(buffers, step.running_mean).offset;
  const variance = tensorNamed(buffers, step.running_var).offset;
  const channels = input[0]!;
  const plane = sizeOf(input) / channels;
  const out = memory(input, context);
  return (values, count, { parameters, buffers: statistics }) => {
    for (let line = 0; line < count * channels; line++) {
      const channel = line % channels;
      const scale = parameters[weight + channel]! / Math.sqrt(statistics[variance + channel]! + step.eps);
      const centre = statistics[mean + channel]!;
      const shift = parameters[bias + channel]!;
      for (let index = line * plane; index < (line + 1) * plane; index++) out[index] = (values[index]! - centre) * scale + shift;
    }
    return out;
  };
}

function pool(step: Extract<Step, { op: 'maxpool' | 'avgpool' }>, input: Shape, output: Shape, context: Context): Stage {
  const { kernel, stride } = step;
  const isMax = step.op === 'maxpool';
  const [channels, height, width] = input as [number, number, number];
  const [, rows, columns] = output as [number, number, number];
  const out = memory(output, context);
  return (values, count) => {
    let at = 0;
    for (let plane = 0; plane < count * channels; plane++) {
      for (let y = 0; y < rows; y++) {
        for (let x = 0; x < columns; x++) {
          const corner = plane * height * width + y * stride * width + x * stride;
          let gathered = isMax ? -Infinity : 0;
          for (let ky = 0; ky < kernel; ky++) {
            for (let kx = 0; kx < kernel; kx++) {
              const value = values[corner + ky * width + kx]!;
              // Math.max keeps a NaN, which a comparison would lose.
              gathered = isMax ? Math.max(gathered, value) : gathered + value;
            }
          }
          out[at++] = isMax ? gathered : gathered / (kernel * kernel);
        }
      }
    }
    return out;
  };
}

function flattenHwc(input: Shape, context: Context): Stage {
  const [channels, height, width] = input as [number, number, number];
  const plane = height * width;
  const out = memory(input, context);
  return (values, count) => {
    for (let sample = 0; sample < count; sample++) {
      const start = sample * channels * plane;
      for (let channel = 0; channel < channels; channel++) {
        for (let pixel = 0; pixel < plane; pixel++) out[start + pixel * channels + channel] = values[start + channel * plane + pixel]!;
      }
    }
    return out;
  };
}

function residual(step: Extract<Step, { op: 'residual' }>, input: Shape, output: Shape, context: Context): Stage {
  const body = chain(step.body, input, context).stage;
  const shortcut = chain(step.shortcut, input, context).stage;
  const size = sizeOf(output);
  const out = memory(output, context);
  return (values, count, weights) => {
    const one = body(values, count, weights);
    const other = shortcut(values, count, weights);
    for (let index = 0; index < count * size; index++) out[index] = one[index]! + other[index]!;
    return out;
  };
}

function concatFront(step: Extract<Step, { op: 'concat_front' }>, input: Shape, output: Shape, context: Context): Stage {
  const body = chain(step.body, input, context);
  const front = sizeOf(body.output);
  const back = sizeOf(input);
  const out = memory(output, context);
  return (values, count, weights) => {
    const fresh = body.stage(values, count, weights);
    for (let sample = 0; sample < count; sample++) {
      out.set(fresh.subarray(sample * front, (sample + 1) * front), sample * (front + back));
      out.set(values.subarray(sample * back, (sample + 1) * back), sample * (front + back) + front);
    }
    return out;
  };
}
