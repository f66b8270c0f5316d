/**
 * Whether a mode means anything for a network and its samples, in words beside the field. Rule M1 in docs/SPEC.md.
 *
 * It knows no slices: whether one leads to a checkpoint is told to it.
 */
import type { Problem } from '#lib/parsed.ts';
import { lower, mostAlive } from './lowered.ts';
import type { BatchNormMode, Mode } from './mode.ts';
import { allSteps } from './program.ts';
import type { SetName, SubjectManifest } from './subject.ts';

/** Doubles that the activations of one whole batch may fill where it is normalised by itself: 1 GiB. */
const MAX_BATCH_DOUBLES = 2 ** 27;

/** The problems of the field `mode` of a recipe. */
export function modeProblems(
  { batchNorm, dropout }: Mode,
  use: { readonly manifest: SubjectManifest; readonly samples: readonly { readonly set: SetName; readonly count: number }[]; readonly hasCheckpointAxis: boolean },
): readonly Problem[] {
  const { manifest } = use;
  const steps = allSteps(manifest.network.program);
  const problems: Problem[] = [];
  const say = (path: string, message: string) => problems.push({ path, message });

  if (batchNorm !== 'frozen') {
    if (!steps.some(({ op }) => op === 'batchnorm')) say('mode.batchNorm', `${manifest.title} has no batch norm: choose frozen`);
    else if (batchNorm === 'interpolated') {
      if (!use.hasCheckpointAxis) say('mode.batchNorm', 'statistics can move only towards a checkpoint: choose frozen, or an axis that leads to one');
    } else for (const problem of batchProblems(batchNorm, use)) problems.push(problem);
  }
  if (dropout !== 'off' && !steps.some((step) => step.op === 'dropout' && step.p > 0)) say('mode.dropout', `${manifest.title} has no dropout: choose off`);
  return problems;
}

function batchProblems(mode: Exclude<BatchNormMode, string>, { manifest, samples }: Parameters<typeof modeProblems>[1]): readonly Problem[] {
  const problems: Problem[] = [];
  const available = manifest.dataset.samples.train;
  if (mode.policy === 'recomputed' && mode.samples > available) {
    problems.push({ path: 'mode.batchNorm.samples', message: available < 2 ? 'there are no train samples to measure statistics on: choose frozen' : `choose between 2 and ${available} train samples` });
  }
  if (mode.policy === 'batch') {
    for (const [index, { count }] of samples.entries()) {
      if (count === 1) problems.push({ path: `samples.${index}.count`, message: 'one sample alone has no statistics: choose 2 or more, or another batch-norm mode' });
    }
  }
  const most = mode.policy === 'recomputed' ? mode.samples : Math.max(...samples.map(({ count }) => count));
  const fitting = Math.floor(MAX_BATCH_DOUBLES / mostAlive(lower(manifest.network)));
  if (Math.min(mode.batch, most) > fitting) {
    problems.push({ path: 'mode.batchNorm.batch', message: `a batch of this network's activations would fill more than 1 GiB: choose at most ${fitting}` });
  }
  return problems;
}
