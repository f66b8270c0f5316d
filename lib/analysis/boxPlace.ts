/** What float64 says of a place that is claimed to be a high one of a box: the losses there and at the network itself, and how far in the box it lies. */
import { evaluateAt } from '#lib/network/forward.ts';
import type { Differentiable } from '#lib/network/derivatives/derivatives.ts';
import { halfWidths } from './boxSharpness.ts';

export type BoxPlace = {
  readonly loss: number;
  /** At θ + y. */
  readonly there: number;
  /** The largest |yᵢ| over ε·(|θᵢ| + 1): above 1 it lies outside. */
  readonly reach: number;
};

/** Null where the displacement is not as long as θ, so of another network. */
export function boxPlace({ network, loss, buffers, samples }: Differentiable, parameters: Float64Array, displacement: ArrayLike<number>, epsilon: number): BoxPlace | null {
  if (displacement.length !== parameters.length) return null;
  const meanAt = (theta: Float64Array): number => evaluateAt({ network, loss, buffers, sets: [{ set: 'train', samples }] }, theta)[0]!.lossSum / samples.count;
  const half = halfWidths(parameters, epsilon);
  let reach = 0;
  for (const [at, width] of half.entries()) reach = Math.max(reach, Math.abs(displacement[at]!) / width);
  return { loss: meanAt(parameters), there: meanAt(parameters.map((value, at) => value + displacement[at]!)), reach };
}
