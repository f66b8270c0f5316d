/**
 * Activations with their first and second derivatives as functions of the input, each a formula that keeps its digits in float32.
 *
 * R{y} = f′(x)·R{x}; ∂x = f′(x)·g; R{∂x} = f′(x)·R{g} + f″(x)·R{x}·g. At a kink the slope is the one on the left, so ReLU has slope
 * 0 at 0; the second derivative of a kink counts as 0. As lib/network/derivatives/activation.ts has it in float64.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { ActivationStep } from '#lib/network/program.ts';
import { activate, erf } from '#workers/operators/tfActivations.ts';
import { constant, present, type Context, type Layer } from './rLayer.ts';

type Curve = {
  readonly slope: (x: tf.Tensor) => tf.Tensor;
  /** The second derivative; null where it is zero wherever there is one. */
  readonly bend: ((x: tf.Tensor) => tf.Tensor) | null;
};

/** 1 where x > 0, else 0. */
const above = (x: tf.Tensor): tf.Tensor => tf.cast(tf.greater(x, 0), 'float32');
/** σ(x)·σ(−x), which keeps its digits where 1 − σ would not. */
const logisticSlope = (x: tf.Tensor): tf.Tensor => tf.mul(tf.sigmoid(x), tf.sigmoid(tf.neg(x)));
/** 1 − tanh² x = 4·σ(2x)·σ(−2x), without the cancellation. */
const tanhSlope = (x: tf.Tensor): tf.Tensor => tf.mul(logisticSlope(tf.mul(x, 2)), 4);
/** σ(−x) − σ(x) = 1 − 2σ(x) */
const logisticTilt = (x: tf.Tensor): tf.Tensor => tf.sub(tf.sigmoid(tf.neg(x)), tf.sigmoid(x));

/** Density and distribution of the standard normal. */
const normalDensity = (x: tf.Tensor): tf.Tensor => tf.mul(tf.exp(tf.mul(tf.square(x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
const normalShare = (x: tf.Tensor): tf.Tensor => tf.mul(tf.add(erf(tf.mul(x, Math.SQRT1_2)), 1), 0.5);

const GELU_SCALE = Math.sqrt(2 / Math.PI);
const GELU_CUBE = 0.044715;

/** x·(1 + tanh u)/2 with u = √(2/π)·(x + 0.044715·x³), u′ and u″ its derivatives. */
const GELU_BY_TANH: Curve = (() => {
  const u = (x: tf.Tensor): tf.Tensor => tf.mul(tf.mul(x, tf.add(tf.mul(tf.square(x), GELU_CUBE), 1)), GELU_SCALE);
  const du = (x: tf.Tensor): tf.Tensor => tf.mul(tf.add(tf.mul(tf.square(x), 3 * GELU_CUBE), 1), GELU_SCALE);
  return {
    // (1 + tanh u)/2 = σ(2u)
    slope: (x) => tf.add(tf.sigmoid(tf.mul(u(x), 2)), tf.mul(tf.mul(tf.mul(x, 0.5), tanhSlope(u(x))), du(x))),
    bend: (x) => {
      const tilted = tf.mul(tf.mul(x, tf.tanh(u(x))), tf.square(du(x)));
      return tf.mul(tanhSlope(u(x)), tf.sub(tf.add(du(x), tf.mul(tf.square(x), 3 * GELU_SCALE * GELU_CUBE)), tilted));
    },
  };
})();

function curveOf(step: ActivationStep): Curve {
  switch (step.op) {
    case 'relu':
      return { slope: above, bend: null };
    case 'leaky_relu':
      return { slope: (x) => tf.add(tf.mul(above(x), 1 - step.slope), step.slope), bend: null };
    case 'elu': {
      // Nothing large is raised to a power, not even where the other side is chosen.
      const below = (x: tf.Tensor): tf.Tensor => tf.mul(tf.mul(tf.exp(tf.minimum(x, 0)), tf.sub(1, above(x))), step.alpha);
      return { slope: (x) => tf.add(above(x), below(x)), bend: below };
    }
    case 'gelu':
      if (step.approximate === 'tanh') return GELU_BY_TANH;
      return { slope: (x) => tf.add(normalShare(x), tf.mul(x, normalDensity(x))), bend: (x) => tf.mul(normalDensity(x), tf.sub(2, tf.square(x))) };
    case 'swish':
      return {
        slope: (x) => tf.add(tf.sigmoid(x), tf.mul(x, logisticSlope(x))),
        bend: (x) => tf.mul(logisticSlope(x), tf.add(tf.mul(x, logisticTilt(x)), 2)),
      };
    case 'tanh':
      return { slope: tanhSlope, bend: (x) => tf.mul(tf.mul(tf.tanh(x), tanhSlope(x)), -2) };
    case 'sigmoid':
      return { slope: logisticSlope, bend: (x) => tf.mul(logisticSlope(x), logisticTilt(x)) };
    case 'softplus':
      return { slope: tf.sigmoid, bend: logisticSlope };
  }
}

export function activation(step: ActivationStep, { isConstant }: Context): Layer {
  if (isConstant) return constant((x) => activate(step, x));
  const { slope, bend } = curveOf(step);
  return (x, { keep }) => {
    const slopes = keep(slope(x));
    const bends = bend && keep(bend(x));
    return {
      output: activate(step, x),
      backward: (g) => {
        const outward = bends && keep(g);
        return {
          gradient: tf.mul(slopes, g),
          tangent: (change) => ({
            change: tf.mul(slopes, present(change)),
            backward: (r) => {
              const passed = tf.mul(slopes, r);
              return bends && outward ? tf.add(passed, tf.mul(tf.mul(bends, present(change)), outward)) : passed;
            },
          }),
        };
      },
    };
  };
}
