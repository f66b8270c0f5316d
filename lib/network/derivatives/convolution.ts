/**
 * The convolution, grouped or not, with its derivatives: products of filters with patches gathered from a zero-padded copy.
 *
 * With P the patches of one sample [pixels, inner]: y = W·Pᵀ + b, ∂W = g·P, ∂P = gᵀ·W scattered back to the pixels they came from.
 */
import { tensorNamed } from '#lib/network/layout.ts';
import { multiply } from '#lib/network/multiply.ts';
import type { Step } from '#lib/network/program.ts';
import type { Shape } from '#lib/network/shapes.ts';
import { memory, type Context, type Layer } from './layer.ts';
import { addTo, transpose } from './matrix.ts';
import { patchesOf } from './patches.ts';

export function convolution(step: Extract<Step, { op: 'conv2d' }>, input: Shape, output: Shape, context: Context): Layer {
  const { layout, isConstant } = context;
  const weight = tensorNamed(layout.tensors, step.weight);
  const bias = step.bias === null ? null : tensorNamed(layout.tensors, step.bias);
  const groups = step.groups ?? 1;
  const [channels, height, width] = input as [number, number, number];
  const [filters, rows, columns] = output as [number, number, number];
  const [, perGroup, kernelHeight, kernelWidth] = weight.shape as [number, number, number, number];
  const geometry = { channels, height, width, rows, columns, kernelHeight, kernelWidth, stride: step.stride, padding: step.padding, groups };
  const { gather, gatherTurned, scatter } = patchesOf(geometry);
  const inner = perGroup * kernelHeight * kernelWidth;
  const pixels = rows * columns;
  const inSize = channels * height * width;
  const outSize = filters * pixels;
  const some = filters / groups;
  const patches = new Float64Array(groups * pixels * inner);
  const turnedGradient = new Float64Array(outSize);
  const [sample, weightScratch] = [new Float64Array(outSize), new Float64Array(some * inner)];
  const turnedWeight = new Float64Array(isConstant ? 0 : weight.size);
  const turnedDirection = new Float64Array(isConstant ? 0 : weight.size);
  const [values, changes] = [memory(output, context), memory(output, context)];
  const [gradients, gradientChanges] = isConstant ? [] : [memory(input, context), memory(input, context)];
  let from: Float64Array = new Float64Array(0);
  let fromChange: Float64Array | null = null;
  let outward: Float64Array = new Float64Array(0);

  const biasIn = (vector: Float64Array, group: number): Float64Array | null => bias && vector.subarray(bias.offset + group * some, bias.offset + (group + 1) * some);

  /** One sample of out = W·Pᵀ + b. */
  const apply = (vector: Float64Array, x: Float64Array, index: number, out: Float64Array, at: number, withBias: boolean): void => {
    gather(x, index * inSize, patches);
    for (let group = 0; group < groups; group++) {
      const kernel = { values: vector, offset: weight.offset + group * some * inner, rows: some };
      const block = { values: patches, offset: group * pixels * inner, rows: pixels };
      multiply(kernel, block, inner, withBias ? biasIn(vector, group) : null, out, at + group * some * pixels, pixels, 1);
    }
  };

  /** sums += g·P of one sample, and Σ g for the bias where asked. */
  const addWeights = (gradient: Float64Array, x: Float64Array, index: number, sums: Float64Array, withBias: boolean): void => {
    gatherTurned(x, index * inSize, patches);
    for (let group = 0; group < groups; group++) {
      const rowsOf = { values: gradient, offset: index * outSize + group * some * pixels, rows: some };
      multiply(rowsOf, { values: patches, offset: group * inner * pixels, rows: inner }, pixels, null, weightScratch, 0, inner, 1);
      addTo(sums, weight.offset + group * some * inner, weightScratch, 0, some * inner);
    }
    if (!bias || !withBias) return;
    for (let filter = 0; filter < filters; filter++) {
      let sum = 0;
      for (let pixel = 0; pixel < pixels; pixel++) sum += gradient[index * outSize + filter * pixels + pixel]!;
      sums[bias.offset + filter]! += sum;
    }
  };

  const turn = (vector: Float64Array, to: Float64Array): void => {
    for (let group = 0; group < groups; group++) transpose(vector, weight.offset + group * some * inner, some, inner, to, group * some * inner);
  };

  /** out += gᵀ·W of one sample, with the kernels turned to [inner, filters] per group. */
  const back = (turned: Float64Array, gradient: Float64Array, index: number, out: Float64Array): void => {
    for (let group = 0; group < groups; group++) {
      transpose(gradient, index * outSize + group * some * pixels, some, pixels, turnedGradient, group * some * pixels);
      const kernel = { values: turned, offset: group * some * inner, rows: inner };
      multiply(kernel, { values: turnedGradient, offset: group * some * pixels, rows: pixels }, some, null, patches, group * inner * pixels, pixels, 1);
    }
    scatter(patches, out, index * inSize);
  };

  return {
    output,
    isConstant: false,
    forward: (x, count, { parameters }) => {
      from = x;
      for (let index = 0; index < count; index++) apply(parameters, x, index, values, index * outSize, true);
      return values;
    },
    backward: (gradient, count, pass) => {
      outward = gradient;
      for (let index = 0; index < count; index++) addWeights(gradient, from, index, pass.gradient, true);
      if (!gradients) return null;
      turn(pass.parameters, turnedWeight);
      gradients.fill(0);
      for (let index = 0; index < count; index++) back(turnedWeight, gradient, index, gradients);
      return gradients;
    },
    tangent: (change, count, { parameters, direction }) => {
      fromChange = change;
      for (let index = 0; index < count; index++) {
        apply(direction, from, index, changes, index * outSize, true);
        if (!change) continue;
        apply(parameters, change, index, sample, 0, false);
        addTo(changes, index * outSize, sample, 0, outSize);
      }
      return changes;
    },
    backwardTangent: (change, count, pass) => {
      for (let index = 0; index < count; index++) {
        addWeights(change, from, index, pass.product, true);
        if (fromChange) addWeights(outward, fromChange, index, pass.product, false);
      }
      if (!gradientChanges) return null;
      turn(pass.parameters, turnedWeight);
      turn(pass.direction, turnedDirection);
      gradientChanges.fill(0);
      for (let index = 0; index < count; index++) {
        back(turnedWeight, change, index, gradientChanges);
        back(turnedDirection, outward, index, gradientChanges);
      }
      return gradientChanges;
    },
  };
}
