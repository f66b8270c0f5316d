/**
 * Moves and sums of arrays that the passes backwards need, made of kernels that every backend has.
 *
 * Images are [samples, height, width, channels]. It knows no layers.
 */
import * as tf from '@tensorflow/tfjs-core';

/** Rows added up by one kernel: float32 adds few numbers at a time. */
const SUMMED = 64;

/** Σ over all axes but the last, in stages: [..., features] → [features]. */
export function sumRows(values: tf.Tensor): tf.Tensor {
  const features = values.shape.at(-1)!;
  let rows = tf.reshape(values, [-1, features]);
  while (rows.shape[0]! > SUMMED) {
    const count = rows.shape[0]!;
    const whole = Math.floor(count / SUMMED) * SUMMED;
    const sums = tf.sum(tf.reshape(tf.slice(rows, [0, 0], [whole, features]), [-1, SUMMED, features]), 1);
    rows = whole === count ? sums : tf.concat([sums, tf.slice(rows, [whole, 0], [count - whole, features])], 0);
  }
  return tf.sum(rows, 0);
}

/** [rows, columns] → [columns, rows]; products with `transposeA` leave the quick kernels. */
export const turned = (matrix: tf.Tensor): tf.Tensor2D => tf.transpose(matrix as tf.Tensor2D);

/** Zeros between the pixels, so that a stride is undone: side n becomes (n − 1)·stride + 1. */
export function spread(image: tf.Tensor4D, stride: number): tf.Tensor4D {
  if (stride === 1) return image;
  const [count, height, width, channels] = image.shape;
  const columns = tf.reshape(withZeros(tf.reshape(image, [count * height * width, 1, channels]), stride), [count * height, 1, width * stride * channels]);
  const whole = tf.reshape(withZeros(columns, stride), [count, height * stride, width * stride, channels]) as tf.Tensor4D;
  return tf.slice(whole, [0, 0, 0, 0], [count, (height - 1) * stride + 1, (width - 1) * stride + 1, channels]);
}

/** [lines, 1, size] → [lines, stride, size], the new ones zero. */
const withZeros = (lines: tf.Tensor, stride: number): tf.Tensor => tf.concat([lines, tf.zeros([lines.shape[0]!, stride - 1, lines.shape[2]!])], 1);

export type Pads = { readonly top: number; readonly bottom: number; readonly left: number; readonly right: number };

/** Zeros around an image; a negative number takes pixels away. */
export function framed(image: tf.Tensor4D, { top, bottom, left, right }: Pads): tf.Tensor4D {
  const [count, height, width, channels] = image.shape;
  const cut = Math.min(top, bottom, left, right) < 0;
  const inner = cut
    ? tf.slice(image, [0, Math.max(0, -top), Math.max(0, -left), 0], [count, height + Math.min(0, top) + Math.min(0, bottom), width + Math.min(0, left) + Math.min(0, right), channels])
    : image;
  if (Math.max(top, bottom, left, right) <= 0) return inner;
  return tf.pad(inner, [[0, 0], [Math.max(0, top), Math.max(0, bottom)], [Math.max(0, left), Math.max(0, right)], [0, 0]]);
}

/** The sides of what a window slides over, and how. */
export type Sliding = {
  readonly height: number;
  readonly width: number;
  readonly rows: number;
  readonly columns: number;
  readonly stride: number;
};

/** The pixel at (y, x) of every window. */
export function pixelsAt(image: tf.Tensor4D, { rows, columns, stride }: Sliding, y: number, x: number): tf.Tensor4D {
  const [count, , , channels] = image.shape;
  const [tall, wide] = [(rows - 1) * stride + 1, (columns - 1) * stride + 1];
  const part = tf.slice(image, [0, y, x, 0], [count, tall, wide, channels]);
  return stride === 1 ? part : (tf.stridedSlice(part, [0, 0, 0, 0], [count, tall, wide, channels], [1, stride, stride, 1]) as tf.Tensor4D);
}

/** An image that has `values` at (y, x) of every window, and zeros elsewhere: the adjoint of pixelsAt. */
export function imageWith(values: tf.Tensor4D, { height, width, rows, columns, stride }: Sliding, y: number, x: number): tf.Tensor4D {
  const [tall, wide] = [(rows - 1) * stride + 1, (columns - 1) * stride + 1];
  return framed(spread(values, stride), { top: y, bottom: height - tall - y, left: x, right: width - wide - x });
}
