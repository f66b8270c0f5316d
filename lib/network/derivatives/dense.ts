/**
 * The dense layer y = x·Wᵀ + b, on a vector or on every position of a sequence, with its derivatives.
 *
 * R{y} = R{x}·Wᵀ + x·Vᵀ + v_b, ∂W = gᵀ·x, ∂x = g·W, R{∂W} = R{g}ᵀ·x + gᵀ·R{x}, R{∂x} = R{g}·W + g·V, with (V, v_b) the direction.
 */
import { tensorNamed } from '#lib/network/layout.ts';
import { multiply } from '#lib/network/multiply.ts';
import { sizeOf, type Shape } from '#lib/network/shapes.ts';
import { memory, type Context, type Layer } from './layer.ts';
import { addTo, transpose } from './matrix.ts';

export function dense(step: { readonly weight: string; readonly bias: string | null }, input: Shape, context: Context): Layer {
  const { layout, isConstant } = context;
  const weight = tensorNamed(layout.tensors, step.weight);
  const bias = step.bias === null ? null : tensorNamed(layout.tensors, step.bias);
  const [wide, narrow] = weight.shape as [number, number];
  const positions = sizeOf(input) / narrow;
  const output = [...input.slice(0, -1), wide];
  const [values, changes, scratch] = [memory(output, context), memory(output, context), memory(output, context)];
  const [gradients, gradientChanges, inputScratch] = isConstant ? [] : [memory(input, context), memory(input, context), memory(input, context)];
  const [turnedInput, turnedOutput] = [memory(input, context), memory(output, context)];
  const turnedWeight = new Float64Array(isConstant ? 0 : weight.size);
  const weightScratch = new Float64Array(weight.size);
  let from: Float64Array = new Float64Array(0);
  let fromChange: Float64Array | null = null;
  let outward: Float64Array = new Float64Array(0);

  const biasIn = (vector: Float64Array): Float64Array | null => bias && vector.subarray(bias.offset, bias.offset + bias.size);

  /** out = x·Wᵀ + b, with W and b from `vector`. */
  const apply = (vector: Float64Array, x: Float64Array, rows: number, out: Float64Array, withBias: boolean): void =>
    multiply({ values: vector, offset: weight.offset, rows: wide }, { values: x, offset: 0, rows }, narrow, withBias ? biasIn(vector) : null, out, 0, 1, wide);

  /** sums += gᵀ·x, and the sum of g over rows for the bias where asked. */
  const addWeights = (gradient: Float64Array, x: Float64Array, rows: number, sums: Float64Array, withBias: boolean): void => {
    transpose(gradient, 0, rows, wide, turnedOutput, 0);
    transpose(x, 0, rows, narrow, turnedInput, 0);
    multiply({ values: turnedOutput, offset: 0, rows: wide }, { values: turnedInput, offset: 0, rows: narrow }, rows, null, weightScratch, 0, narrow, 1);
    addTo(sums, weight.offset, weightScratch, 0, weight.size);
    if (!bias || !withBias) return;
    for (let column = 0; column < wide; column++) {
      let sum = 0;
      for (let row = 0; row < rows; row++) sum += turnedOutput[column * rows + row]!;
      sums[bias.offset + column]! += sum;
    }
  };

  /** out = g·W, with W from `vector`. */
  const back = (vector: Float64Array, gradient: Float64Array, rows: number, out: Float64Array): void => {
    transpose(vector, weight.offset, wide, narrow, turnedWeight, 0);
    multiply({ values: turnedWeight, offset: 0, rows: narrow }, { values: gradient, offset: 0, rows }, wide, null, out, 0, 1, narrow);
  };

  return {
    output,
    isConstant: false,
    forward: (x, count, { parameters }) => {
      from = x;
      apply(parameters, x, count * positions, values, true);
      return values;
    },
    backward: (gradient, count, pass) => {
      const rows = count * positions;
      outward = gradient;
      addWeights(gradient, from, rows, pass.gradient, true);
      if (!gradients) return null;
      back(pass.parameters, gradient, rows, gradients);
      return gradients;
    },
    tangent: (change, count, { parameters, direction }) => {
      const rows = count * positions;
      fromChange = change;
      apply(direction, from, rows, changes, true);
      if (!change) return changes;
      apply(parameters, change, rows, scratch, false);
      addTo(changes, 0, scratch, 0, rows * wide);
      return changes;
    },
    backwardTangent: (change, count, pass) => {
      const rows = count * positions;
      addWeights(change, from, rows, pass.product, true);
      if (fromChange) addWeights(outward, fromChange, rows, pass.product, false);
      if (!gradientChanges || !inputScratch) return null;
      back(pass.parameters, change, rows, gradientChanges);
      back(pass.direction, outward, rows, inputScratch);
      addTo(gradientChanges, 0, inputScratch, 0, rows * narrow);
      return gradientChanges;
    },
  };
}
