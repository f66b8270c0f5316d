/**
 * What every layer of the R-operator on a device can do, as a chain of functions: values, gradients, their change along a direction.
 *
 * Pearlmutter, "Fast exact multiplication by the Hessian" (1994), from first-order kernels only: TensorFlow.js's own gradient of a
 * gradient throws or is wrong. `forward` gives values and what goes back through them, which gives what R{·} goes forward through,
 * which gives what R{gradient} goes back through. A layer knows neither the loss nor its neighbours. Rules Q1 and Q5 in docs/SPEC.md.
 */
import type * as tf from '@tensorflow/tfjs-core';
import type { Shape } from '#lib/network/shapes.ts';
import type { Flow, Planner, Tensors } from '#workers/operators/tfPass.ts';

/** Sums over the samples of a block, by tensor, each as the tensor lies on the device. */
export type Sums = { add(name: string, part: tf.Tensor): void };

/** The passes that do not depend on the direction. */
export type FirstPass = {
  readonly tensors: Tensors;
  readonly gradient: Sums;
  /** Keeps what the second pass needs when the first is tidied up. */
  readonly keep: <T extends tf.Tensor>(tensor: T) => T;
};

/** The passes along a direction; `direction` has the names and shapes of `tensors`, and no statistics. */
export type SecondPass = { readonly direction: Tensors; readonly product: Sums };

export type Tangent = {
  /** R{output}; null where the output does not depend on θ. */
  readonly change: tf.Tensor | null;
  /** R{gradient of the input} from R{gradient of the output}; null past which nothing depends on θ. */
  readonly backward: (change: tf.Tensor) => tf.Tensor | null;
};

export type Backward = {
  /** Of the loss with respect to the input; null past which nothing depends on θ. */
  readonly gradient: tf.Tensor | null;
  /** From R{input}. */
  readonly tangent: (change: tf.Tensor | null, pass: SecondPass) => Tangent;
};

export type Forward = {
  readonly output: tf.Tensor;
  /** From the gradient of the loss with respect to the output. */
  readonly backward: (gradient: tf.Tensor) => Backward;
};

/** On one block of samples; the caller tidies. */
export type Layer = (input: tf.Tensor, pass: FirstPass) => Forward;

export type Context = {
  readonly planner: Planner;
  readonly flow: Flow;
  /** Shape of one sample behind the layer, in the program's own terms. */
  readonly output: Shape;
  /** Whether the layer's input does not depend on θ. */
  readonly isConstant: boolean;
};

/** Where a missing change, which is zero, was ruled out by how layers are put together. */
export function present(change: tf.Tensor | null): tf.Tensor {
  if (!change) throw new Error('a layer whose input depends on θ was given no change of it');
  return change;
}

/** A layer that passes values on, before which nothing depends on θ. */
export const constant =
  (run: (input: tf.Tensor) => tf.Tensor): Layer =>
  (input) => ({
    output: run(input),
    backward: () => ({ gradient: null, tangent: () => ({ change: null, backward: () => null }) }),
  });

/** A layer that is linear in its input and has no parameters: its change and its gradient take the same paths as its values. */
export function linearMap({ isConstant }: Context, apply: (values: tf.Tensor) => tf.Tensor, adjoint: (gradient: tf.Tensor) => tf.Tensor): Layer {
  if (isConstant) return constant(apply);
  return (input) => ({
    output: apply(input),
    backward: (gradient) => ({
      gradient: adjoint(gradient),
      tangent: (change) => ({ change: apply(present(change)), backward: adjoint }),
    }),
  });
}
