/**
 * The loss of one checkpoint over the samples asked for, by the float64 reference, in blocks of samples so that it can be stopped.
 *
 * Kept while it runs: of every set so far, how many samples are done, the sum of their losses and how many were right.
 */
import { toJsonNumber } from '#lib/analysis/requests/jsonNumber.ts';
import { evaluateAt, forwardOf } from '#lib/network/forward.ts';
import { firstOf } from '#lib/network/subject.ts';
import { evaluationModeOf } from '#lib/slice/evaluationMode.ts';
import { keptBroken, readKept, writeKept } from './keptState.ts';
import { sampleBlocks } from './sampleBlocks.ts';
import type { UnitJob, UnitRun } from './unitRun.ts';

export const checkpointLossesRun: UnitRun<'checkpointLosses'> = {
  engine: 'float64 on the processor',
  *run(given) {
    const { request, unit, subject, kept } = given;
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
    const sums = kept ? readSums(kept, given) : request.samples.map(() => ({ done: 0, lossSum: 0, correct: 0 }));
    const save = () => writeKept(given, new Map([['sums', Float64Array.from(sums.flatMap(({ done, lossSum, correct }) => [done, lossSum, correct]))]]));
    for (const [index, { set, count }] of request.samples.entries()) {
      const samples = firstOf(subject.sets[set], count);
      const here = sums[index]!;
      let before = 0;
      for (const block of isDivisible ? sampleBlocks(samples) : [samples]) {
        before += block.count;
        if (before <= here.done) continue;
        const [found] = evaluateAt({ ...job, sets: [{ set, samples: block }] }, parameters, reuse);
        here.lossSum += found!.lossSum;
        here.correct += found!.correct;
        here.done = before;
        yield { share: sums.reduce((sum, { done }) => sum + done, 0) / all, state: save };
      }
    }
    const sets = sums.map(({ lossSum, correct, done }) => ({ loss: toJsonNumber(lossSum / done), correct }));
    return { unit: { sets } };
  },
};

type Sums = { done: number; lossSum: number; correct: number };

function readSums(bytes: Uint8Array, job: UnitJob<'checkpointLosses'>): readonly Sums[] {
  const flat = readKept(bytes, job).get('sums');
  if (flat?.length !== 3 * job.request.samples.length) throw keptBroken();
  return job.request.samples.map((_, index) => ({ done: flat[3 * index]!, lossSum: flat[3 * index + 1]!, correct: flat[3 * index + 2]! }));
}
