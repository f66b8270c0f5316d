/**
 * What is lost when a matrix is kept only to rank k: from its singular values alone, by Eckart, Young and Mirsky.
 *
 * ‖A − A_k‖_F = √Σ_{i>k} σᵢ², ‖A − A_k‖₂ = σ_{k+1}; no matrix of rank k is nearer. Rule R4 in docs/SPEC.md.
 */
export type RankError = {
  readonly rank: number;
  readonly frobenius: number;
  /** As a share of ‖A‖_F; 0 for a matrix of zeros. */
  readonly relative: number;
  readonly spectral: number;
  readonly meanSquare: number;
  /** Share of Σσ² that is kept. */
  readonly energy: number;
  /** Numbers to be stored: k·(rows + columns + 1), against rows·columns. */
  readonly stored: number;
};

/** One for each rank from 1. @param singularValues descending */
export function rankErrors(singularValues: readonly number[], rows: number, columns: number): readonly RankError[] {
  // From the smallest up, so that small ones are not lost in a large sum.
  const tails = new Float64Array(singularValues.length + 1);
  for (let index = singularValues.length - 1; index >= 0; index--) tails[index] = tails[index + 1]! + singularValues[index]! ** 2;
  const total = tails[0]!;
  return singularValues.map((_, index) => {
    const rank = index + 1;
    const lost = tails[rank]!;
    return {
      rank,
      frobenius: Math.sqrt(lost),
      relative: total === 0 ? 0 : Math.sqrt(lost / total),
      spectral: singularValues[rank] ?? 0,
      meanSquare: lost / (rows * columns),
      energy: total === 0 ? 1 : 1 - lost / total,
      stored: rank * (rows + columns + 1),
    };
  });
}
