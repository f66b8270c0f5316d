/** What flows through a compiled program: the words that its layers and their compiler share. */
import type * as tf from '@tensorflow/tfjs-core';
import type { Placed } from '#lib/network/layout.ts';
import type { Shape } from '#lib/network/shapes.ts';

/** The network's tensors by name, as they lie on the device. */
export type Tensors = Readonly<Record<string, tf.Tensor>>;

/** Where a tensor comes from, and how it lies on the device. */
export type TensorPlan = {
  readonly name: string;
  readonly isBuffer: boolean;
  /** Within θ, or within the buffers. */
  readonly offset: number;
  readonly size: number;
  /** On the device. */
  readonly shape: readonly number[];
  /** Element i on the device is element source[i] of the tensor in θ; null where the order is the same. */
  readonly source: Int32Array | null;
};

/** One forward pass over one block of samples. */
export type Pass = {
  readonly tensors: Tensors;
  /** Dropout factors [samples, ...] in the order of the program's dropout steps; null where dropout is off. */
  readonly masks: readonly (tf.Tensor | null)[] | null;
  /** Whether batch norm uses the stored statistics, or those of the block of samples itself. */
  readonly statistics: 'stored' | 'batch';
  /** Given the means and biased variances of the block at each batch norm, by the names of the stored ones. */
  readonly collect?: ((names: { readonly mean: string; readonly variance: string }, mean: tf.Tensor, variance: tf.Tensor, count: number) => void) | undefined;
  /** Given numbers [samples, ...] that may hold what the next kernel would lose. */
  readonly watch?: ((values: tf.Tensor) => void) | undefined;
};

export type Run = (x: tf.Tensor, pass: Pass) => tf.Tensor;

/** A sample while compiling, in the program's own terms; `order[i]` is the place that feature i of a vector has there. */
export type Flow = { readonly shape: Shape; readonly order: Int32Array | null };

export type Planner = {
  placed(name: string): Placed;
  /** Says how a tensor lies on the device. @throws where two layers want it differently */
  plan(name: string, shape: readonly number[], source: Int32Array | null): void;
};

export function need(tensors: Tensors, name: string): tf.Tensor {
  const tensor = tensors[name];
  if (!tensor) throw new Error(`no tensor ${name} was built`);
  return tensor;
}
