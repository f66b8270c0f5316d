/**
 * Dense layers one behind the other with tanh between them, in float64: outputs for many rows, and the gradient of any function of
 * the outputs by back-propagation. All weights stand in one flat vector. It knows no loss and no optimiser.
 */
import type { Random } from '#lib/random.ts';

export type DenseChain = {
  /** Numbers per row before the first layer, between layers, and after the last. */
  readonly widths: readonly number[];
  /** Whether tanh follows each layer. */
  readonly bent: readonly boolean[];
};

/** Per layer out·in weights, row-major [out, in], then out biases. */
export const chainSize = ({ widths }: DenseChain): number => widths.slice(1).reduce((sum, width, layer) => sum + width * (widths[layer]! + 1), 0);

/** Weights after Glorot and Bengio 2010, N(0, 2/(in + out)); biases 0. */
export function writeGlorot({ widths }: DenseChain, random: Random, out: Float64Array): void {
  let at = 0;
  for (let layer = 1; layer < widths.length; layer++) {
    const [from, to] = [widths[layer - 1]!, widths[layer]!];
    const deviation = Math.sqrt(2 / (from + to));
    for (const end = at + from * to; at < end; at++) out[at] = deviation * random.normal();
    out.fill(0, at, at + to);
    at += to;
  }
}

/** What a row became after each layer: the inputs first, the outputs last; each [rows, width]. */
export type Activations = readonly Float64Array[];

export function runChain({ widths, bent }: DenseChain, weights: Float64Array, inputs: Float64Array): Activations {
  const rows = inputs.length / widths[0]!;
  const made: Float64Array[] = [inputs];
  let at = 0;
  for (let layer = 1; layer < widths.length; layer++) {
    const [from, to, before] = [widths[layer - 1]!, widths[layer]!, made[layer - 1]!];
    const biases = at + from * to;
    const after = new Float64Array(rows * to);
    for (let row = 0; row < rows; row++) {
      for (let unit = 0; unit < to; unit++) {
        let sum = weights[biases + unit]!;
        for (let index = 0, weight = at + unit * from, value = row * from; index < from; index++) sum += weights[weight++]! * before[value++]!;
        after[row * to + unit] = bent[layer - 1] ? Math.tanh(sum) : sum;
      }
    }
    made.push(after);
    at = biases + to;
  }
  return made;
}

/**
 * Adds the gradient to `gradient` and returns that of the inputs.
 * @param outward ∂/∂outputs, [rows, last width]
 */
export function chainGradient({ widths, bent }: DenseChain, weights: Float64Array, made: Activations, outward: Float64Array, gradient: Float64Array): Float64Array {
  const rows = made[0]!.length / widths[0]!;
  let at = chainSize({ widths, bent });
  let flow = outward;
  for (let layer = widths.length - 1; layer >= 1; layer--) {
    const [from, to, before, after] = [widths[layer - 1]!, widths[layer]!, made[layer - 1]!, made[layer]!];
    const biases = at - to;
    at = biases - from * to;
    const inward = new Float64Array(rows * from);
    for (let row = 0; row < rows; row++) {
      for (let unit = 0; unit < to; unit++) {
        const output = after[row * to + unit]!;
        const slope = flow[row * to + unit]! * (bent[layer - 1] ? 1 - output * output : 1);
        gradient[biases + unit]! += slope;
        for (let index = 0, weight = at + unit * from, value = row * from; index < from; index++, weight++, value++) {
          gradient[weight]! += slope * before[value]!;
          inward[value]! += slope * weights[weight]!;
        }
      }
    }
    flow = inward;
  }
  return flow;
}
