/** Pooling and flattening of the float64 reference. A largest value that is not a number stays one. */
import type { Step } from '#lib/network/program.ts';
import { featureAxis, sizeOf, type Shape } from '#lib/network/shapes.ts';
import type { Context, Stage, StageMaker } from './stage.ts';

export const pool: StageMaker<Extract<Step, { op: 'maxpool' | 'avgpool' }>> = (step, input, output, { scratch }) => {
  const { kernel, stride } = step;
  const isMax = step.op === 'maxpool';
  const [channels, height, width] = input as [number, number, number];
  const [, rows, columns] = output as [number, number, number];
  return (values, count) => {
    const out = scratch.take(count * channels * rows * columns);
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
};

/** Over all pixels of a channel, or over all positions of a sequence. */
export function globalPool({ kind }: Extract<Step, { op: 'globalpool' }>, input: Shape, { scratch }: Context): Stage {
  const isMax = kind === 'max';
  const axis = featureAxis(input);
  const features = input[axis]!;
  const pooled = sizeOf(input) / features;
  // From one number of a feature to the next, and from one feature to the next.
  const stride = axis === 0 ? 1 : features;
  const step = axis === 0 ? pooled : 1;
  return (values, count) => {
    const out = scratch.take(count * features);
    for (let at = 0; at < count * features; at++) {
      const first = Math.floor(at / features) * features * pooled + (at % features) * step;
      let gathered = isMax ? -Infinity : 0;
      for (let index = 0; index < pooled; index++) {
        const value = values[first + index * stride]!;
        gathered = isMax ? Math.max(gathered, value) : gathered + value;
      }
      out[at] = isMax ? gathered : gathered / pooled;
    }
    return out;
  };
}

/** An image read pixel by pixel. */
export function flattenHwc(input: Shape, { scratch }: Context): Stage {
  const [channels, height, width] = input as [number, number, number];
  const plane = height * width;
  return (values, count) => {
    const out = scratch.take(count * channels * plane);
    for (let sample = 0; sample < count; sample++) {
      const start = sample * channels * plane;
      for (let channel = 0; channel < channels; channel++) {
        for (let pixel = 0; pixel < plane; pixel++) out[start + pixel * channels + channel] = values[start + channel * plane + pixel]!;
      }
    }
    return out;
  };
}
