/**
 * The spectral density of a symmetric matrix known by its products: stochastic Lanczos quadrature.
 *
 * Ubaru, Chen and Saad 2017; Ghorbani, Krishnan and Xiao 2019. Lanczos from a random start gives nodes (Ritz values) and weights
 * (squared first components) of the start's spectral measure; the mean over starts estimates the density. Without the weights the
 * picture would be of the method, not of the matrix. Rules E4–E5 in docs/SPEC.md.
 */
import { createRandom } from '#lib/random.ts';
import { lanczos } from './lanczos.ts';
import type { ProductMethod } from './productMethod.ts';

/** Weights at places on the line; they sum to 1. */
export type Measure = { readonly nodes: readonly number[]; readonly weights: readonly number[] };

export type SpectralDensityOptions = {
  readonly size: number;
  /** Lanczos steps from each start; DENSITY_STEPS where absent. */
  readonly steps?: number | undefined;
  /** One measure each: vectors, or the seed of random signs (±1) and how many, DENSITY_STARTS where absent. */
  readonly starts: readonly Float64Array[] | { readonly count?: number | undefined; readonly seed: number };
};

/** PyHessian takes 100 steps from one start; several starts show how far they differ. */
export const DENSITY_STEPS = 100;
export const DENSITY_STARTS = 5;

/** One measure per start. Stopped early, those that are complete. @throws when stopped before the first is */
export function* spectralMeasures({ size, steps = DENSITY_STEPS, starts }: SpectralDensityOptions): ProductMethod<readonly Measure[], readonly Measure[]> {
  const vectors = 'seed' in starts ? null : starts;
  const count = 'seed' in starts ? (starts.count ?? DENSITY_STARTS) : starts.length;
  const each = Math.min(steps, size);
  const random = createRandom('seed' in starts ? starts.seed : 0);
  const measures: Measure[] = [];
  for (let index = 0; index < count; index++) {
    const start = vectors?.[index] ?? randomSigns(size, random);
    const method = lanczos({ size, steps, start });
    let step = method.next();
    while (!step.done) {
      const product = yield { vector: step.value.vector, done: index * each + step.value.done, of: count * each, estimate: () => (measures.length > 0 ? measures : null) };
      if (!product) {
        if (measures.length === 0) throw new Error('the spectral density was stopped before its first start was done');
        return measures;
      }
      step = method.next(product);
    }
    measures.push({ nodes: step.value.values, weights: step.value.weights });
  }
  return measures;
}

/** Entries ±1 with equal chance (Rademacher). */
export const randomSigns = (size: number, random: { readonly uniform: () => number }): Float64Array =>
  Float64Array.from({ length: size }, () => (random.uniform() < 0.5 ? -1 : 1));

/** Σ wⱼ·λⱼ^order; for order 1 the start's own vᵀ·A·v. */
export const momentOf = ({ nodes, weights }: Measure, order: number): number => nodes.reduce((sum, node, index) => sum + weights[index]! * node ** order, 0);

export type DensityCurve = { readonly at: Float64Array; readonly density: Float64Array; readonly variance: number };

export type SmoothingOptions = {
  /** Places across the range. */
  readonly bins?: number | undefined;
  /** The variance of the Gaussian is this times the range, but at least times 1. */
  readonly sigmaSquared?: number | undefined;
  /** Added to the range at both ends; 1 % of it where absent. */
  readonly margin?: number | undefined;
};

export const DENSITY_BINS = 10_000;
export const DENSITY_SIGMA_SQUARED = 1e-5;

/** The measures' mean as a curve: a Gaussian on every node; its sum times the spacing is 1. The range is of the mean extreme nodes. */
export function smoothedDensity(measures: readonly Measure[], { bins = DENSITY_BINS, sigmaSquared = DENSITY_SIGMA_SQUARED, margin }: SmoothingOptions = {}): DensityCurve {
  if (measures.length === 0) throw new Error('no measures, so no density');
  const meanOf = (pick: (measure: Measure) => number): number => measures.reduce((sum, measure) => sum + pick(measure), 0) / measures.length;
  const [least, most] = [meanOf(({ nodes }) => Math.min(...nodes)), meanOf(({ nodes }) => Math.max(...nodes))];
  // A matrix with one eigenvalue has no range; a picture needs one.
  const wide = margin ?? 0.01 * (most - least || Math.abs(most) || 1);
  const [low, high] = [least - wide, most + wide];
  const variance = sigmaSquared * Math.max(1, high - low);
  const spacing = (high - low) / (bins - 1);
  const at = Float64Array.from({ length: bins }, (_, bin) => (bin === bins - 1 ? high : low + bin * spacing));
  const density = new Float64Array(bins);
  const reach = Math.ceil((40 * Math.sqrt(variance)) / spacing);
  for (const { nodes, weights } of measures) {
    for (const [index, node] of nodes.entries()) {
      const nearest = Math.round((node - low) / spacing);
      // Beyond 40 standard deviations a double has no more of the Gaussian.
      for (let bin = Math.max(0, nearest - reach); bin <= Math.min(bins - 1, nearest + reach); bin++) {
        density[bin]! += weights[index]! * Math.exp(-((at[bin]! - node) ** 2) / (2 * variance));
      }
    }
  }
  const sum = density.reduce((total, value) => total + value, 0) * spacing;
  return { at, density: density.map((value) => value / sum), variance };
}
