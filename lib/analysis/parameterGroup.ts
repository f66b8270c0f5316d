/**
 * Some of a network's parameters: all, only the tensors with two or more axes as the tool of Li et al. takes, or named tensors.
 *
 * A Hessian restricted to a group is the block of the whole one: products take a short vector, and give one. Rule E8 in docs/SPEC.md.
 */
import type { Layout } from '#lib/network/layout.ts';
import type { MultiplyLater, Multiply, ProductMethod } from './productMethod.ts';

export type GroupChoice =
  /** Every parameter, as PyHessian takes them. */
  | 'all'
  /** Tensors with two or more axes: without biases and norms. */
  | 'matrices'
  /** One layer or stage, by the names of its tensors. */
  | { readonly tensors: readonly string[] };

export type ParameterGroup = {
  /** Numbers in the group. */
  readonly size: number;
  /** From a vector as long as θ, the numbers of the group. */
  readonly pick: (whole: Float64Array) => Float64Array;
  /** As long as θ, zero outside the group. */
  readonly spread: (part: Float64Array) => Float64Array;
};

/** @throws for a tensor that the network does not have, and for a group without parameters */
export function groupOf({ tensors, size: wholeSize }: Layout, choice: GroupChoice): ParameterGroup {
  const isNamed = typeof choice === 'object';
  const names = new Set(isNamed ? choice.tensors : []);
  for (const name of names) if (!tensors.some((tensor) => tensor.name === name)) throw new Error(`there is no tensor ${name} in the network`);
  const chosen = tensors.filter(({ name, filters }) => choice === 'all' || (isNamed ? names.has(name) : filters > 0));
  const size = chosen.reduce((sum, tensor) => sum + tensor.size, 0);
  if (size === 0) throw new Error('the group has no parameters');
  return {
    size,
    pick: (whole) => {
      const part = new Float64Array(size);
      let at = 0;
      for (const { offset, size: length } of chosen) {
        part.set(whole.subarray(offset, offset + length), at);
        at += length;
      }
      return part;
    },
    spread: (part) => {
      const whole = new Float64Array(wholeSize);
      let at = 0;
      for (const { offset, size: length } of chosen) {
        whole.set(part.subarray(at, at + length), offset);
        at += length;
      }
      return whole;
    },
  };
}

/** Products with the block of a matrix that belongs to a group. */
export const restricted =
  ({ pick, spread }: ParameterGroup, multiply: Multiply): Multiply =>
  (part) =>
    pick(multiply(spread(part)));

/** The same where a product takes its time. */
export const restrictedLater =
  ({ pick, spread }: ParameterGroup, multiply: MultiplyLater): MultiplyLater =>
  async (part) =>
    pick(await multiply(spread(part)));

/** A method on the block of a group, as one that asks for products with the whole matrix. */
export function* inGroup<Estimate, Result>({ pick, spread }: ParameterGroup, method: ProductMethod<Estimate, Result>): ProductMethod<Estimate, Result> {
  let step = method.next();
  while (!step.done) {
    const product = yield { ...step.value, vector: spread(step.value.vector) };
    step = method.next(product && pick(product));
  }
  return step.value;
}
