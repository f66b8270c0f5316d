/** The convolution of the float64 reference: per sample and group one product, filters × patches gathered from a zero-padded copy. */
import { tensorNamed } from '#lib/network/layout.ts';
import { multiply } from '#lib/network/multiply.ts';
import type { Step } from '#lib/network/program.ts';
import { biasOf } from './dense.ts';
import type { StageMaker } from './stage.ts';

export const convolution: StageMaker<Extract<Step, { op: 'conv2d' }>> = (step, input, output, context) => {
  const weight = tensorNamed(context.layout.tensors, step.weight);
  const biasIn = biasOf(step.bias, context);
  const { stride, padding, groups = 1 } = step;
  const [channels, height, width] = input as [number, number, number];
  const [filters, rows, columns] = output as [number, number, number];
  const [kernelHeight, kernelWidth] = weight.shape.slice(2) as [number, number];
  const paddedWidth = width + 2 * padding;
  const paddedPlane = paddedWidth * (height + 2 * padding);
  const padded = new Float64Array(channels * paddedPlane);
  const perGroup = channels / groups;
  const filtersPerGroup = filters / groups;
  const inner = perGroup * kernelHeight * kernelWidth;
  const pixels = rows * columns;
  const patches = new Float64Array(pixels * inner);
  const size = channels * height * width;

  const gather = (first: number, end: number): void => {
    let at = 0;
    for (let y = 0; y < rows; y++) {
      for (let x = 0; x < columns; x++) {
        const corner = y * stride * paddedWidth + x * stride;
        for (let channel = first; channel < end; channel++) {
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
    const out = context.scratch.take(count * filters * pixels);
    for (let sample = 0; sample < count; sample++) {
      for (let line = 0; line < channels * height; line++) {
        const to = Math.floor(line / height) * paddedPlane + ((line % height) + padding) * paddedWidth + padding;
        const from = sample * size + line * width;
        for (let x = 0; x < width; x++) padded[to + x] = values[from + x]!;
      }
      for (let group = 0; group < groups; group++) {
        gather(group * perGroup, (group + 1) * perGroup);
        const filter = group * filtersPerGroup;
        const kernel = { values: parameters, offset: weight.offset + filter * inner, rows: filtersPerGroup };
        const shift = bias && groups > 1 ? bias.subarray(filter, filter + filtersPerGroup) : bias;
        multiply(kernel, { values: patches, offset: 0, rows: pixels }, inner, shift, out, (sample * filters + filter) * pixels, pixels, 1);
      }
    }
    return out;
  };
};
