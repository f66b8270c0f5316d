/** One number of a network with its error, and whether two of them say the same. Pure. */
import { estimateOf } from '#lib/analysis/trace.ts';

export type Measured = {
  readonly value: number;
  /** Of the value; 0 where it has none. */
  readonly error: number;
  /** The loss that was met beside it, where there is one. */
  readonly loss?: number;
};

/** Numbers of float32 derivatives are equal to about this share. */
const ROUNDING = 1e-3;

/** Both were asked with the same seeds, so chance is in both alike and no excuse for a difference: only rounding and what a method says of its own end. */
export const isSameNumber = (one: Measured, other: Measured): boolean => Math.abs(one.value - other.value) <= ROUNDING * Math.max(Math.abs(one.value), Math.abs(other.value));

/** The mean of probes once all of them are here: the same ones are sent through both networks. */
export function meanOfProbes(units: readonly { readonly samples: readonly number[] }[], { probes }: { readonly probes: number }): Measured | null {
  const samples = units.flatMap((unit) => unit.samples);
  if (samples.length < probes) return null;
  const { mean, standardError } = estimateOf(samples);
  return { value: mean, error: standardError };
}
