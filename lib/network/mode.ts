/**
 * The mode that a network is evaluated in: what batch norm and dropout do, the two layers that act differently in training.
 *
 * A mode is part of a slice's recipe, so it says everything that its numbers depend on. Methods of Li et al. 2018 (App. A.5) and of
 * Garipov et al. 2018; rules M1–M6 in docs/SPEC.md. It computes nothing.
 */
import * as z from 'zod/mini';

/**
 * `frozen`: the statistics of the centre, everywhere. `interpolated`: statistics move with the weights along axes that lead to
 * a checkpoint. `recomputed`: at every point, from the first training samples in fixed batches, then used as stored ones.
 * `batch`: every fixed batch of samples, in file order, is normalised by its own statistics (train mode).
 */
export type BatchNormMode =
  | 'frozen'
  | 'interpolated'
  | { readonly policy: 'recomputed'; readonly samples: number; readonly batch: number }
  | { readonly policy: 'batch'; readonly batch: number };

/** `off` is how networks are evaluated; otherwise one mask, made from the seed, is used at every point of the slice. */
export type DropoutMode = 'off' | { readonly seed: number };

export type Mode = { readonly batchNorm: BatchNormMode; readonly dropout: DropoutMode };

export const STANDARD_MODE: Mode = { batchNorm: 'frozen', dropout: 'off' };

const whole = (least: number, most: number) =>
  z.int('must be a whole number').check(z.minimum(least, `must be ${least} or more`), z.maximum(most, `must be at most ${most}`));

export const MAX_BATCH = 4096;

export const modeSchema: z.ZodMiniType<Mode> = z.strictObject({
  batchNorm: z.union([
    z.enum(['frozen', 'interpolated']),
    z.strictObject({ policy: z.literal('recomputed'), samples: whole(2, 1e6), batch: whole(2, MAX_BATCH) }),
    z.strictObject({ policy: z.literal('batch'), batch: whole(2, MAX_BATCH) }),
  ]),
  dropout: z.union([z.literal('off'), z.strictObject({ seed: whole(0, 0xffffffff) })]),
});
