/**
 * Batch norm and layer norm of the float64 reference.
 *
 * Batch norm per channel of an image, or per feature of a sequence or vector; by stored statistics, or by those of the block
 * itself (Ioffe and Szegedy 2015): the biased variance normalises, the unbiased one is noted, as in PyTorch. Rules N2, M3 and M4 in docs/SPEC.md.
 */
import { tensorNamed } from '#lib/network/layout.ts';
import type { Step } from '#lib/network/program.ts';
import { featureAxis, sizeOf, type Shape } from '#lib/network/shapes.ts';
import type { Context, Stage } from './stage.ts';

export function batchNorm(step: Extract<Step, { op: 'batchnorm' }>, input: Shape, { layout, scratch }: Context): Stage {
  const weight = tensorNamed(layout.tensors, step.weight).offset;
  const bias = tensorNamed(layout.tensors, step.bias).offset;
  const mean = tensorNamed(layout.buffers, step.running_mean).offset;
  const variance = tensorNamed(layout.buffers, step.running_var).offset;
  const axis = featureAxis(input);
  const features = input[axis]!;
  // A feature's numbers stand in `runs` of `run` numbers that follow each other: one plane of an image, one number per position.
  const run = sizeOf(input.slice(axis + 1));
  const runs = sizeOf(input.slice(0, axis));
  const means = new Float64Array(features);
  const variances = new Float64Array(features);

  const measure = (values: Float64Array, count: number): void => {
    const each = count * runs * run;
    means.fill(0);
    variances.fill(0);
    for (let line = 0; line < count * runs * features; line++) {
      let sum = 0;
      for (let index = line * run; index < (line + 1) * run; index++) sum += values[index]!;
      means[line % features]! += sum;
    }
    for (let feature = 0; feature < features; feature++) means[feature]! /= each;
    for (let line = 0; line < count * runs * features; line++) {
      const centre = means[line % features]!;
      let sum = 0;
      for (let index = line * run; index < (line + 1) * run; index++) sum += (values[index]! - centre) ** 2;
      variances[line % features]! += sum;
    }
    for (let feature = 0; feature < features; feature++) variances[feature]! /= each;
  };

  return (values, count, { parameters, buffers, batchStatistics }) => {
    if (batchStatistics === null) {
      means.set(buffers.subarray(mean, mean + features));
      variances.set(buffers.subarray(variance, variance + features));
    } else {
      measure(values, count);
      if (batchStatistics !== 'unnoted') {
        const unbiased = (count * runs * run) / (count * runs * run - 1);
        for (let feature = 0; feature < features; feature++) {
          batchStatistics.sums[mean + feature]! += count * means[feature]!;
          batchStatistics.sums[variance + feature]! += count * unbiased * variances[feature]!;
          batchStatistics.weights[mean + feature]! += count;
          batchStatistics.weights[variance + feature]! += count;
        }
      }
    }
    const out = scratch.take(count * runs * features * run);
    for (let line = 0; line < count * runs * features; line++) {
      const feature = line % features;
      const scale = parameters[weight + feature]! / Math.sqrt(variances[feature]! + step.eps);
      const centre = means[feature]!;
      const shift = parameters[bias + feature]!;
      for (let index = line * run; index < (line + 1) * run; index++) out[index] = (values[index]! - centre) * scale + shift;
    }
    return out;
  };
}

/** Over the last axes, as many as the weight has, with the biased variance. Ba, Kiros and Hinton 2016. */
export function layerNorm(step: Extract<Step, { op: 'layernorm' }>, input: Shape, { layout, scratch }: Context): Stage {
  const { offset: weight, size } = tensorNamed(layout.tensors, step.weight);
  const bias = tensorNamed(layout.tensors, step.bias).offset;
  const parts = sizeOf(input) / size;
  return (values, count, { parameters }) => {
    const out = scratch.take(count * parts * size);
    for (let start = 0; start < count * parts * size; start += size) {
      let sum = 0;
      for (let index = 0; index < size; index++) sum += values[start + index]!;
      const mean = sum / size;
      let squares = 0;
      for (let index = 0; index < size; index++) squares += (values[start + index]! - mean) ** 2;
      const scale = 1 / Math.sqrt(squares / size + step.eps);
      for (let index = 0; index < size; index++) {
        out[start + index] = (values[start + index]! - mean) * scale * parameters[weight + index]! + parameters[bias + index]!;
      }
    }
    return out;
  };
}
