/**
 * Ritz values and weights as PyHessian finds them: every vector is divided by its length plus 1e-6, so none is quite a unit vector.
 *
 * Its values come out low by a few parts in 10⁵ where the next vector is short. This is for comparing like with like in a reference
 * case; lib/analysis/lanczos.ts, which has no such term, is compared with the exact eigenvalues and moments.
 */
import type { MultiplyLater } from '#lib/analysis/productMethod.ts';
import type { Measure } from '#lib/analysis/spectralDensity.ts';
import { tridiagonalEigen } from '#lib/analysis/tridiagonal.ts';
import { dot, normOf } from '#lib/slice/vectors.ts';

const ADDED = 1e-6;

const shortened = (vector: Float64Array): Float64Array => {
  const length = normOf(vector) + ADDED;
  return vector.map((value) => value / length);
};

/** @throws when the space closes before all steps are taken, which the peer answers with a random vector */
export async function peerMeasure(multiply: MultiplyLater, start: Float64Array, steps: number): Promise<Measure> {
  const basis = [shortened(start)];
  const [diagonal, off]: [number[], number[]] = [[], []];
  while (true) {
    const vector = basis.at(-1)!;
    const next = await multiply(vector);
    const along = dot(next, vector);
    const [before, share] = [basis.at(-2), off.at(-1)];
    for (let index = 0; index < next.length; index++) next[index]! -= along * vector[index]! + (before ? share! * before[index]! : 0);
    diagonal.push(along);
    if (diagonal.length === steps) break;
    const length = normOf(next);
    if (length === 0) throw new Error(`the peer's start spans only ${diagonal.length} dimensions`);
    off.push(length);
    for (const other of basis) {
      const part = dot(next, other);
      for (let index = 0; index < next.length; index++) next[index]! -= part * other[index]!;
    }
    basis.push(shortened(next));
  }
  const { values, component } = tridiagonalEigen(diagonal, off);
  return { nodes: values, weights: values.map((_, index) => component(0, index) ** 2) };
}
