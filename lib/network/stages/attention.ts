/** Single-head attention of the float64 reference: softmax(q kᵀ / √width) v, then the output projection. Vaswani et al. 2017. */
import { tensorNamed } from '#lib/network/layout.ts';
import { multiply, type Block } from '#lib/network/multiply.ts';
import type { Step } from '#lib/network/program.ts';
import { biasOf } from './dense.ts';
import type { StageMaker } from './stage.ts';

export const attention: StageMaker<Extract<Step, { op: 'attention' }>> = (step, input, output, context) => {
  const { layout, scratch } = context;
  const [positions, features] = input as [number, number];
  const projection = (name: string, bias: string | null) => {
    const { offset, shape } = tensorNamed(layout.tensors, name);
    const rows = shape[0]!;
    return { rows, block: (values: Float64Array): Block => ({ values, offset, rows }), biasIn: biasOf(bias, context) };
  };
  const query = projection(step.query, step.query_bias);
  const key = projection(step.key, step.key_bias);
  const value = projection(step.value, step.value_bias);
  const out = projection(step.output, step.output_bias);
  const width = query.rows;
  const queries = new Float64Array(positions * width);
  const keys = new Float64Array(positions * width);
  /** [features of a value, positions], so that the sum over positions runs along memory. */
  const values = new Float64Array(value.rows * positions);
  const weights = new Float64Array(positions * positions);
  const mixed = new Float64Array(positions * value.rows);

  return (sequences, count, { parameters }) => {
    const result = scratch.take(count * positions * output[1]!);
    for (let sample = 0; sample < count; sample++) {
      const sequence = { values: sequences, offset: sample * positions * features, rows: positions };
      multiply(query.block(parameters), sequence, features, query.biasIn(parameters), queries, 0, 1, width);
      multiply(key.block(parameters), sequence, features, key.biasIn(parameters), keys, 0, 1, width);
      multiply(value.block(parameters), sequence, features, value.biasIn(parameters), values, 0, positions, 1);
      multiply(whole(queries, positions), whole(keys, positions), width, null, weights, 0, positions, 1);
      softmaxRows(weights, positions, 1 / Math.sqrt(width), step.causal);
      multiply(whole(values, value.rows), whole(weights, positions), positions, null, mixed, 0, 1, value.rows);
      multiply(out.block(parameters), whole(mixed, positions), value.rows, out.biasIn(parameters), result, sample * positions * out.rows, 1, out.rows);
    }
    return result;
  };
};

const whole = (values: Float64Array, rows: number): Block => ({ values, offset: 0, rows });

/** Each row of scores [size, size] becomes weights that add up to 1; with `causal`, those of later positions are 0. */
function softmaxRows(scores: Float64Array, size: number, scale: number, causal: boolean): void {
  for (let row = 0; row < size; row++) {
    const start = row * size;
    const end = causal ? row + 1 : size;
    let largest = -Infinity;
    for (let at = 0; at < end; at++) largest = Math.max(largest, scores[start + at]!);
    let sum = 0;
    for (let at = 0; at < end; at++) sum += scores[start + at] = Math.exp((scores[start + at]! - largest) * scale);
    for (let at = 0; at < end; at++) scores[start + at]! /= sum;
    scores.fill(0, start + end, start + size);
  }
}
