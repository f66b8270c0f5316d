/**
 * What stands in the form about the mode of a slice: batch norm and dropout, as text while it is typed.
 *
 * It knows which choices there are, and what each means in one sentence; whether one fits is said by the recipe's problems.
 */
import type { Problem } from '#lib/parsed.ts';
import { MAX_BATCH, type BatchNormMode, type Mode } from '#lib/network/mode.ts';
import { modeLayersOf } from '#lib/network/modeWords.ts';
import type { SubjectManifest } from '#lib/network/subject.ts';

export const STATISTICS = ['frozen', 'interpolated', 'recomputed', 'batch'] as const;
export type Statistics = (typeof STATISTICS)[number];

export const STATISTICS_TITLES: Readonly<Record<Statistics, string>> = {
  frozen: 'Frozen at the centre',
  interpolated: 'Moving with the weights',
  recomputed: 'Recomputed at every point',
  batch: 'Of each batch, as in training',
};

export const STATISTICS_WORDS: Readonly<Record<Statistics, string>> = {
  frozen: 'Means and variances stored with the centre are used at every point.',
  interpolated: 'Stored means and variances move along with the weights, from one checkpoint to the next.',
  recomputed: 'Means and variances are measured anew at every point. Slower, and what makes a path between two networks fair.',
  batch: 'Each batch is normalised by its own mean and variance, so a loss depends on which samples share a batch.',
};

export const DROPOUT_WORDS = {
  off: 'Every unit takes part, as networks are usually evaluated.',
  on: 'One random mask, the same at every point: otherwise the picture would be one of the noise.',
} as const;

export type ModeDraft = {
  readonly statistics: Statistics;
  /** Training samples that statistics are recomputed from. */
  readonly samples: string;
  readonly batch: string;
  readonly dropout: 'off' | 'on';
  readonly dropoutSeed: string;
};

const USUAL_BATCH = 128;
const USUAL_SAMPLES = 512;

export const modeDraftFor = ({ dataset }: SubjectManifest): ModeDraft => ({
  statistics: 'frozen',
  samples: String(Math.min(USUAL_SAMPLES, dataset.samples.train)),
  batch: String(USUAL_BATCH),
  dropout: 'off',
  dropoutSeed: '1',
});

/** Statistics can move only towards a checkpoint. */
export const statisticsFor = (isTowards: boolean): readonly Statistics[] => STATISTICS.filter((each) => isTowards || each !== 'interpolated');

/** The mode as far as it can be read; what cannot is told to `unread`. A layer that the network does not have is left as usual. */
export function modeOf(draft: ModeDraft, { network }: SubjectManifest, whole: (text: string, path: string) => number, unread: (problem: Problem) => void): Mode {
  const { hasBatchNorm, dropout } = modeLayersOf(network);
  return {
    batchNorm: hasBatchNorm ? statisticsOf(draft) : 'frozen',
    dropout: dropout.length > 0 && draft.dropout === 'on' ? { seed: within(draft.dropoutSeed, 'mode.dropout.seed', 0, 0xffffffff) } : 'off',
  };

  function statisticsOf({ statistics, samples, batch }: ModeDraft): BatchNormMode {
    if (statistics === 'frozen' || statistics === 'interpolated') return statistics;
    const size = within(batch, 'mode.batchNorm.batch', 2, MAX_BATCH);
    if (statistics === 'batch') return { policy: 'batch', batch: size };
    return { policy: 'recomputed', samples: within(samples, 'mode.batchNorm.samples', 2, Infinity), batch: size };
  }

  function within(text: string, path: string, least: number, most: number): number {
    const value = whole(text, path);
    if (value < least) unread({ path, message: `must be ${least} or more` });
    else if (value > most) unread({ path, message: `must be at most ${most.toLocaleString('en-GB')}` });
    return value;
  }
}
