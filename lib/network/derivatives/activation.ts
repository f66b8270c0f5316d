/**
 * Activations with their first and second derivatives, each a function of the input.
 *
 * At a kink the slope is the one on the left, so ReLU has slope 0 at 0, as PyTorch has; the second derivative of a kink counts as 0.
 */
import { sizeOf, type Shape } from '#lib/network/shapes.ts';
import type { ActivationStep } from '#lib/network/program.ts';
import { erf } from '#lib/network/erf.ts';
import { memory, present, withoutParameters, type Context, type Layer } from './layer.ts';

export type Curve = {
  readonly value: (x: number) => number;
  readonly slope: (x: number) => number;
  /** The second derivative. */
  readonly bend: (x: number) => number;
};

const logistic = (x: number): number => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)));
/** σ(x)·σ(−x), which keeps its digits where 1 − σ would not. */
const logisticSlope = (x: number): number => logistic(x) * logistic(-x);
/** 1 − tanh², without the cancellation. */
const tanhSlope = (x: number): number => 1 / Math.cosh(x) ** 2;
const none = (): number => 0;

/** Density and distribution of the standard normal. */
const normalDensity = (x: number): number => Math.exp(-(x * x) / 2) / Math.sqrt(2 * Math.PI);
const normalShare = (x: number): number => (1 + erf(x / Math.SQRT2)) / 2;

const GELU_SCALE = Math.sqrt(2 / Math.PI);
const GELU_CUBE = 0.044715;

/** x·(1 + tanh u)/2 with u = √(2/π)·(x + 0.044715·x³). */
const GELU_BY_TANH: Curve = (() => {
  const u = (x: number): number => GELU_SCALE * (x + GELU_CUBE * x ** 3);
  const du = (x: number): number => GELU_SCALE * (1 + 3 * GELU_CUBE * x * x);
  const ddu = (x: number): number => 6 * GELU_SCALE * GELU_CUBE * x;
  return {
    value: (x) => (x * (1 + Math.tanh(u(x)))) / 2,
    slope: (x) => (1 + Math.tanh(u(x)) + x * tanhSlope(u(x)) * du(x)) / 2,
    bend: (x) => tanhSlope(u(x)) * (du(x) + (x * ddu(x)) / 2 - x * Math.tanh(u(x)) * du(x) ** 2),
  };
})();

const GELU: Curve = {
  value: (x) => x * normalShare(x),
  slope: (x) => normalShare(x) + x * normalDensity(x),
  bend: (x) => normalDensity(x) * (2 - x * x),
};

export function curveOf(step: ActivationStep): Curve {
  switch (step.op) {
    case 'relu':
      return { value: (x) => (x < 0 ? 0 : x), slope: (x) => (x > 0 ? 1 : 0), bend: none };
    case 'leaky_relu':
      return { value: (x) => (x > 0 ? x : step.slope * x), slope: (x) => (x > 0 ? 1 : step.slope), bend: none };
    case 'elu': {
      const below = (x: number): number => step.alpha * Math.exp(x);
      return { value: (x) => (x > 0 ? x : step.alpha * Math.expm1(x)), slope: (x) => (x > 0 ? 1 : below(x)), bend: (x) => (x > 0 ? 0 : below(x)) };
    }
    case 'gelu':
      return step.approximate === 'tanh' ? GELU_BY_TANH : GELU;
    case 'swish':
      return {
        value: (x) => x * logistic(x),
        slope: (x) => logistic(x) + x * logisticSlope(x),
        bend: (x) => logisticSlope(x) * (2 + x * (1 - 2 * logistic(x))),
      };
    case 'tanh':
      return { value: Math.tanh, slope: tanhSlope, bend: (x) => -2 * Math.tanh(x) * tanhSlope(x) };
    case 'sigmoid':
      return { value: logistic, slope: logisticSlope, bend: (x) => logisticSlope(x) * (1 - 2 * logistic(x)) };
    case 'softplus':
      return { value: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))), slope: logistic, bend: logisticSlope };
  }
}

/** R{y} = f′(x)·R{x}; ∂x = f′(x)·g; R{∂x} = f′(x)·R{g} + f″(x)·R{x}·g. */
export function activation(step: ActivationStep, shape: Shape, context: Context): Layer {
  const { value, slope, bend } = curveOf(step);
  const size = sizeOf(shape);
  const [values, slopes, changes, gradients, gradientChanges] = [memory(shape, context), memory(shape, context), memory(shape, context), memory(shape, context), memory(shape, context)];
  let from: Float64Array = new Float64Array(0);
  let fromChange: Float64Array = new Float64Array(0);
  let outward: Float64Array = new Float64Array(0);
  const layer: Omit<Layer, 'isConstant'> = {
    output: shape,
    forward: (x, count) => {
      from = x;
      for (let index = 0; index < count * size; index++) values[index] = value(x[index]!);
      return values;
    },
    backward: (gradient, count) => {
      outward = gradient;
      for (let index = 0; index < count * size; index++) {
        slopes[index] = slope(from[index]!);
        gradients[index] = slopes[index]! * gradient[index]!;
      }
      return gradients;
    },
    tangent: (change, count) => {
      fromChange = present(change);
      for (let index = 0; index < count * size; index++) changes[index] = slopes[index]! * fromChange[index]!;
      return changes;
    },
    backwardTangent: (change, count) => {
      for (let index = 0; index < count * size; index++) gradientChanges[index] = slopes[index]! * change[index]!;
      if (bend === none) return gradientChanges;
      for (let index = 0; index < count * size; index++) gradientChanges[index]! += bend(from[index]!) * fromChange[index]! * outward[index]!;
      return gradientChanges;
    },
  };
  return withoutParameters(layer, context);
}
