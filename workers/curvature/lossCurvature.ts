/**
 * First and second derivatives of the losses of a block by its outputs, worked out in float64 and put on the device.
 *
 * The outputs of a sample are few, so the second derivatives are whole matrices, [samples, outputs, outputs]: a product along a
 * direction then needs nothing from the host. It knows no network.
 */
import * as tf from '@tensorflow/tfjs-core';
import { lossDerivatives } from '#lib/network/derivatives/lossDerivatives.ts';
import { isClassification, isCorrect, lossOfSample, type LossName } from '#lib/network/loss.ts';

export type LossCurvature = {
  /** Of the block's samples, summed. */
  readonly loss: number;
  /** How many of them have their largest output at the target. */
  readonly correct: number;
  /** [samples, outputs] */
  readonly gradient: tf.Tensor2D;
  /** [samples, outputs, outputs] */
  readonly hessian: tf.Tensor3D;
};

/** New tensors. @param outputs [samples, width] */
export function lossCurvature(name: LossName, values: ArrayLike<number>, targets: ArrayLike<number>, width: number): LossCurvature {
  const outputs = Float64Array.from(values);
  const count = outputs.length / width;
  const derivatives = lossDerivatives(name, width);
  const gradient = new Float64Array(outputs.length);
  const hessian = new Float32Array(outputs.length * width);
  const unit = new Float64Array(outputs.length);
  const column = new Float64Array(outputs.length);
  let [loss, correct] = [0, 0];
  for (let row = 0; row < count; row++) {
    const sample = { outputs, start: row * width, width, target: targets[row]! };
    loss += lossOfSample(name, outputs, row, width, sample.target);
    if (isClassification(name) && isCorrect(outputs, row, width, sample.target)) correct++;
    derivatives.gradient(sample, gradient);
    for (let by = 0; by < width; by++) {
      unit[sample.start + by] = 1;
      derivatives.curvature(sample, unit, column);
      unit[sample.start + by] = 0;
      for (let of = 0; of < width; of++) hessian[(sample.start + of) * width + by] = column[sample.start + of]!;
    }
  }
  return { loss, correct, gradient: tf.tensor2d(Float32Array.from(gradient), [count, width]), hessian: tf.tensor3d(hessian, [count, width, width]) };
}

/** (∂²L/∂z²)·R{z} of every sample. The caller tidies. */
export const bent = (hessian: tf.Tensor3D, change: tf.Tensor): tf.Tensor => tf.sum(tf.mul(hessian, tf.reshape(change, [change.shape[0]!, 1, -1])), 2);
