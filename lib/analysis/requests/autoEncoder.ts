/**
 * An auto-encoder of checkpoints: where each stands in its picture, what is lost on the way, and the surface that it decodes.
 *
 * One unit: the surface belongs to the encoder that was trained. At every place of the grid the loss is that of the decoded parameters.
 */
import * as z from 'zod/mini';
import { costOfSample } from '#lib/network/cost.ts';
import type { LossName } from '#lib/network/loss.ts';
import type { SampleChoice } from '#lib/slice/recipe.ts';
import { checkpointChoice, choiceProblems, rowsOf, type CheckpointChoice } from './checkpointChoice.ts';
import { movesStatistics } from './curve.ts';
import { lossChoice, lossProblems, sampleProblems, seedChoice, setChoice } from './evaluation.ts';
import { jsonNumber, type JsonNumber } from './jsonNumber.ts';
import type { AnalysisKind } from './kind.ts';

export type AutoEncoderRequest = {
  readonly kind: 'autoEncoder';
  readonly format: 1;
  readonly subject: string;
  readonly of: CheckpointChoice;
  readonly samples: SampleChoice;
  readonly loss: LossName;
  readonly seed: number;
  readonly epochs: number;
  /** Places along each side of the picture where the decoded loss is measured. */
  readonly side: number;
};

export type EncodedCheckpoint = {
  /** Each between −1 and 1. */
  readonly picture: readonly number[];
  /** ‖decoded − own‖ over the root of the mean square of all distances from the middle. */
  readonly error: number;
  readonly loss: JsonNumber;
  readonly decodedLoss: JsonNumber;
};

export type DecodedPicture = {
  readonly checkpoints: readonly EncodedCheckpoint[];
  /** Root of the squared errors over root of the squares, of all checkpoints: of the auto-encoder, and of two principal components. */
  readonly error: number;
  readonly linearError: number;
  /** Row by row from −1 to 1, the first row at the lower end. */
  readonly surface: readonly JsonNumber[];
};

const MAX_EPOCHS = 20_000;
export const MAX_SIDE = 41;

export const autoEncoder: AnalysisKind<AutoEncoderRequest, DecodedPicture> = {
  title: 'Auto-encoder of checkpoints',
  request: z.strictObject({
    kind: z.literal('autoEncoder'),
    format: z.literal(1),
    subject: z.string(),
    of: checkpointChoice,
    samples: setChoice,
    loss: lossChoice,
    seed: seedChoice,
    epochs: z.int('must be a whole number').check(z.minimum(1, `choose between 1 and ${MAX_EPOCHS} epochs`), z.maximum(MAX_EPOCHS, `choose between 1 and ${MAX_EPOCHS} epochs`)),
    side: z.int('must be a whole number').check(z.minimum(3, `choose between 3 and ${MAX_SIDE}`), z.maximum(MAX_SIDE, `choose between 3 and ${MAX_SIDE}`)),
  }),
  unit: z.strictObject({
    checkpoints: z.array(z.strictObject({ picture: z.array(z.number()).check(z.minLength(2), z.maxLength(2)), error: z.number(), loss: jsonNumber, decodedLoss: jsonNumber })),
    error: z.number(),
    linearError: z.number(),
    surface: z.array(jsonNumber).check(z.maxLength(MAX_SIDE ** 2)),
  }),
  problemsOf: ({ of, samples, loss }, manifest) => [
    ...choiceProblems(of, manifest, 3),
    ...sampleProblems([samples], manifest).map(({ message }) => ({ path: 'samples', message })),
    ...lossProblems(loss, manifest),
  ],
  units: () => 1,
  passes: ({ of, samples, epochs, side }, manifest) => {
    const points = rowsOf(of, manifest).length;
    const evaluated = (2 * points + side ** 2) * samples.count * (movesStatistics(manifest) ? 2 : 1);
    // Weights of layers of 32 and 16 in and out, three products each, over all points.
    const training = epochs * points * 3 * 2 * (34 * points + 32 * 16 + 16 * 2);
    return evaluated + training / Math.max(1, costOfSample(manifest.network));
  },
  runsOn: () => 'processor',
  inputsOf: () => [],
  keepsFiles: true,
  filesOf: () => [],
};
