/**
 * The losses of lib/network/loss.ts as tensor operations, per sample.
 *
 * Cross-entropy is (max − z_y) + log1p(Σ over the classes below the largest): the usual log-sum-exp returns 0 in float32
 * where a loss is 1e-9. Rules N4–N6 in docs/SPEC.md.
 */
import * as tf from '@tensorflow/tfjs-core';
import { isClassification, type LossName } from '#lib/network/loss.ts';

/** What the outputs are compared with, for `rows` rows of outputs. */
export type Targets = {
  readonly loss: LossName;
  readonly width: number;
  /** Class indices int32 [rows], or values float32 [rows]. */
  readonly wanted: tf.Tensor1D;
  /** For classes, each [rows, width]: which output is the target, and zeros to choose instead of what is masked out. */
  readonly classes: { readonly mask: tf.Tensor2D; readonly zeros: tf.Tensor2D } | null;
};

/** Tensors that the caller disposes of. Classes that the network has no output for are an error. */
export function targetsOf(loss: LossName, width: number, values: Float32Array): Targets {
  if (!isClassification(loss)) return { loss, width, wanted: tf.tensor1d(values), classes: null };
  for (const value of values) {
    if (!Number.isInteger(value) || value < 0 || value >= width) throw new Error(`class ${value} is not one of the ${width} that the network has`);
  }
  return tf.tidy(() => {
    const wanted = tf.tensor1d(Int32Array.from(values), 'int32');
    const mask = tf.cast(tf.oneHot(wanted, width), 'bool') as tf.Tensor2D;
    return { loss, width, wanted, classes: { mask, zeros: tf.zeros<tf.Rank.R2>([values.length, width]) } };
  });
}

/** The targets of the first `rows` rows, as new tensors. */
export const firstTargets = ({ loss, width, wanted, classes }: Targets, rows: number): Targets => ({
  loss,
  width,
  wanted: tf.slice(wanted, 0, rows),
  classes: classes && { mask: tf.slice(classes.mask, 0, rows), zeros: tf.slice(classes.zeros, 0, rows) },
});

export function disposeTargets({ wanted, classes }: Targets): void {
  tf.dispose([wanted, classes?.mask, classes?.zeros].filter((tensor) => tensor !== undefined));
}

/**
 * @param outputs [rows, width]
 * @returns the loss of every row, and 1 where the first largest output is the target (0 throughout for squared error); both float32 [rows]
 */
export function lossesOf(outputs: tf.Tensor2D, { loss, width, wanted, classes }: Targets): { losses: tf.Tensor1D; correct: tf.Tensor1D } {
  if (classes === null) {
    const first = width === 1 ? outputs : tf.slice(outputs, [0, 0], [-1, 1]);
    return { losses: tf.square(tf.sub(tf.reshape(first, [-1]), wanted)), correct: tf.zerosLike(wanted) };
  }
  const top = tf.argMax(outputs, 1) as tf.Tensor1D;
  const below = tf.sub(tf.max(outputs, 1, true), outputs);
  const isTop = tf.cast(tf.oneHot(top, width), 'bool');
  const powers = tf.where(isTop, classes.zeros, tf.exp(tf.neg(below)));
  const rest = tf.sum(powers, 1);
  const correct = tf.cast(tf.equal(top, wanted), 'float32') as tf.Tensor1D;
  if (loss === 'crossEntropy') {
    const gap = tf.sum(tf.where(classes.mask, below, classes.zeros), 1);
    return { losses: tf.add(gap, log1p(rest)), correct };
  }
  const whole = tf.reshape(tf.add(rest, 1), [-1, 1]);
  const probabilities = tf.div(tf.exp(tf.neg(below)), whole);
  const misses = tf.sub(probabilities, tf.cast(classes.mask, 'float32'));
  return { losses: tf.mean(tf.square(misses), 1), correct };
}

/** Below this the series is exact to 2e-7; above, log(1 + x) has lost at most 2e-6 to the rounding of 1 + x. */
const SMALL = 0.03;

/** ln(1 + x): the kernels of TensorFlow.js for WASM and WebGPU add 1 first, and make 0 of 1e-9. */
function log1p(x: tf.Tensor): tf.Tensor {
  const cubic = tf.sub(1 / 3, tf.mul(x, 1 / 4));
  const square = tf.sub(1 / 2, tf.mul(x, cubic));
  const series = tf.mul(x, tf.sub(1, tf.mul(x, square)));
  return tf.where(tf.less(x, SMALL), series, tf.log1p(x));
}
