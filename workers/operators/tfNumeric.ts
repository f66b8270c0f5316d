/** Functions whose kernels lose the digits of small numbers, made of ones that do not. */
import * as tf from '@tensorflow/tfjs-core';

/** Below this the series is exact to 2e-7; above, log(1 + x) has lost at most 2e-6 to the rounding of 1 + x. */
const SMALL = 0.03;

/** ln(1 + x) for x ≥ 0: the kernels of TensorFlow.js for WASM and WebGPU add 1 first, and make 0 of 1e-9. */
export function log1p(x: tf.Tensor): tf.Tensor {
  const cubic = tf.sub(1 / 3, tf.mul(x, 1 / 4));
  const square = tf.sub(1 / 2, tf.mul(x, cubic));
  const series = tf.mul(x, tf.sub(1, tf.mul(x, square)));
  return tf.where(tf.less(x, SMALL), series, tf.log1p(x));
}

/** eᵗ − 1 − t ≥ 0, by its series where the difference would lose its digits. */
export function expExcess(t: tf.Tensor): tf.Tensor {
  // t²/2 + t³/6 + … + t⁹/9!, from the last term inwards.
  let series: tf.Tensor = tf.onesLike(t);
  for (let k = 9; k > 2; k--) series = tf.add(tf.mul(series, tf.div(t, k)), 1);
  const small = tf.mul(series, tf.mul(tf.square(t), 0.5));
  return tf.where(tf.less(tf.abs(t), 0.5), small, tf.sub(tf.sub(tf.exp(t), 1), t));
}

/** ln cosh e, which is e²/2 for a small e. */
export function logCosh(e: tf.Tensor): tf.Tensor {
  const size = tf.abs(e);
  // cosh e − 1 by its series up to |e| = 1.
  const square = tf.square(e);
  const terms = tf.add(tf.mul(tf.add(tf.mul(tf.add(tf.mul(square, 1 / 56), 1), tf.mul(square, 1 / 30)), 1), tf.mul(square, 1 / 12)), 1);
  const small = log1p(tf.mul(tf.mul(square, 0.5), terms));
  const large = tf.add(size, tf.sub(log1p(tf.exp(tf.mul(size, -2))), Math.LN2));
  return tf.where(tf.less(size, 1), small, large);
}
