/**
 * The losses of lib/network/loss.ts as tensor operations, per sample.
 *
 * Each is written so that a tiny loss keeps its digits in float32: cross-entropy is (max − z_y) + log1p(Σ over the classes below
 * the largest), where the usual log-sum-exp returns 0 for 1e-9. Rules N4–N6 in docs/SPEC.md.
 */
import * as tf from '@tensorflow/tfjs-core';
import { FOCAL_GAMMA, HINGE_MARGIN, HUBER_DELTA, isClassification, LABEL_SMOOTHING, type LossName } from '#lib/network/loss.ts';
import { expExcess, log1p, logCosh } from './tfNumeric.ts';

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
 * @returns the loss of every row, and 1 where the first largest output is the target (0 throughout for values); both float32 [rows]
 */
export function lossesOf(outputs: tf.Tensor2D, targets: Targets): { losses: tf.Tensor1D; correct: tf.Tensor1D } {
  const { loss, width, wanted, classes } = targets;
  if (classes === null) {
    const first = width === 1 ? outputs : tf.slice(outputs, [0, 0], [-1, 1]);
    return { losses: ofError(loss, tf.sub(tf.reshape(first, [-1]), wanted)) as tf.Tensor1D, correct: tf.zerosLike(wanted) as tf.Tensor1D };
  }
  const top = tf.argMax(outputs, 1) as tf.Tensor1D;
  const correct = tf.cast(tf.equal(top, wanted), 'float32') as tf.Tensor1D;
  return { losses: ofClasses(loss, outputs, top, classes, width) as tf.Tensor1D, correct };
}

/** @param error output − target, [rows] */
function ofError(loss: LossName, error: tf.Tensor): tf.Tensor {
  switch (loss) {
    case 'absoluteError':
      return tf.abs(error);
    case 'huber': {
      const size = tf.abs(error);
      return tf.where(tf.lessEqual(size, HUBER_DELTA), tf.mul(tf.square(error), 0.5), tf.mul(tf.sub(size, HUBER_DELTA / 2), HUBER_DELTA));
    }
    case 'logCosh':
      return logCosh(error);
    default:
      return tf.square(error);
  }
}

function ofClasses(loss: LossName, outputs: tf.Tensor2D, top: tf.Tensor1D, { mask, zeros }: NonNullable<Targets['classes']>, width: number): tf.Tensor {
  if (loss === 'hinge') {
    const others = tf.max(tf.where(mask, tf.sub(zeros, Infinity), outputs), 1);
    return tf.relu(tf.add(tf.sub(others, tf.sum(tf.where(mask, outputs, zeros), 1)), HINGE_MARGIN));
  }
  // How far each output is below the largest, and Σ e^−that over all but the largest itself.
  const below = tf.sub(tf.max(outputs, 1, true), outputs);
  const powers = tf.exp(tf.neg(below));
  const rest = tf.sum(tf.where(tf.cast(tf.oneHot(top, width), 'bool'), zeros, powers), 1);
  const surprise = log1p(rest);
  const crossEntropy = () => tf.add(tf.sum(tf.where(mask, below, zeros), 1), surprise);
  if (loss === 'crossEntropy') return crossEntropy();
  if (loss === 'kullbackLeibler') return divergence(tf.add(below, tf.reshape(surprise, [-1, 1])), tf.cast(mask, 'float32'), width);
  const whole = tf.add(rest, 1);
  /** 1 − p of the target, without the subtraction. */
  const missed = tf.div(tf.sum(tf.where(mask, zeros, powers), 1), whole);
  if (loss === 'focal') return tf.mul(tf.pow(missed, FOCAL_GAMMA), crossEntropy());
  const probabilities = tf.div(powers, tf.reshape(whole, [-1, 1]));
  const squares = tf.add(tf.sum(tf.square(tf.where(mask, zeros, probabilities)), 1), tf.square(missed));
  return tf.div(squares, width);
}

/**
 * Σ q ln(q / p) of the smoothed target q, as Σ q (e^t − 1 − t) with t = ln(p / q): the same, because p and q both sum to 1, and
 * no term takes digits from another.
 * @param surprises −ln p, [rows, width]
 */
function divergence(surprises: tf.Tensor, mask: tf.Tensor, width: number): tf.Tensor {
  const [low, high] = [LABEL_SMOOTHING / width, 1 - LABEL_SMOOTHING + LABEL_SMOOTHING / width];
  const logs = tf.add(tf.mul(mask, Math.log(high) - Math.log(low)), Math.log(low));
  const weights = tf.add(tf.mul(mask, high - low), low);
  return tf.sum(tf.mul(weights, expExcess(tf.sub(tf.neg(surprises), logs))), 1);
}

/**
 * A sample whose numbers stopped being finite inside the network, where a kernel lost that, has no loss; one that is not finite
 * by itself keeps its kind, as rule N6 asks.
 */
export function withoutLost(sums: ReturnType<typeof lossesOf>, lost: tf.Tensor | null): ReturnType<typeof lossesOf> {
  if (!lost) return sums;
  const { losses, correct } = sums;
  // A number less itself is zero, and NaN where it is not finite.
  const zeros = tf.reshape(tf.sub(lost, lost), [-1]);
  const isFinite = tf.equal(tf.sub(losses, losses), 0);
  return {
    losses: tf.where(isFinite, tf.add(losses, zeros), losses) as tf.Tensor1D,
    correct: tf.where(tf.equal(zeros, 0), correct, tf.zerosLike(correct)) as tf.Tensor1D,
  };
}
