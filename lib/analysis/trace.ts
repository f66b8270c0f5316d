/**
 * The trace of a symmetric matrix known by its products: Hutchinson's estimator, the mean of zᵀ·A·z over random signs z.
 *
 * Unbiased, with variance 2·(‖A‖²_F − Σ A_ii²), so exact with one probe for a diagonal matrix. The standard error goes with it:
 * that a running mean has stopped moving says little. Rule E7 in docs/SPEC.md.
 */
import { createRandom } from '#lib/random.ts';
import { dot } from '#lib/slice/vectors.ts';
import type { MethodState, ProductMethod } from './productMethod.ts';
import { randomSigns } from './spectralDensity.ts';

export type TraceOptions = {
  readonly size: number;
  readonly seed: number;
  /** Most probes; 100 where absent. */
  readonly probes?: number | undefined;
  /** Stops when the standard error is below this share of the mean, after ten probes at least. */
  readonly tolerance?: number | undefined;
  /** What an earlier run with the same options left: the rest of its probes is taken. */
  readonly from?: MethodState | null | undefined;
};

export type TraceEstimate = {
  readonly mean: number;
  /** Of the mean; NaN after one probe. */
  readonly standardError: number;
  readonly samples: readonly number[];
};

const LEAST_PROBES = 10;

/** @throws for a state that is not of this method, and when stopped before the first product */
export function* hutchinson({ size, seed, probes = 100, tolerance = 0, from }: TraceOptions): ProductMethod<TraceEstimate, TraceEstimate> {
  const random = createRandom(seed);
  const samples = from ? samplesFrom(from, probes) : [];
  // The probes that were taken before, to come to the next one.
  for (let done = 0; done < samples.length; done++) randomSigns(size, random);
  while (samples.length < probes) {
    const vector = randomSigns(size, random);
    const product = yield { vector, done: samples.length, of: probes, estimate: () => (samples.length > 0 ? estimateOf(samples) : null), state: () => (samples.length > 0 ? new Map([['samples', Float64Array.from(samples)]]) : null) };
    if (!product) break;
    samples.push(dot(vector, product));
    const { mean, standardError } = estimateOf(samples);
    if (samples.length >= LEAST_PROBES && standardError < tolerance * Math.abs(mean)) break;
  }
  if (samples.length === 0) throw new Error('the trace was stopped before its first product');
  return estimateOf(samples);
}

function samplesFrom(state: MethodState, probes: number): number[] {
  const samples = state.get('samples');
  if (!samples || samples.length < 1 || samples.length >= probes) throw new Error(`this is not what was kept of ${probes} probes`);
  return [...samples];
}

export function estimateOf(samples: readonly number[]): TraceEstimate {
  const count = samples.length;
  const mean = samples.reduce((sum, value) => sum + value, 0) / count;
  const squares = samples.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, standardError: Math.sqrt(squares / (count - 1) / count), samples: [...samples] };
}
