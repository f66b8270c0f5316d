/** Embedding and positions: rows of a table taken by number, and a table added, with their derivatives. */
import { tensorNamed } from '#lib/network/layout.ts';
import type { Step } from '#lib/network/program.ts';
import { sizeOf, type Shape } from '#lib/network/shapes.ts';
import { memory, type Context, type Layer } from './layer.ts';

/** @throws when the row numbers themselves depend on parameters */
export function embedding(step: Extract<Step, { op: 'embedding' }>, input: Shape, context: Context): Layer {
  if (!context.isConstant) throw new Error('embedding takes row numbers, which cannot depend on parameters');
  const { offset, shape } = tensorNamed(context.layout.tensors, step.weight);
  const features = shape[1]!;
  const positions = sizeOf(input);
  const output = [positions, features];
  const [values, changes] = [memory(output, context), memory(output, context)];
  let rows: Float64Array = new Float64Array(0);
  const take = (vector: Float64Array, count: number, out: Float64Array): Float64Array => {
    for (let position = 0; position < count * positions; position++) {
      const from = offset + rows[position]! * features;
      for (let feature = 0; feature < features; feature++) out[position * features + feature] = vector[from + feature]!;
    }
    return out;
  };
  const give = (gradient: Float64Array, count: number, sums: Float64Array): null => {
    for (let position = 0; position < count * positions; position++) {
      const to = offset + rows[position]! * features;
      for (let feature = 0; feature < features; feature++) sums[to + feature]! += gradient[position * features + feature]!;
    }
    return null;
  };
  return {
    output,
    isConstant: false,
    forward: (numbers, count, { parameters }) => {
      rows = numbers;
      return take(parameters, count, values);
    },
    tangent: (_change, count, { direction }) => take(direction, count, changes),
    backward: (gradient, count, pass) => give(gradient, count, pass.gradient),
    backwardTangent: (change, count, pass) => give(change, count, pass.product),
  };
}

/** Adds the same table to every sample. */
export function positional(step: Extract<Step, { op: 'positional' }>, shape: Shape, context: Context): Layer {
  const { offset } = tensorNamed(context.layout.tensors, step.weight);
  const size = sizeOf(shape);
  const [values, changes] = [memory(shape, context), memory(shape, context)];
  const plus = (from: Float64Array | null, vector: Float64Array, count: number, out: Float64Array): Float64Array => {
    for (let index = 0; index < count * size; index++) out[index] = (from ? from[index]! : 0) + vector[offset + (index % size)]!;
    return out;
  };
  const give = (gradient: Float64Array, count: number, sums: Float64Array): Float64Array | null => {
    for (let index = 0; index < count * size; index++) sums[offset + (index % size)]! += gradient[index]!;
    return context.isConstant ? null : gradient;
  };
  return {
    output: shape,
    isConstant: false,
    forward: (from, count, { parameters }) => plus(from, parameters, count, values),
    tangent: (change, count, { direction }) => plus(change, direction, count, changes),
    backward: (gradient, count, pass) => give(gradient, count, pass.gradient),
    backwardTangent: (change, count, pass) => give(change, count, pass.product),
  };
}
