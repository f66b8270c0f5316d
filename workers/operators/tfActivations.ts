/**
 * The activations as tensor operations. Each keeps a NaN and an infinity as its formula does, and is made of kernels that every
 * backend has. It knows no layers. Rule N1 in docs/SPEC.md.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { ActivationStep } from '#lib/network/program.ts';
import { log1p } from './tfNumeric.ts';

/** The caller tidies. */
export function activate(step: ActivationStep, x: tf.Tensor): tf.Tensor {
  switch (step.op) {
    case 'relu':
      return tf.relu(x);
    case 'leaky_relu':
      return tf.sub(tf.relu(x), tf.mul(tf.relu(tf.neg(x)), step.slope));
    case 'elu':
      return tf.add(tf.relu(x), tf.mul(tf.expm1(tf.neg(tf.relu(tf.neg(x)))), step.alpha));
    case 'gelu':
      return step.approximate === 'tanh' ? geluOfTanh(x) : tf.mul(tf.mul(x, 0.5), tf.add(erf(tf.mul(x, Math.SQRT1_2)), 1));
    case 'swish':
      return tf.mul(x, tf.sigmoid(x));
    case 'tanh':
      return tf.tanh(x);
    case 'sigmoid':
      return tf.sigmoid(x);
    case 'softplus':
      return tf.add(tf.relu(x), log1p(tf.exp(tf.neg(tf.abs(x)))));
  }
}

/** Hendrycks and Gimpel 2016: ½x(1 + tanh(√(2/π)(x + 0.044715x³))). */
function geluOfTanh(x: tf.Tensor): tf.Tensor {
  const cubic = tf.mul(tf.mul(tf.square(x), x), 0.044715);
  return tf.mul(tf.mul(x, 0.5), tf.add(tf.tanh(tf.mul(tf.add(x, cubic), Math.sqrt(2 / Math.PI))), 1));
}

/** Abramowitz and Stegun 7.1.26, to 1.5e-7. */
const ERF = [0.254829592, -0.284496736, 1.421413741, -1.453152027, 1.061405429] as const;
const ERF_P = 0.3275911;

export function erf(x: tf.Tensor): tf.Tensor {
  const size = tf.abs(x);
  const t = tf.reciprocal(tf.add(tf.mul(size, ERF_P), 1));
  const polynomial = ERF.toReversed().reduce<tf.Tensor>((sum, coefficient) => tf.mul(tf.add(sum, coefficient), t), tf.zerosLike(t));
  return tf.mul(tf.sign(x), tf.sub(1, tf.mul(polynomial, tf.exp(tf.neg(tf.square(size))))));
}
