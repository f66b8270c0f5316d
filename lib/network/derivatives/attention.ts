/**
 * Attention with one head, with its derivatives: S = q·kᵀ/√width, P = softmax(S) row by row, C = P·v, and dense layers around it.
 *
 * R{P} = P∘(R{S} − Σ P·R{S}); ∂S = P∘(∂P − Σ P·∂P); the rest are products. Sequences are short, so the products are plain loops.
 */
import type { Step } from '#lib/network/program.ts';
import type { Shape } from '#lib/network/shapes.ts';
import { dense } from './dense.ts';
import { memory, present, type Context, type Layer } from './layer.ts';
import { addTo } from './matrix.ts';

export function attention(step: Extract<Step, { op: 'attention' }>, input: Shape, context: Context): Layer {
  const query = dense({ weight: step.query, bias: step.query_bias }, input, context);
  const key = dense({ weight: step.key, bias: step.key_bias }, input, context);
  const value = dense({ weight: step.value, bias: step.value_bias }, input, context);
  const within = { ...context, isConstant: false };
  const head = mixing(query.output, value.output, step.causal, within);
  const output = dense({ weight: step.output, bias: step.output_bias }, head.output, within);
  const [gradients, gradientChanges] = [memory(input, context), memory(input, context)];
  const size = input.reduce((product, side) => product * side, 1);

  const summed = (parts: readonly (Float64Array | null)[], count: number, out: Float64Array): Float64Array | null => {
    if (context.isConstant) return null;
    out.fill(0, 0, count * size);
    for (const part of parts) addTo(out, 0, present(part), 0, count * size);
    return out;
  };

  return {
    output: output.output,
    isConstant: false,
    forward: (x, count, pass) => output.forward(head.forward(query.forward(x, count, pass), key.forward(x, count, pass), value.forward(x, count, pass), count), count, pass),
    backward: (gradient, count, pass) => {
      const [forQuery, forKey, forValue] = head.backward(present(output.backward(gradient, count, pass)), count);
      return summed([query.backward(forQuery, count, pass), key.backward(forKey, count, pass), value.backward(forValue, count, pass)], count, gradients);
    },
    tangent: (change, count, pass) => {
      const [q, k, v] = [query, key, value].map((layer) => present(layer.tangent(change, count, pass)));
      return output.tangent(head.tangent(q!, k!, v!, count), count, pass);
    },
    backwardTangent: (change, count, pass) => {
      const [forQuery, forKey, forValue] = head.backwardTangent(present(output.backwardTangent(change, count, pass)), count);
      const parts = [query.backwardTangent(forQuery, count, pass), key.backwardTangent(forKey, count, pass), value.backwardTangent(forValue, count, pass)];
      return summed(parts, count, gradientChanges);
    },
  };
}

type Triple = readonly [Float64Array, Float64Array, Float64Array];

/** softmax(q·kᵀ/√width)·v for sequences [positions, width] and [positions, wide]. */
function mixing([positions, width]: Shape, valueShape: Shape, isCausal: boolean, context: Context) {
  const [length, narrow, wide] = [positions!, width!, valueShape[1]!];
  const square = [length, length];
  const narrowShape = [length, narrow];
  const scale = 1 / Math.sqrt(narrow);
  const table = (): Float64Array => memory(square, context);
  const [shares, shareChanges, shareGradients, scoreGradients] = [table(), table(), table(), table()];
  const [mixed, mixedChanges] = [memory(valueShape, context), memory(valueShape, context)];
  const gradients: Triple = [memory(narrowShape, context), memory(narrowShape, context), memory(valueShape, context)];
  const changes: Triple = [memory(narrowShape, context), memory(narrowShape, context), memory(valueShape, context)];
  const [rowOne, rowTwo] = [new Float64Array(length), new Float64Array(length)];
  const none = new Float64Array(0);
  let [q, k, v, qChange, kChange, vChange, outward]: readonly Float64Array[] = [none, none, none, none, none, none, none];

  const dot = (one: Float64Array, oneStart: number, other: Float64Array, otherStart: number, size: number): number => {
    let sum = 0;
    for (let index = 0; index < size; index++) sum += one[oneStart + index]! * other[otherStart + index]!;
    return sum;
  };
  const addScaled = (sums: Float64Array, start: number, factor: number, terms: Float64Array, termStart: number, size: number): void => {
    for (let index = 0; index < size; index++) sums[start + index]! += factor * terms[termStart + index]!;
  };
  /** Calls `visit` for every row of every score matrix: sample and row as one number, the first row of its sample, and how many columns it sees. */
  const eachRow = (count: number, visit: (row: number, first: number, seen: number) => void): void => {
    for (let row = 0; row < count * length; row++) {
      const within = row % length;
      visit(row, row - within, isCausal ? within + 1 : length);
    }
  };

  return {
    output: valueShape,
    forward: (queries: Float64Array, keys: Float64Array, values: Float64Array, count: number): Float64Array => {
      [q, k, v] = [queries, keys, values];
      mixed.fill(0);
      eachRow(count, (row, first, seen) => {
        let largest = -Infinity;
        for (let column = 0; column < seen; column++) {
          rowOne[column] = scale * dot(queries, row * narrow, keys, (first + column) * narrow, narrow);
          largest = Math.max(largest, rowOne[column]!);
        }
        let sum = 0;
        for (let column = 0; column < seen; column++) sum += rowOne[column] = Math.exp(rowOne[column]! - largest);
        for (let column = 0; column < seen; column++) {
          shares[row * length + column] = rowOne[column]! / sum;
          addScaled(mixed, row * wide, rowOne[column]! / sum, values, (first + column) * wide, wide);
        }
      });
      return mixed;
    },
    backward: (gradient: Float64Array, count: number): Triple => {
      outward = gradient;
      for (const each of gradients) each.fill(0);
      eachRow(count, (row, first, seen) => {
        const at = row * length;
        for (let column = 0; column < seen; column++) shareGradients[at + column] = dot(gradient, row * wide, v!, (first + column) * wide, wide);
        const mean = dot(shares, at, shareGradients, at, seen);
        for (let column = 0; column < seen; column++) {
          const score = (scoreGradients[at + column] = shares[at + column]! * (shareGradients[at + column]! - mean));
          addScaled(gradients[0], row * narrow, scale * score, k!, (first + column) * narrow, narrow);
          addScaled(gradients[1], (first + column) * narrow, scale * score, q!, row * narrow, narrow);
          addScaled(gradients[2], (first + column) * wide, shares[at + column]!, gradient, row * wide, wide);
        }
      });
      return gradients;
    },
    tangent: (queries: Float64Array, keys: Float64Array, values: Float64Array, count: number): Float64Array => {
      [qChange, kChange, vChange] = [queries, keys, values];
      mixedChanges.fill(0);
      eachRow(count, (row, first, seen) => {
        const at = row * length;
        for (let column = 0; column < seen; column++) {
          rowOne[column] = scale * (dot(queries, row * narrow, k!, (first + column) * narrow, narrow) + dot(q!, row * narrow, keys, (first + column) * narrow, narrow));
        }
        const mean = dot(shares, at, rowOne, 0, seen);
        for (let column = 0; column < seen; column++) {
          const change = (shareChanges[at + column] = shares[at + column]! * (rowOne[column]! - mean));
          addScaled(mixedChanges, row * wide, change, v!, (first + column) * wide, wide);
          addScaled(mixedChanges, row * wide, shares[at + column]!, values, (first + column) * wide, wide);
        }
      });
      return mixedChanges;
    },
    backwardTangent: (change: Float64Array, count: number): Triple => {
      for (const each of changes) each.fill(0);
      eachRow(count, (row, first, seen) => {
        const at = row * length;
        for (let column = 0; column < seen; column++) {
          rowTwo[column] = dot(change, row * wide, v!, (first + column) * wide, wide) + dot(outward!, row * wide, vChange!, (first + column) * wide, wide);
        }
        const mean = dot(shares, at, shareGradients, at, seen);
        const meanChange = dot(shareChanges, at, shareGradients, at, seen) + dot(shares, at, rowTwo, 0, seen);
        for (let column = 0; column < seen; column++) {
          const other = first + column;
          const [share, shareChange] = [shares[at + column]!, shareChanges[at + column]!];
          const score = scale * scoreGradients[at + column]!;
          const scoreChange = scale * (shareChange * (shareGradients[at + column]! - mean) + share * (rowTwo[column]! - meanChange));
          addScaled(changes[0], row * narrow, scoreChange, k!, other * narrow, narrow);
          addScaled(changes[0], row * narrow, score, kChange!, other * narrow, narrow);
          addScaled(changes[1], other * narrow, scoreChange, q!, row * narrow, narrow);
          addScaled(changes[1], other * narrow, score, qChange!, row * narrow, narrow);
          addScaled(changes[2], other * wide, shareChange, outward!, row * wide, wide);
          addScaled(changes[2], other * wide, share, change, row * wide, wide);
        }
      });
      return changes;
    },
  };
}
