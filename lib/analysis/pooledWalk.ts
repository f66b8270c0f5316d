/**
 * What explained variance random walks have that begin where some training runs began, to be shown beside that of the runs together.
 *
 * Runs from different first weights lie apart from the start, and a few axes show that alone. So the walks keep the starts of the runs and
 * the length of each of their steps, and only where the steps lead is chance: in many dimensions such steps are at right angles to each
 * other and to all else, and the products of the points are
 *
 *     (x_ri − o)·(x_sj − o) = (x_r0 − o)·(x_s0 − o) + [r = s]·Σ_{k ≤ min(i, j)} ‖Δ_rk‖²
 *
 * whose eigenvalues, seen from the mean or from one of the points, are the variances. For one run with steps of one length it is the share
 * of randomWalk.ts. Rule R15 in docs/SPEC.md.
 */
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { dot } from '#lib/slice/vectors.ts';
import type { WalkOrigin } from './randomWalk.ts';

type Path = readonly (Float32Array | Float64Array)[];

/**
 * Shares of the first `count` components, as the number of dimensions grows beyond that of the points.
 *
 * @param paths θ along each run, from its start
 * @param origin the mean of all points, or one of them, counted through the paths
 * @throws unless there are two points or more, and the origin is one of them
 */
export function pooledWalkShares(paths: readonly Path[], count: number, origin: WalkOrigin): readonly number[] {
  const places = paths.flatMap((path, run) => path.map((_, step) => ({ run, step })));
  if (places.length < 2) throw new Error(`${places.length} points are no walk`);
  if (origin !== 'mean' && !places[origin]) throw new Error(`walks of ${places.length} points have no point ${origin}`);
  const starts = paths.map((path) => difference(path[0]!, paths[0]![0]!));
  const between = starts.map((one) => starts.map((other) => dot(one, other)));
  const walked = paths.map(squaresWalked);
  const product = (one: number, other: number): number => {
    const [a, b] = [places[one]!, places[other]!];
    return between[a.run]![b.run]! + (a.run === b.run ? walked[a.run]![Math.min(a.step, b.step)]! : 0);
  };
  const size = places.length;
  const products = Array.from({ length: size }, (_, one) => Array.from({ length: size }, (_each, other) => product(one, other)));
  const values = new EigenvalueDecomposition(new Matrix(origin === 'mean' ? fromMean(products) : fromPoint(products, origin)), { assumeSymmetric: true }).realEigenvalues;
  const total = values.reduce((sum, value) => sum + value, 0);
  return values.toSorted((one, other) => other - one).slice(0, count).map((value) => (total === 0 ? 0 : Math.max(0, value) / total));
}

/** What the best `axes` axes of such walks show of them: all of it where there are no more dimensions than axes. */
export const pooledWalkShare = (paths: readonly Path[], dimensions: number, axes: number, origin: WalkOrigin): number =>
  axes >= dimensions ? 1 : pooledWalkShares(paths, axes, origin).reduce((sum, share) => sum + share, 0);

/** Σ‖Δ‖² up to each point of a path. */
function squaresWalked(path: Path): readonly number[] {
  let sum = 0;
  return path.map((point, step) => {
    if (step > 0) {
      const move = difference(point, path[step - 1]!);
      sum += dot(move, move);
    }
    return sum;
  });
}

const difference = (one: Path[number], other: Path[number]): Float64Array => Float64Array.from(one, (value, index) => value - other[index]!);

function fromMean(products: readonly (readonly number[])[]): number[][] {
  const means = products.map((row) => row.reduce((sum, value) => sum + value, 0) / row.length);
  const all = means.reduce((sum, value) => sum + value, 0) / means.length;
  return products.map((row, one) => row.map((value, other) => value - means[one]! - means[other]! + all));
}

const fromPoint = (products: readonly (readonly number[])[], origin: number): number[][] =>
  products.map((row, one) => row.map((value, other) => value - products[one]![origin]! - products[origin]![other]! + products[origin]![origin]!));
