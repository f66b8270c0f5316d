/** Vectors as long as θ on their way to the device, tensor by tensor, and sums of them on their way back. It knows no layers. */
import * as tf from '@tensorflow/tfjs-core';
import type { TensorPlan, Tensors } from '#workers/operators/tfPass.ts';
import type { Sums } from './rLayer.ts';

/** New tensors, rounded to float32. */
export function onDevice(plans: readonly TensorPlan[], parameters: ArrayLike<number>, buffers: ArrayLike<number> | null): Tensors {
  const made: Record<string, tf.Tensor> = {};
  for (const { name, isBuffer, offset, size, shape, source } of plans) {
    const from = isBuffer ? buffers : parameters;
    if (!from) continue;
    const values = new Float32Array(size);
    for (let index = 0; index < size; index++) values[index] = from[offset + (source ? source[index]! : index)]!;
    made[name] = tf.tensor(values, [...shape]);
  }
  return made;
}

export type Collected = Sums & {
  /** All parts one behind the other, in the order of the plans. The caller tidies. */
  readonly all: () => tf.Tensor1D;
};

/** Sums by tensor, a tensor that several layers use once. To be used within one tidy. */
export function collected(plans: readonly TensorPlan[]): Collected {
  const parts = new Map<string, tf.Tensor>();
  return {
    add(name, part) {
      const before = parts.get(name);
      parts.set(name, before ? tf.add(before, part) : part);
    },
    all: () => {
      const flat = plans.filter(({ isBuffer }) => !isBuffer).map(({ name, size }) => tf.reshape(parts.get(name) ?? tf.zeros([size]), [size]));
      return (flat.length === 1 ? flat[0]! : tf.concat(flat)) as tf.Tensor1D;
    },
  };
}

/** Adds what `all` made to a vector as long as θ, in float64. */
export function addTo(sums: Float64Array, plans: readonly TensorPlan[], values: ArrayLike<number>): void {
  let at = 0;
  for (const { isBuffer, offset, size, source } of plans) {
    if (isBuffer) continue;
    for (let index = 0; index < size; index++) sums[offset + (source ? source[index]! : index)]! += values[at + index]!;
    at += size;
  }
}
