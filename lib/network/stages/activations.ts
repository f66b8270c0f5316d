/** Activations of the float64 reference: functions of one number, in forms that neither overflow nor lose a NaN. */
import { erfc } from '#lib/network/erf.ts';
import type { ActivationStep } from '#lib/network/program.ts';
import { sizeOf, type Shape } from '#lib/network/shapes.ts';
import type { Context, Stage } from './stage.ts';

export function activation(step: ActivationStep, shape: Shape, { scratch }: Context): Stage {
  const size = sizeOf(shape);
  const apply = functionOf(step);
  return (input, count) => {
    const out = scratch.take(count * size);
    if (step.op === 'relu') for (let index = 0; index < count * size; index++) out[index] = input[index]! < 0 ? 0 : input[index]!;
    else for (let index = 0; index < count * size; index++) out[index] = apply(input[index]!);
    return out;
  };
}

function functionOf(step: ActivationStep): (x: number) => number {
  switch (step.op) {
    case 'relu':
      // Written so that NaN, which is not below 0, stays.
      return (x) => (x < 0 ? 0 : x);
    case 'leaky_relu':
      return (x) => (x < 0 ? step.slope * x : x);
    case 'elu':
      return (x) => (x > 0 ? x : step.alpha * Math.expm1(x));
    case 'gelu':
      return step.approximate === 'none' ? gelu : tanhGelu;
    case 'swish':
      return (x) => x * sigmoid(x);
    case 'tanh':
      return Math.tanh;
    case 'sigmoid':
      return sigmoid;
    case 'softplus':
      return (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
  }
}

/** x Φ(x), with Φ(x) = erfc(−x/√2)/2 so that the left tail keeps its digits. Hendrycks and Gimpel 2016. */
const gelu = (x: number): number => 0.5 * x * erfc(-x * Math.SQRT1_2);

/** ½ x (1 + tanh u) with u = √(2/π) (x + 0.044715 x³), and ½ (1 + tanh u) = sigmoid(2u). */
const tanhGelu = (x: number): number => x * sigmoid(2 * Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x));

function sigmoid(x: number): number {
  if (x >= 0) return 1 / (1 + Math.exp(-x));
  const small = Math.exp(x);
  return small / (1 + small);
}
