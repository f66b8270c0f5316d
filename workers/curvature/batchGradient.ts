/**
 * Mean loss and gradient over a batch of samples that is used once, at a point that is used once: a step of a training, on the device.
 *
 * Batch norm has the statistics of the batch itself, held still while the gradient is taken (lib/analysis/curveTraining.ts). First-order
 * passes of blockPasses.ts over blocks, their sums in float64. It does not judge its own numbers. Rule Q8 in docs/SPEC.md.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { AnySamples } from '#lib/network/forward.ts';
import type { LossAndGradient } from '#lib/network/derivatives/derivatives.ts';
import type { LossName } from '#lib/network/loss.ts';
import type { Network } from '#lib/network/program.ts';
import { createStatistics } from '#workers/operators/tfStatistics.ts';
import { compileProgram, type TfProgram } from '#workers/operators/tfProgram.ts';
import type { Tensors } from '#workers/operators/tfPass.ts';
import { checkSamples } from '#workers/operators/tfSamples.ts';
import { firstOrder, type Block } from './blockPasses.ts';
import type { RProgram } from './rProgram.ts';
import { addTo, onDevice } from './rVectors.ts';

export type BatchJob = {
  readonly network: Network;
  readonly program: RProgram;
  readonly loss: LossName;
  /** As many as the network has; only where a layer measures none are they used. */
  readonly buffers: ArrayLike<number>;
  readonly blocksOf: (samples: AnySamples) => readonly Block[];
  /** Lets others have a turn; rejects once the work is to be stopped. */
  readonly turn: () => Promise<void>;
};

/** Compiled when a network with batch norm is first trained: the forward program that can measure its statistics. */
const measuring = new WeakMap<RProgram, TfProgram>();

function measuringProgram({ network, program }: BatchJob): TfProgram {
  const known = measuring.get(program) ?? compileProgram(network);
  measuring.set(program, known);
  return known;
}

/** @throws when samples and program do not fit together */
export async function batchGradient(job: BatchJob, samples: AnySamples, parameters: ArrayLike<number>): Promise<LossAndGradient> {
  const { program, loss, buffers, blocksOf, turn } = job;
  checkSamples(samples, program, loss);
  await turn();
  const stored = onDevice(program.plans, parameters, buffers);
  let tensors: Tensors = stored;
  const blocks = blocksOf(samples);
  try {
    if (buffers.length > 0) tensors = await withOwnStatistics(job, stored, samples);
    const sums = new Float64Array(parameters.length);
    let sum = 0;
    for (const block of blocks) {
      await turn();
      const first = await firstOrder(program, block, tensors, loss);
      first.dispose();
      sum += first.loss;
      addTo(sums, program.plans, first.gradient);
    }
    return { loss: sum / samples.count, gradient: sums.map((value) => value / samples.count) };
  } finally {
    tf.dispose({ ...stored });
    if (tensors !== stored) tf.dispose({ ...tensors });
    for (const { inputs } of blocks) inputs.dispose();
  }
}

async function withOwnStatistics(job: BatchJob, stored: Tensors, samples: AnySamples): Promise<Tensors> {
  const statistics = createStatistics(measuringProgram(job), { batchNorm: { policy: 'recomputed', samples, batch: samples.count }, dropout: null })!;
  try {
    return await statistics.at(stored, job.turn);
  } finally {
    statistics.dispose();
  }
}
