/**
 * Batch-norm statistics measured on the device at one point, over fixed batches of training samples.
 *
 * The average of every batch's means and unbiased variances, weighted by its samples; in that pass a batch is normalised by its own
 * biased variance (EvaluationMode in lib/network/forward.ts). It evaluates no loss. Rule M2 in docs/SPEC.md.
 */
import * as tf from '@tensorflow/tfjs-core';
import { batchesOf } from '#lib/network/batches.ts';
import type { EvaluationMode } from '#lib/network/forward.ts';
import type { Tensors } from './tfPass.ts';
import type { TfProgram } from './tfProgram.ts';
import { checkSamples, disposeBlock, inputBlockOf } from './tfSamples.ts';

export type Statistics = {
  /** `tensors` with the statistics that they have at this point, as a new record of its own tensors. Calls `turn` between batches. */
  at(tensors: Tensors, turn: () => Promise<void>): Promise<Tensors>;
  dispose(): void;
};

/** Null where the mode measures nothing. */
export function createStatistics(program: TfProgram, { batchNorm, dropout }: EvaluationMode): Statistics | null {
  if (batchNorm.policy !== 'recomputed') return null;
  const { samples, batch } = batchNorm;
  checkSamples(samples, program, null);
  const blocks = batchesOf(samples.count, batch).map((each) => inputBlockOf(program, samples, each, 'train', dropout));

  return {
    async at(tensors, turn) {
      let sums: Record<string, tf.Tensor> = {};
      try {
        for (const block of blocks) {
          await turn();
          const before = sums;
          sums = tf.tidy(() => {
            const after: Record<string, tf.Tensor> = {};
            const add = (name: string, value: tf.Tensor) => {
              const weighted = tf.mul(value, block.count / samples.count);
              after[name] = before[name] ? tf.add(before[name], weighted) : weighted;
            };
            program.run(block.inputs, {
              tensors,
              masks: block.masks,
              statistics: 'batch',
              collect(names, mean, variance, count) {
                add(names.mean, mean);
                add(names.variance, tf.mul(variance, count / (count - 1)));
              },
            });
            return after;
          });
          tf.dispose(before);
        }
      } catch (error) {
        tf.dispose(sums);
        throw error;
      }
      return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, sums[name] ?? tensor.clone()]));
    },
    dispose() {
      for (const block of blocks) disposeBlock(block);
    },
  };
}
