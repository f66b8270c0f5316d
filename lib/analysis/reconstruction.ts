/**
 * How much of some vectors is lost when they are put back together from a few numbers each.
 *
 * For principal components the relative error is √(1 − explained share); an auto-encoder is measured by the same numbers beside it.
 * Rule R2 in docs/SPEC.md.
 */
import type { Components } from './pca.ts';

type Rows = readonly ArrayLike<number>[];

export type ReconstructionError = {
  /** Mean over all numbers of the squared difference. */
  readonly meanSquare: number;
  /** √ of the sum of all squared differences. */
  readonly frobenius: number;
  /** That, over the same for the rows less their mean row: 0 is perfect, 1 is no better than the mean. NaN where all rows are equal. */
  readonly relative: number;
};

export function reconstructionError(rows: Rows, rebuilt: Rows): ReconstructionError {
  const length = rows[0]?.length ?? 0;
  if (rebuilt.length !== rows.length || rebuilt.some((row) => row.length !== length)) throw new Error('what was put back together has another shape than the rows');
  const mean = new Float64Array(length);
  for (const row of rows) for (let index = 0; index < length; index++) mean[index]! += row[index]! / rows.length;
  let [squares, spread] = [0, 0];
  for (const [at, row] of rows.entries()) {
    for (let index = 0; index < length; index++) {
      squares += (row[index]! - rebuilt[at]![index]!) ** 2;
      spread += (row[index]! - mean[index]!) ** 2;
    }
  }
  return { meanSquare: squares / (rows.length * length), frobenius: Math.sqrt(squares), relative: Math.sqrt(squares / spread) };
}

/** The rows again from their scores on the first `count` axes. */
export const rebuiltFrom = (components: Components, count: number): readonly Float64Array[] => components.scores.map((row) => pointFrom(components, row.slice(0, count)));

/** The vector that scores on the axes stand for: the mean, and as much of each axis as there are scores. */
export function pointFrom({ axes, mean }: Pick<Components, 'axes' | 'mean'>, scores: ArrayLike<number>): Float64Array {
  const sum = mean.slice();
  for (let rank = 0; rank < scores.length; rank++) {
    const axis = axes[rank]!;
    for (let index = 0; index < sum.length; index++) sum[index]! += scores[rank]! * axis[index]!;
  }
  return sum;
}
