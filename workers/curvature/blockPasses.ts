/**
 * The passes of the R-operator over one block of samples, which is on the device: first-order ones once per θ, second-order ones per
 * direction. Each answers with sums over the block. It knows no other blocks.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { LossName } from '#lib/network/loss.ts';
import type { Tensors } from '#workers/operators/tfPass.ts';
import { bent, lossCurvature } from './lossCurvature.ts';
import type { Backward, Forward } from './rLayer.ts';
import type { RProgram } from './rProgram.ts';
import { collected } from './rVectors.ts';

export type Block = { readonly inputs: tf.Tensor; readonly targets: ArrayLike<number> };

export type FirstOrder = {
  /** Sum of the losses. */
  readonly loss: number;
  readonly correct: number;
  /** Sum of the gradients, in the order of the program's plans. */
  readonly gradient: Float32Array;
  /** Sum of the products along `direction`, in the same order. */
  readonly along: (direction: Tensors) => Promise<Float32Array>;
  readonly dispose: () => void;
};

/** Forward and backward over a block. What the products need stays on the device until `dispose`. */
export async function firstOrder({ layer, plans, outputWidth }: RProgram, { inputs, targets }: Block, tensors: Tensors, loss: LossName): Promise<FirstOrder> {
  const foreign = new Set<tf.Tensor>([inputs, ...Object.values(tensors)]);
  const kept = new Set<tf.Tensor>();
  const keep = <T extends tf.Tensor>(tensor: T): T => {
    if (!foreign.has(tensor)) kept.add(tf.keep(tensor));
    return tensor;
  };
  const dispose = (): void => tf.dispose([...kept]);
  try {
    const sums = collected(plans);
    const { output, backward } = within((): Forward => {
      const made = layer(inputs, { tensors, gradient: sums, keep });
      keep(made.output);
      return made;
    });
    const derivatives = lossCurvature(loss, await output.data(), targets, outputWidth);
    kept.add(derivatives.gradient).add(derivatives.hessian);
    const { back, all } = within((): { back: Backward; all: tf.Tensor } => ({ back: backward(derivatives.gradient), all: tf.keep(sums.all()) }));
    const gradient = await readOnce(all);
    return { loss: derivatives.loss, correct: derivatives.correct, gradient, along: (direction) => along(back, derivatives.hessian, direction), dispose };
  } catch (error) {
    dispose();
    throw error;
  }

  async function along(back: Backward, hessian: tf.Tensor3D, direction: Tensors): Promise<Float32Array> {
    const product = collected(plans);
    const all = tf.tidy(() => {
      const { change, backward } = back.tangent(null, { direction, product });
      if (change) backward(bent(hessian, change));
      return product.all();
    });
    return readOnce(all);
  }
}

async function readOnce(tensor: tf.Tensor): Promise<Float32Array> {
  try {
    // A copy: on WASM the numbers may be the device's own memory.
    return Float32Array.from((await tensor.data()) as Float32Array);
  } finally {
    tensor.dispose();
  }
}

/** tf.tidy for what is not a tensor: only what was kept outlives it. */
function within<T>(work: () => T): T {
  let made: { readonly value: T } | null = null;
  tf.tidy(() => {
    made = { value: work() };
  });
  return made!.value;
}
