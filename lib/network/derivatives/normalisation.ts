/**
 * Batch norm with stored statistics, which is affine per channel, and layer norm, with their derivatives.
 *
 * Layer norm, with x̂ = (x − m)/s over each group of D numbers and h = γ·g: ∂x = (h − mean h − x̂·mean(h·x̂))/s; the change of x̂ is
 * the same map applied to R{x}, and R{s} = mean(x̂·R{x}).
 */
import { tensorNamed } from '#lib/network/layout.ts';
import type { Step } from '#lib/network/program.ts';
import { featureAxis, sizeOf, type Shape } from '#lib/network/shapes.ts';
import { memory, type Context, type Layer } from './layer.ts';

export function batchNorm(step: Extract<Step, { op: 'batchnorm' }>, shape: Shape, context: Context): Layer {
  const { layout, isConstant } = context;
  const weight = tensorNamed(layout.tensors, step.weight).offset;
  const bias = tensorNamed(layout.tensors, step.bias).offset;
  const mean = tensorNamed(layout.buffers, step.running_mean).offset;
  const variance = tensorNamed(layout.buffers, step.running_var).offset;
  const channels = shape[featureAxis(shape)]!;
  // Numbers of one channel that stand together: a plane of an image, one number of a sequence.
  const plane = shape.length === 2 ? 1 : sizeOf(shape) / channels;
  const lines = sizeOf(shape) / plane;
  const [values, changes, gradients, gradientChanges] = [memory(shape, context), memory(shape, context), memory(shape, context), memory(shape, context)];
  let from: Float64Array = new Float64Array(0);
  let fromChange: Float64Array | null = null;
  let outward: Float64Array = new Float64Array(0);

  /** Calls `visit` for every run of numbers of one channel with where it starts and ends, and (μ, 1/√(σ² + ε)) of the channel. */
  const eachLine = (count: number, buffers: Float64Array, visit: (channel: number, start: number, end: number, centre: number, scale: number) => void): void => {
    for (let line = 0; line < count * lines; line++) {
      const channel = line % channels;
      visit(channel, line * plane, (line + 1) * plane, buffers[mean + channel]!, 1 / Math.sqrt(buffers[variance + channel]! + step.eps));
    }
  };

  return {
    output: shape,
    isConstant: false,
    forward: (x, count, { parameters, buffers }) => {
      from = x;
      eachLine(count, buffers, (channel, start, end, centre, scale) => {
        const [factor, shift] = [parameters[weight + channel]! * scale, parameters[bias + channel]!];
        for (let index = start; index < end; index++) values[index] = (x[index]! - centre) * factor + shift;
      });
      return values;
    },
    backward: (gradient, count, { parameters, buffers, gradient: sums }) => {
      outward = gradient;
      eachLine(count, buffers, (channel, start, end, centre, scale) => {
        const factor = parameters[weight + channel]! * scale;
        let [byWeight, byBias] = [0, 0];
        for (let index = start; index < end; index++) {
          byWeight += gradient[index]! * (from[index]! - centre) * scale;
          byBias += gradient[index]!;
          gradients[index] = factor * gradient[index]!;
        }
        sums[weight + channel]! += byWeight;
        sums[bias + channel]! += byBias;
      });
      return isConstant ? null : gradients;
    },
    tangent: (change, count, { parameters, direction, buffers }) => {
      fromChange = change;
      eachLine(count, buffers, (channel, start, end, centre, scale) => {
        const [factor, moved, shift] = [parameters[weight + channel]! * scale, direction[weight + channel]! * scale, direction[bias + channel]!];
        for (let index = start; index < end; index++) changes[index] = (change ? factor * change[index]! : 0) + moved * (from[index]! - centre) + shift;
      });
      return changes;
    },
    backwardTangent: (change, count, { parameters, direction, buffers, product }) => {
      eachLine(count, buffers, (channel, start, end, centre, scale) => {
        const [factor, moved] = [parameters[weight + channel]! * scale, direction[weight + channel]! * scale];
        let [byWeight, byBias] = [0, 0];
        for (let index = start; index < end; index++) {
          byWeight += change[index]! * (from[index]! - centre) * scale + (fromChange ? outward[index]! * fromChange[index]! * scale : 0);
          byBias += change[index]!;
          gradientChanges[index] = factor * change[index]! + moved * outward[index]!;
        }
        product[weight + channel]! += byWeight;
        product[bias + channel]! += byBias;
      });
      return isConstant ? null : gradientChanges;
    },
  };
}

export function layerNorm(step: Extract<Step, { op: 'layernorm' }>, shape: Shape, context: Context): Layer {
  const { layout, isConstant } = context;
  const { offset: weight, size } = tensorNamed(layout.tensors, step.weight);
  const bias = tensorNamed(layout.tensors, step.bias).offset;
  const groups = sizeOf(shape) / size;
  const [normal, normalChanges, values, changes] = [memory(shape, context), memory(shape, context), memory(shape, context), memory(shape, context)];
  const [gradients, gradientChanges] = [memory(shape, context), memory(shape, context)];
  const [spread, spreadChange] = [new Float64Array(context.block * groups), new Float64Array(context.block * groups)];
  const [one, other] = [new Float64Array(size), new Float64Array(size)];
  let hasChange = false;
  let outward: Float64Array = new Float64Array(0);

  const meanOf = (vector: Float64Array, start: number): number => {
    let sum = 0;
    for (let index = 0; index < size; index++) sum += vector[start + index]!;
    return sum / size;
  };
  const meanProduct = (vector: Float64Array, start: number, factors: Float64Array, factorStart: number): number => {
    let sum = 0;
    for (let index = 0; index < size; index++) sum += vector[start + index]! * factors[factorStart + index]!;
    return sum / size;
  };

  return {
    output: shape,
    isConstant: false,
    forward: (x, count, { parameters }) => {
      for (let group = 0; group < count * groups; group++) {
        const start = group * size;
        const centre = meanOf(x, start);
        let squares = 0;
        for (let index = start; index < start + size; index++) squares += (x[index]! - centre) ** 2;
        spread[group] = Math.sqrt(squares / size + step.eps);
        for (let index = 0; index < size; index++) {
          normal[start + index] = (x[start + index]! - centre) / spread[group]!;
          values[start + index] = parameters[weight + index]! * normal[start + index]! + parameters[bias + index]!;
        }
      }
      return values;
    },
    backward: (gradient, count, { parameters, gradient: sums }) => {
      outward = gradient;
      for (let group = 0; group < count * groups; group++) {
        const start = group * size;
        for (let index = 0; index < size; index++) {
          sums[weight + index]! += gradient[start + index]! * normal[start + index]!;
          sums[bias + index]! += gradient[start + index]!;
          one[index] = parameters[weight + index]! * gradient[start + index]!;
        }
        const [mean, along] = [meanOf(one, 0), meanProduct(one, 0, normal, start)];
        for (let index = 0; index < size; index++) gradients[start + index] = (one[index]! - mean - normal[start + index]! * along) / spread[group]!;
      }
      return isConstant ? null : gradients;
    },
    tangent: (change, count, { parameters, direction }) => {
      hasChange = change !== null;
      for (let group = 0; group < count * groups; group++) {
        const start = group * size;
        if (change) {
          const mean = meanOf(change, start);
          spreadChange[group] = meanProduct(change, start, normal, start);
          for (let index = start; index < start + size; index++) normalChanges[index] = (change[index]! - mean - normal[index]! * spreadChange[group]!) / spread[group]!;
        }
        for (let index = 0; index < size; index++) {
          const moved = direction[weight + index]! * normal[start + index]! + direction[bias + index]!;
          changes[start + index] = moved + (change ? parameters[weight + index]! * normalChanges[start + index]! : 0);
        }
      }
      return changes;
    },
    backwardTangent: (change, count, { parameters, direction, product }) => {
      for (let group = 0; group < count * groups; group++) {
        const start = group * size;
        for (let index = 0; index < size; index++) {
          const at = start + index;
          product[weight + index]! += change[at]! * normal[at]! + (hasChange ? outward[at]! * normalChanges[at]! : 0);
          product[bias + index]! += change[at]!;
          one[index] = parameters[weight + index]! * outward[at]!;
          other[index] = parameters[weight + index]! * change[at]! + direction[weight + index]! * outward[at]!;
        }
        if (isConstant) continue;
        const along = meanProduct(one, 0, normal, start);
        const alongChange = meanProduct(other, 0, normal, start) + meanProduct(one, 0, normalChanges, start);
        const mean = meanOf(other, 0);
        for (let index = 0; index < size; index++) {
          const at = start + index;
          const upper = other[index]! - mean - normalChanges[at]! * along - normal[at]! * alongChange;
          gradientChanges[at] = (upper - gradients[at]! * spreadChange[group]!) / spread[group]!;
        }
      }
      return isConstant ? null : gradientChanges;
    },
  };
}
