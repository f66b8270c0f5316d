/** Which checkpoints an embedding is made of: those of the training run, in order, or all that a network has. */
import * as z from 'zod/mini';
import type { Problem } from '#lib/parsed.ts';
import type { SubjectManifest } from '#lib/network/subject.ts';

export const CHECKPOINT_CHOICES = ['trajectory', 'all'] as const;
export type CheckpointChoice = (typeof CHECKPOINT_CHOICES)[number];

export const checkpointChoice: z.ZodMiniType<CheckpointChoice> = z.enum(CHECKPOINT_CHOICES);

/** Rows of the manifest's checkpoints. */
export const rowsOf = (choice: CheckpointChoice, { checkpoints, trajectory }: SubjectManifest): readonly number[] =>
  choice === 'all' ? checkpoints.map((_, row) => row) : trajectory.map((id) => checkpoints.findIndex((each) => each.id === id));

export function choiceProblems(choice: CheckpointChoice, manifest: SubjectManifest, least: number): readonly Problem[] {
  const count = rowsOf(choice, manifest).length;
  return count >= least ? [] : [{ path: 'of', message: `${manifest.title} has ${count} such checkpoints, ${least} are needed` }];
}
