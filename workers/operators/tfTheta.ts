/**
 * θ(α, β) = origin + α·u + β·v, built on the device, tensor by tensor.
 *
 * The vectors are put into the device's layout once per slice; a tensor that no direction moves is never touched again.
 * It does not know what the tensors are for.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Coordinates, EvaluationJob } from '#workers/evaluator.ts';
import type { TensorPlan, Tensors } from './tfPass.ts';

export type Theta = {
  /** The tensors at one point, in the shapes of the program. The caller tidies. */
  at(point: Coordinates): Tensors;
  /** The tensors at several points at once: weights [points, in, out], biases [points, 1, out]. The caller tidies. */
  atMany(points: readonly Coordinates[]): Tensors;
  dispose(): void;
};

type Moving = { readonly plan: TensorPlan; readonly origin: tf.Tensor; readonly steps: readonly (tf.Tensor | null)[] };

export function createTheta(plans: readonly TensorPlan[], job: EvaluationJob): Theta {
  const moving: Moving[] = [];
  const still: { readonly plan: TensorPlan; readonly tensor: tf.Tensor }[] = [];
  for (const plan of plans) {
    const shape = [...plan.shape];
    const origin = tf.tensor(laidOut(plan, plan.isBuffer ? job.buffers : job.origin), shape);
    const along = (plan.isBuffer ? job.bufferDirections : job.directions) ?? [];
    const steps = along.map((direction) => {
      const values = laidOut(plan, direction);
      return values.every((value) => value === 0) ? null : tf.tensor(values, shape);
    });
    if (steps.every((step) => step === null)) still.push({ plan, tensor: origin });
    else moving.push({ plan, origin, steps });
  }

  return {
    at({ a, b }) {
      const factors = [tf.scalar(a), tf.scalar(b)];
      return Object.fromEntries([
        ...still.map(({ plan, tensor }) => [plan.name, tensor.clone()] as const),
        ...moving.map(({ plan, origin, steps }) => [plan.name, combined(origin, steps, factors)] as const),
      ]);
    },
    atMany(points) {
      const factors = [tf.tensor3d(points.map(({ a }) => a), [points.length, 1, 1]), tf.tensor3d(points.map(({ b }) => b), [points.length, 1, 1])];
      return Object.fromEntries([
        ...still.map(({ plan, tensor }) => [plan.name, asBatch(tensor)] as const),
        ...moving.map(({ plan, origin, steps }) => [plan.name, combined(asBatch(origin), steps.map((step) => step && asBatch(step)), factors)] as const),
      ]);
    },
    dispose() {
      for (const { tensor } of still) tensor.dispose();
      for (const { origin, steps } of moving) tf.dispose([origin, ...steps.filter((step) => step !== null)]);
    },
  };
}

const combined = (origin: tf.Tensor, steps: readonly (tf.Tensor | null)[], factors: readonly tf.Tensor[]): tf.Tensor =>
  steps.reduce<tf.Tensor>((sum, step, axis) => (step ? tf.add(sum, tf.mul(factors[axis]!, step)) : sum), origin);

/** A weight [in, out] as [1, in, out], a vector [n] as [1, 1, n]. */
const asBatch = (tensor: tf.Tensor): tf.Tensor => tf.reshape(tensor, tensor.rank === 1 ? [1, 1, -1] : [1, ...tensor.shape]);

function laidOut({ offset, size, source }: TensorPlan, vector: Float32Array): Float32Array {
  // A copy in any case: a backend may keep the array that it is given.
  if (!source) return vector.slice(offset, offset + size);
  const values = new Float32Array(size);
  for (let i = 0; i < size; i++) values[i] = vector[offset + source[i]!]!;
  return values;
}
