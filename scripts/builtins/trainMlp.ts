/**
 * Trains a fully connected ReLU classifier in float64 with Adam and decoupled weight decay, for the built-in networks.
 *
 * Backpropagation is written out for this one family; the parameters are laid out as in lib/network/layout.ts:
 * weight [out, in] then bias, layer by layer.
 */
import type { Random } from '#lib/random.ts';
import type { Samples } from '#lib/network/subject.ts';

export type Training = {
  /** Features, hidden widths, classes. */
  readonly widths: readonly number[];
  readonly epochs: number;
  readonly batch: number;
  readonly rate: number;
  /** Share of each parameter taken away per step at full rate; keeps the minimum broad. */
  readonly decay: number;
  /** Epochs after which the parameters are kept; 0 is the start. */
  readonly keep: readonly number[];
};

/** Parameters after each epoch in `keep`, rounded to float32. */
export function trainMlp(samples: Samples, random: Random, { widths, epochs, batch, rate, decay, keep }: Training): readonly Float32Array[] {
  const parameters = initial(widths, random);
  const gradient = new Float64Array(parameters.length);
  const mean = new Float64Array(parameters.length);
  const square = new Float64Array(parameters.length);
  const order = Array.from({ length: samples.count }, (_, index) => index);
  const kept: Float32Array[] = keep.includes(0) ? [Float32Array.from(parameters)] : [];
  let step = 0;
  for (let epoch = 1; epoch <= epochs; epoch++) {
    shuffle(order, random);
    const cooled = 0.5 * (1 + Math.cos((Math.PI * (epoch - 1)) / epochs));
    for (let start = 0; start < order.length; start += batch) {
      const rows = order.slice(start, start + batch);
      gradient.fill(0);
      for (const row of rows) accumulate(gradient, parameters, widths, samples, row);
      step++;
      for (let index = 0; index < parameters.length; index++) {
        const slope = gradient[index]! / rows.length;
        mean[index] = 0.9 * mean[index]! + 0.1 * slope;
        square[index] = 0.999 * square[index]! + 0.001 * slope ** 2;
        const corrected = mean[index]! / (1 - 0.9 ** step);
        const move = (rate * corrected) / (Math.sqrt(square[index]! / (1 - 0.999 ** step)) + 1e-8);
        parameters[index]! -= cooled * (move + decay * parameters[index]!);
      }
    }
    if (keep.includes(epoch)) kept.push(Float32Array.from(parameters));
  }
  return kept;
}

/** He et al.: normal with variance 2 / inputs; biases 0. */
function initial(widths: readonly number[], random: Random): Float64Array {
  const values: number[] = [];
  for (let layer = 1; layer < widths.length; layer++) {
    const [into, out] = [widths[layer - 1]!, widths[layer]!];
    for (let index = 0; index < into * out; index++) values.push(random.normal() * Math.sqrt(2 / into));
    for (let index = 0; index < out; index++) values.push(0);
  }
  return Float64Array.from(values);
}

/** Adds the gradient of one sample's cross-entropy. */
function accumulate(gradient: Float64Array, parameters: Float64Array, widths: readonly number[], samples: Samples, row: number): void {
  const activations: Float64Array[] = [Float64Array.from(samples.inputs.subarray(row * widths[0]!, (row + 1) * widths[0]!))];
  const offsets: number[] = [];
  let offset = 0;
  for (let layer = 1; layer < widths.length; layer++) {
    const [into, out] = [widths[layer - 1]!, widths[layer]!];
    offsets.push(offset);
    const before = activations[layer - 1]!;
    const isLast = layer === widths.length - 1;
    activations.push(
      Float64Array.from({ length: out }, (_, unit) => {
        let sum = parameters[offset + into * out + unit]!;
        for (let index = 0; index < into; index++) sum += parameters[offset + unit * into + index]! * before[index]!;
        return isLast ? sum : Math.max(0, sum);
      }),
    );
    offset += into * out + out;
  }
  const outputs = activations.at(-1)!;
  const max = Math.max(...outputs);
  const total = outputs.reduce((sum, value) => sum + Math.exp(value - max), 0);
  let delta = outputs.map((value, unit) => Math.exp(value - max) / total - (unit === samples.targets[row] ? 1 : 0));
  for (let layer = widths.length - 1; layer >= 1; layer--) {
    const [into, out] = [widths[layer - 1]!, widths[layer]!];
    const at = offsets[layer - 1]!;
    const before = activations[layer - 1]!;
    const back = new Float64Array(into);
    for (let unit = 0; unit < out; unit++) {
      gradient[at + into * out + unit]! += delta[unit]!;
      for (let index = 0; index < into; index++) {
        gradient[at + unit * into + index]! += delta[unit]! * before[index]!;
        back[index]! += parameters[at + unit * into + index]! * delta[unit]!;
      }
    }
    delta = back.map((value, index) => (before[index]! > 0 ? value : 0));
  }
}

function shuffle(order: number[], random: Random): void {
  for (let index = order.length - 1; index > 0; index--) {
    const other = random.integer(index + 1);
    [order[index], order[other]] = [order[other]!, order[index]!];
  }
}
