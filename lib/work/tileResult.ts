/**
 * What was measured at the points of one tile: sums, so that results over different samples can be added up.
 *
 * The status stands apart from the value: a loss that is not finite is a finding, not a gap.
 */
import type { SetName } from '#lib/network/subject.ts';

export const STATUS = { unmeasured: 0, finite: 1, notANumber: 2, plusInfinity: 3, minusInfinity: 4 } as const;
export type Status = (typeof STATUS)[keyof typeof STATUS];

/** Both ends of the Hessian's spectrum at every point, where the slice asks for them: NaN where a derivative is not finite. */
export type PointCurvature = {
  readonly min: Float64Array;
  readonly max: Float64Array;
  /** An eigenvalue lies within this distance of each. */
  readonly minError: Float64Array;
  readonly maxError: Float64Array;
  /** Products with the Hessian that it took. */
  readonly products: Uint32Array;
};

/** What was found over one set of samples at every point of a tile, in the order of `pointsOf`. */
export type SetSums = {
  readonly set: SetName;
  readonly samples: number;
  readonly lossSum: Float64Array;
  readonly correct: Uint32Array;
  readonly curvature?: PointCurvature | undefined;
};

export type TileResult = { readonly points: number; readonly sets: readonly SetSums[] };

export function statusOf(loss: number): Status {
  if (Number.isNaN(loss)) return STATUS.notANumber;
  if (loss === Infinity) return STATUS.plusInfinity;
  if (loss === -Infinity) return STATUS.minusInfinity;
  return STATUS.finite;
}

/** Adds two results for the same points over different samples. Rule T4. */
export function addResults(one: TileResult, other: TileResult): TileResult {
  if (one.points !== other.points || one.sets.length !== other.sets.length) throw new Error('results of different tiles cannot be added');
  return {
    points: one.points,
    sets: one.sets.map((sums, index) => {
      const more = other.sets[index]!;
      if (sums.curvature || more.curvature) throw new Error('eigenvalues over different samples cannot be added');
      if (more.set !== sums.set) throw new Error(`cannot add sums over ${more.set} to sums over ${sums.set}`);
      return {
        set: sums.set,
        samples: sums.samples + more.samples,
        lossSum: sums.lossSum.map((value, point) => value + more.lossSum[point]!),
        correct: sums.correct.map((value, point) => value + more.correct[point]!),
      };
    }),
  };
}
