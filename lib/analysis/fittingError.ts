/**
 * How far the losses that a slice shows at the projections of checkpoints are from the checkpoints' own: the mean of ln(L/L̃)², the
 * fitting error of Ding, Li and Huang 2023. Rule R10 in docs/SPEC.md.
 */
import { KnownError } from '#lib/knownError.ts';

/** @param own losses of the checkpoints @param shown losses of the slice at their projections @throws KnownError `no-logarithm` where one is not above zero */
export function fittingError(own: readonly number[], shown: readonly number[]): number {
  if (own.length !== shown.length || own.length === 0) throw new Error(`${own.length} losses of checkpoints and ${shown.length} of the slice`);
  return (
    own.reduce((sum, loss, index) => {
      const ratio = loss / shown[index]!;
      if (!(loss > 0 && ratio > 0 && Number.isFinite(ratio))) {
        throw new KnownError('no-logarithm', `losses of ${loss} and ${shown[index]} cannot be compared by the logarithm of their ratio: both have to be above zero and finite`);
      }
      return sum + Math.log(ratio) ** 2;
    }, 0) / own.length
  );
}
