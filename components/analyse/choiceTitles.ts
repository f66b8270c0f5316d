/** How the checkpoints of an embedding are called. */
import type { CheckpointChoice } from '#lib/analysis/requests/checkpointChoice.ts';

export const CHOICE_TITLES: Readonly<Record<CheckpointChoice, string>> = { trajectory: 'Those of the training run', all: 'All of this network' };
