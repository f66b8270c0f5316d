/** The loss of one checkpoint over the samples asked for, by the float64 reference, in blocks of samples so that it can be stopped. */
import { toJsonNumber } from '#lib/analysis/requests/jsonNumber.ts';
import { evaluateAt, forwardOf } from '#lib/network/forward.ts';
import { firstOf } from '#lib/network/subject.ts';
import { evaluationModeOf } from '#lib/slice/evaluationMode.ts';
import { sampleBlocks } from './sampleBlocks.ts';
import type { UnitRun } from './unitRun.ts';

export const checkpointLossesRun: UnitRun<'checkpointLosses'> = {
  engine: 'float64 on the processor',
  *run({ request, unit, subject }) {
    const { network } = subject.manifest;
    const reuse = forwardOf(network);
    const parameters = Float64Array.from(subject.checkpoints[unit]!);
    const mode = evaluationModeOf(request, subject);
    let buffers: ArrayLike<number> = subject.buffers[unit]!;
    const { batchNorm, dropout } = mode;
    if (batchNorm.policy === 'recomputed') buffers = reuse.statistics(parameters, buffers, batchNorm.samples, batchNorm.batch, dropout);
    // What is normalised by its own batch, or dropped by its own place in the set, is evaluated whole.
    const isDivisible = batchNorm.policy !== 'batch' && dropout === null;
    const job = { network, loss: request.loss, mode: isDivisible ? undefined : mode, buffers };
    const all = request.samples.reduce((sum, { count }) => sum + count, 0);
    let done = 0;
    const sets: { loss: ReturnType<typeof toJsonNumber>; correct: number }[] = [];
    for (const { set, count } of request.samples) {
      const samples = firstOf(subject.sets[set], count);
      let lossSum = 0;
      let correct = 0;
      for (const block of isDivisible ? sampleBlocks(samples) : [samples]) {
        const [sums] = evaluateAt({ ...job, sets: [{ set, samples: block }] }, parameters, reuse);
        lossSum += sums!.lossSum;
        correct += sums!.correct;
        done += block.count;
        yield { share: done / all };
      }
      sets.push({ loss: toJsonNumber(lossSum / count), correct });
    }
    return { unit: { sets } };
  },
};
