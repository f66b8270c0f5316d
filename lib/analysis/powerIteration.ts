/**
 * Power iteration with deflation: the eigenvalues of largest magnitude, one after the other, with their signs.
 *
 * As PyHessian does it (Yao et al. 2020), but for its 1e-6 added to every norm. Slower than lanczos.ts and kept as the second
 * opinion; eigenvalues of equal magnitude and opposite sign do not converge, which `isConverged` says. Rule E6 in docs/SPEC.md.
 */
import { createRandom } from '#lib/random.ts';
import { dot, normOf } from '#lib/slice/vectors.ts';
import { orthogonalise } from './lanczos.ts';
import type { ProductMethod } from './productMethod.ts';

export type PowerOptions = {
  readonly size: number;
  /** How many eigenvalues. */
  readonly count: number;
  readonly seed: number;
  /** Most products for each; 100 where absent. */
  readonly iterations?: number | undefined;
  /** Converged once an eigenvalue changes by less than this share; 1e-3 where absent. */
  readonly tolerance?: number | undefined;
};

export type Eigenpair = {
  /** The Rayleigh quotient, which has a sign. */
  readonly value: number;
  readonly vector: Float64Array;
  readonly products: number;
  readonly isConverged: boolean;
};

/** Stopped early, the pairs found by then, the last of them not converged. */
export function* powerIteration({ size, count, seed, iterations = 100, tolerance = 1e-3 }: PowerOptions): ProductMethod<readonly Eigenpair[], readonly Eigenpair[]> {
  const random = createRandom(seed);
  const pairs: Eigenpair[] = [];
  const of = Math.min(count, size) * iterations;
  while (pairs.length < Math.min(count, size)) {
    const found = pairs.map(({ vector }) => vector);
    let vector = Float64Array.from({ length: size }, () => random.normal());
    let value = Number.NaN;
    let isConverged = false;
    let products = 0;
    while (products < iterations && !isConverged) {
      orthogonalise(vector, found);
      const length = normOf(vector);
      // Nothing is left beside what was found: the rest of the matrix is zero.
      if (length === 0) return pairs;
      vector = vector.map((entry) => entry / length);
      const product = yield { vector, done: pairs.length * iterations + products, of, estimate: () => (pairs.length > 0 ? pairs : null) };
      if (!product) return Number.isNaN(value) ? pairs : [...pairs, { value, vector, products, isConverged: false }];
      products++;
      const next = dot(product, vector);
      isConverged = next === value || Math.abs(next - value) < tolerance * Math.abs(value);
      value = next;
      if (!isConverged) vector = Float64Array.from(product);
    }
    const length = normOf(vector);
    pairs.push({ value, vector: length > 0 ? vector.map((entry) => entry / length) : vector, products, isConverged });
  }
  return pairs;
}
