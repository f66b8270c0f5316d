/**
 * Rule C5: before a slice is computed, the loss that an engine gives at its centre is compared with float64.
 *
 * The same for every engine. How many samples are compared follows from what the reference costs. It chooses no engine.
 */
import { costOfSample } from '#lib/network/cost.ts';
import { evaluateAt, type AnySamples, type EvaluationMode } from '#lib/network/forward.ts';
import { lossOfSample } from '#lib/network/loss.ts';
import type { SetSums } from '#lib/work/tileResult.ts';
import type { Engine, EvaluationJob, PreparedSlice } from './evaluator.ts';

/** The engine's numbers differ from the float64 reference. */
export class WrongNumbers extends Error {
  override readonly name = 'WrongNumbers';
}

/** Relative to max(|loss|, 0.01), as the reference cases measure it; the worst float32 path seen is at 2e-6. */
const CENTRE_TOLERANCE = 5e-5;
const CENTRE_SAMPLES = 64;
/** Multiply-adds that the reference may spend on a self-check: about half a second. */
const CENTRE_COST = 3e8;

const CENTRE = [{ a: 0, b: 0 }] as const;

/** A slice whose centre is right. @throws WrongNumbers, or whatever the engine throws */
export async function checkedSlice(engine: Engine, job: EvaluationJob): Promise<PreparedSlice> {
  const few = fewOf(job);
  const isWhole = few.mode === job.mode && few.sets.every(({ samples }, index) => samples.count === job.sets[index]!.samples.count);
  const checked = await engine.prepare(few);
  try {
    await compare(checked, few);
  } catch (error) {
    checked.dispose();
    throw error;
  }
  if (isWhole) return checked;
  checked.dispose();
  return engine.prepare(job);
}

/** Outputs that were read back are those whose losses were measured. @throws WrongNumbers where float64 makes other losses of them */
export function compareOutputs({ loss, sets }: EvaluationJob, answers: readonly Float32Array[], sums: readonly SetSums[]): void {
  for (const [index, { samples, lossSum }] of sums.entries()) {
    const { targets } = sets[index]!.samples;
    const outputs = Float64Array.from(answers[index]!);
    const width = outputs.length / samples;
    let sum = 0;
    for (let row = 0; row < samples; row++) sum += lossOfSample(loss, outputs, row, width, targets[row]!);
    const error = Math.abs(sum - lossSum[0]!) / Math.max(Math.abs(sum), 0.01 * samples);
    if (Number.isFinite(sum) && !(error <= CENTRE_TOLERANCE)) throw new WrongNumbers(`read outputs back whose losses add up to ${sum}, and measured ${lossSum[0]}`);
  }
}

async function compare(slice: PreparedSlice, job: EvaluationJob): Promise<void> {
  const { sets } = await slice.evaluate(CENTRE);
  const truth = evaluateAt(job, Float64Array.from(job.origin));
  for (const [index, { set, samples, lossSum }] of sets.entries()) {
    const found = lossSum[0]! / samples;
    const expected = truth[index]!.lossSum / samples;
    // A centre without a finite loss has nothing to be compared with.
    if (!Number.isFinite(expected)) continue;
    const error = Math.abs(found - expected) / Math.max(Math.abs(expected), 0.01);
    if (!(error <= CENTRE_TOLERANCE)) throw new WrongNumbers(`gives a ${set} loss of ${found} at the centre, where float64 gives ${expected}`);
  }
}

/** The job with as many samples as the reference can afford. */
function fewOf(job: EvaluationJob): EvaluationJob {
  const affordable = Math.floor(CENTRE_COST / Math.max(1, costOfSample(job.network)));
  const most = Math.max(1, Math.min(CENTRE_SAMPLES, affordable));
  const mode = job.mode && { ...job.mode, batchNorm: fewer(job.mode.batchNorm, Math.max(2, affordable)) };
  const isSameMode = mode?.batchNorm === job.mode?.batchNorm;
  return { ...job, ...(isSameMode ? {} : { mode }), sets: job.sets.map(({ set, samples }) => ({ set, samples: firstOf(samples, most) })) };
}

function fewer(batchNorm: EvaluationMode['batchNorm'], most: number): EvaluationMode['batchNorm'] {
  if (batchNorm.policy !== 'recomputed' || batchNorm.samples.count <= most) return batchNorm;
  return { ...batchNorm, samples: firstOf(batchNorm.samples, most) };
}

/** The first `count` samples; all of them where there are fewer. */
export function firstOf<S extends AnySamples>(samples: S, count: number): S {
  if (count >= samples.count) return samples;
  const width = samples.inputs.length / samples.count;
  return { ...samples, count, inputs: samples.inputs.subarray(0, count * width), targets: samples.targets.subarray(0, count) };
}
