/**
 * The true loss of every checkpoint of a network, beside which the loss of its projection on a slice can be judged.
 *
 * One unit per checkpoint, in the manifest's order. Each is evaluated with its own batch-norm statistics, unless the mode takes
 * them from samples.
 */
import * as z from 'zod/mini';
import type { LossName } from '#lib/network/loss.ts';
import { modeSchema, type Mode } from '#lib/network/mode.ts';
import { modeProblems } from '#lib/network/modeProblems.ts';
import type { SampleChoice } from '#lib/slice/recipe.ts';
import { lossChoice, lossProblems, sampleProblems, setChoice } from './evaluation.ts';
import { jsonNumber, type JsonNumber } from './jsonNumber.ts';
import type { AnalysisKind } from './kind.ts';

export type CheckpointLossesRequest = {
  readonly kind: 'checkpointLosses';
  readonly format: 1;
  readonly subject: string;
  readonly samples: readonly SampleChoice[];
  readonly loss: LossName;
  readonly mode: Mode;
};

/** Per set, in the request's order: the mean loss, and how many answers are right. */
export type CheckpointLosses = { readonly sets: readonly { readonly loss: JsonNumber; readonly correct: number }[] };

export const checkpointLosses: AnalysisKind<CheckpointLossesRequest, CheckpointLosses> = {
  title: 'True loss of every checkpoint',
  request: z.strictObject({
    kind: z.literal('checkpointLosses'),
    format: z.literal(1),
    subject: z.string(),
    samples: z.array(setChoice).check(z.minLength(1, 'choose train or test samples'), z.maxLength(2)),
    loss: lossChoice,
    mode: modeSchema,
  }),
  unit: z.strictObject({ sets: z.array(z.strictObject({ loss: jsonNumber, correct: z.int().check(z.nonnegative()) })).check(z.minLength(1), z.maxLength(2)) }),
  problemsOf: ({ samples, loss, mode }, manifest) => [
    ...sampleProblems(samples, manifest),
    ...lossProblems(loss, manifest),
    // At a checkpoint itself, statistics that move with the weights are its own.
    ...modeProblems(mode, { manifest, samples, hasCheckpointAxis: true }),
  ],
  units: (_request, manifest) => manifest.checkpoints.length,
  passes: ({ samples, mode: { batchNorm } }) =>
    samples.reduce((sum, { count }) => sum + count, 0) + (typeof batchNorm === 'object' && batchNorm.policy === 'recomputed' ? batchNorm.samples : 0),
  runsOn: () => 'processor',
  inputsOf: () => [],
  keepsFiles: false,
  filesOf: () => [],
};
