/** The true losses of a network's checkpoints, as far as this session has them, by checkpoint. Pure. */
import type { AnalysisView } from '#client/analysisTypes.ts';
import type { CheckpointLosses, CheckpointLossesRequest } from '#lib/analysis/requests/checkpointLosses.ts';
import { fromJsonNumber } from '#lib/analysis/requests/jsonNumber.ts';
import { canonicalJson } from '#lib/digest.ts';
import type { SetName, SubjectManifest } from '#lib/network/subject.ts';
import type { SliceRecipe } from '#lib/slice/recipe.ts';

/** What is asked for about one network: over the samples, with the loss and in the mode of a slice. */
export const lossesRequest = ({ samples, loss, mode }: SliceRecipe, subject: string): CheckpointLossesRequest => ({ kind: 'checkpointLosses', format: 1, subject, samples, loss, mode });

/** Null for what is not computed. */
export function trueLossesOf(views: readonly AnalysisView[], request: CheckpointLossesRequest, set: SetName, { checkpoints }: Pick<SubjectManifest, 'checkpoints'>): (checkpoint: string) => number | null {
  const text = canonicalJson(request);
  const units = views.find(({ record }) => canonicalJson(record.request) === text)?.units ?? [];
  const position = request.samples.findIndex((each) => each.set === set);
  return (checkpoint) => {
    const unit = checkpoints.findIndex(({ id }) => id === checkpoint);
    const found = units.find((each) => each.unit === unit)?.result as CheckpointLosses | undefined;
    return found?.sets[position] ? fromJsonNumber(found.sets[position].loss) : null;
  };
}
