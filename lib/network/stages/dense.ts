/** Stages of the float64 reference that are one product or one look-up per position: linear, embedding, positional. */
import { tensorNamed, type Placed } from '#lib/network/layout.ts';
import { multiply } from '#lib/network/multiply.ts';
import type { Step } from '#lib/network/program.ts';
import { sizeOf, type Shape } from '#lib/network/shapes.ts';
import type { Context, Stage, StageMaker } from './stage.ts';

/** The bias's part of θ; null without one. */
export function biasOf(name: string | null, { layout }: Context): (parameters: Float64Array) => Float64Array | null {
  if (name === null) return () => null;
  const { offset, size } = tensorNamed(layout.tensors, name);
  return (parameters) => parameters.subarray(offset, offset + size);
}

export const linear: StageMaker<Extract<Step, { op: 'linear' }>> = (step, input, output, context) => {
  const weight = tensorNamed(context.layout.tensors, step.weight);
  const biasIn = biasOf(step.bias, context);
  const width = output.at(-1)!;
  const inner = input.at(-1)!;
  const positions = sizeOf(input) / inner;
  return (values, count, { parameters }) => {
    const rows = count * positions;
    const out = context.scratch.take(rows * width);
    const filters = { values: parameters, offset: weight.offset, rows: width };
    multiply(filters, { values, offset: 0, rows }, inner, biasIn(parameters), out, 0, 1, width);
    return out;
  };
};

/** @throws while running, for an input that is no row of the table */
export function embedding(step: Extract<Step, { op: 'embedding' }>, input: Shape, { layout, scratch }: Context): Stage {
  const weight = tensorNamed(layout.tensors, step.weight);
  const [rows, features] = weight.shape as [number, number];
  const positions = input[0]!;
  return (values, count, { parameters }) => {
    const out = scratch.take(count * positions * features);
    for (let position = 0; position < count * positions; position++) {
      const start = weight.offset + rowOf(values[position]!, rows, weight) * features;
      for (let feature = 0; feature < features; feature++) out[position * features + feature] = parameters[start + feature]!;
    }
    return out;
  };
}

function rowOf(value: number, rows: number, { name }: Placed): number {
  if (!(Number.isInteger(value) && value >= 0 && value < rows)) throw new Error(`embedding: ${name} has rows 0 to ${rows - 1}, and no row ${value}`);
  return value;
}

export function positional(step: Extract<Step, { op: 'positional' }>, input: Shape, { layout, scratch }: Context): Stage {
  const { offset } = tensorNamed(layout.tensors, step.weight);
  const size = sizeOf(input);
  return (values, count, { parameters }) => {
    const out = scratch.take(count * size);
    for (let start = 0; start < count * size; start += size) {
      for (let index = 0; index < size; index++) out[start + index] = values[start + index]! + parameters[offset + index]!;
    }
    return out;
  };
}
