/**
 * The axes along which checkpoints spread out, as directions of a slice.
 *
 * `components` (Li et al. 2018, section 7): the leading right singular vectors of the rows θᵢ − θₙ, of unit length, so that a coordinate is
 * a distance in parameter space. The paper does not centre the rows and its code does: which of the two is declared. Filters are not
 * normalised: distances along these axes are Euclidean.
 *
 * `informed` (Ding et al. 2023): the same of a window of the path around its middle w_c, each axis ‖w_c‖ long, to be looked at over [−1, 1].
 */
import { KnownError } from '#lib/knownError.ts';
import { normOf } from '#lib/slice/vectors.ts';
import { principalComponents } from './pca.ts';

export const PRINCIPAL_METHODS = ['components', 'informed'] as const;
export type PrincipalMethod = (typeof PRINCIPAL_METHODS)[number];

export type PrincipalAxes = {
  /** As long as θ, most important first. */
  readonly axes: readonly Float32Array[];
  /** Share of the total variance of each axis; of the sum of squares where the rows are not centred. */
  readonly explained: readonly number[];
  readonly singularValues: readonly number[];
};

export type PrincipalOptions = {
  readonly method: PrincipalMethod;
  /** 2 or 3. */
  readonly count: number;
  readonly isCentred: boolean;
};

/**
 * @param rows θ of the checkpoints
 * @param origin what their differences are taken to: θₙ, or the middle of a window
 * @throws KnownError `few-rows` where they do not span as many axes
 */
export function principalAxes(rows: readonly Float32Array[], origin: Float32Array, { method, count, isCentred }: PrincipalOptions): PrincipalAxes {
  const differences = rows.map((row) => Float64Array.from(row, (value, index) => value - origin[index]!)).filter((row) => isCentred || row.some((value) => value !== 0));
  const { axes, explained, singularValues } = principalComponents(differences, count, isCentred);
  if (axes.length < count) throw new KnownError('few-rows', `these ${rows.length} checkpoints span ${axes.length} ${axes.length === 1 ? 'axis' : 'axes'}, ${count} are wanted: choose more of them`);
  const length = method === 'informed' ? normOf(origin) : 1;
  return { axes: axes.map((axis) => Float32Array.from(axis, (value) => value * length)), explained: explained.slice(0, count), singularValues };
}
