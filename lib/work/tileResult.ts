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
  /** Σℓ² over the samples, from which the standard error follows; absent where it is not kept. */
  readonly lossSquares?: Float64Array | undefined;
  readonly correct: Uint32Array;
  readonly curvature?: PointCurvature | undefined;
};

/** Sums while they are added up. */
export type LossSums = { readonly lossSum: Float64Array; readonly lossSquares: Float64Array; readonly correct: Uint32Array };

export const emptySums = (points: number): LossSums => ({ lossSum: new Float64Array(points), lossSquares: new Float64Array(points), correct: new Uint32Array(points) });

export type TileResult = { readonly points: number; readonly sets: readonly SetSums[] };

export function statusOf(loss: number): Status {
  if (Number.isNaN(loss)) return STATUS.notANumber;
  if (loss === Infinity) return STATUS.plusInfinity;
  if (loss === -Infinity) return STATUS.minusInfinity;
  return STATUS.finite;
}

/** Whether two results are the same numbers, bit for bit but for kinds of NaN. */
export const isSame = (one: TileResult, other: TileResult): boolean =>
  one.points === other.points &&
  one.sets.length === other.sets.length &&
  one.sets.every((sums, index) => {
    const { set, samples, lossSum, lossSquares, correct } = other.sets[index]!;
    const same = (these: ArrayLike<number> | undefined, those: ArrayLike<number> | undefined): boolean => !these || !those || Array.prototype.every.call(these, (value, at) => Object.is(value, those[at]));
    return sums.set === set && sums.samples === samples && same(sums.lossSum, lossSum) && same(sums.lossSquares, lossSquares) && same(sums.correct, correct);
  });

/** The same without squares: for slices whose samples are all in one shard, whose bytes do not hold them. */
export const withoutSquares = ({ points, sets }: TileResult): TileResult => ({
  points,
  sets: sets.map(({ set, samples, lossSum, correct, curvature }) => ({ set, samples, lossSum, correct, ...(curvature && { curvature }) })),
});

/** Adds a result for the same points over other samples; a set that it has no samples of stays as it is. Rule T4. */
export function addResults(one: TileResult, other: TileResult): TileResult {
  if (one.points !== other.points) throw new Error('results of different tiles cannot be added');
  const unknown = other.sets.find(({ set }) => !one.sets.some((sums) => sums.set === set));
  if (unknown) throw new Error(`cannot add sums over ${unknown.set} to sums over ${one.sets.map(({ set }) => set).join(' and ')}`);
  return {
    points: one.points,
    sets: one.sets.map((sums) => {
      const more = other.sets.find(({ set }) => set === sums.set);
      if (!more) return sums;
      if (sums.curvature || more.curvature) throw new Error('eigenvalues over different samples cannot be added');
      const squares = sums.lossSquares && more.lossSquares;
      return {
        set: sums.set,
        samples: sums.samples + more.samples,
        lossSum: sums.lossSum.map((value, point) => value + more.lossSum[point]!),
        ...(squares && { lossSquares: sums.lossSquares.map((value, point) => value + squares[point]!) }),
        correct: sums.correct.map((value, point) => value + more.correct[point]!),
      };
    }),
  };
}
