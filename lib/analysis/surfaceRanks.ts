/** A surface as a sum of products f(α)·g(β): how few of them come near it, by the singular values of its grid of losses. Rule O15 in docs/SPEC.md. */
import { Matrix } from 'ml-matrix';
import { KnownError } from '#lib/knownError.ts';
import { directSvd } from './directSvd.ts';
import { rankErrors, type RankError } from './rankErrors.ts';
import type { SampledSurface } from './sampledSurface.ts';
import { rankApproximation } from './svdWalk.ts';

export type SurfaceRanks = {
  readonly singularValues: readonly number[];
  readonly errors: readonly RankError[];
  /** The nearest surface of a rank from 0 to all. */
  readonly surface: (rank: number) => SampledSurface;
};

/** @throws KnownError `not-finite` where a loss is not known or not finite: a sum of products has no holes */
export function surfaceRanks(surface: SampledSurface): SurfaceRanks {
  const { columns, rows, values } = surface;
  const holes = Array.from(values).filter((value) => !Number.isFinite(value)).length;
  if (holes > 0) throw new KnownError('not-finite', `${holes} of ${values.length} losses are not known or not finite, so the surface cannot be taken apart: choose a smaller range, or wait until it is complete`);
  const matrix = Matrix.from1DArray(rows, columns, Array.from(values));
  const parts = directSvd(matrix);
  return {
    singularValues: parts.singularValues,
    errors: rankErrors(parts.singularValues, rows, columns),
    surface: (rank) => ({ ...surface, values: Float64Array.from(rankApproximation(parts, rank).to1DArray()) }),
  };
}
