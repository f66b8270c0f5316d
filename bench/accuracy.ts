/** How far a loss is from float64: the centre and the corners of a workload's plane. */
import { evaluateAt, forwardOf } from '#lib/network/forward.ts';
import type { Coordinates } from '#workers/evaluator.ts';
import { workloadJob, type WorkloadName } from './workloads.ts';

export const CHECKED: readonly Coordinates[] = [
  { a: 0, b: 0 },
  { a: -1, b: -1 },
  { a: 1, b: -1 },
  { a: -1, b: 1 },
  { a: 1, b: 1 },
];

/** Few enough for the interpreter to take seconds. */
export const CHECKED_SAMPLES: Readonly<Record<'mlp' | 'cnn' | 'resnet20', number>> = { mlp: 200, cnn: 48, resnet20: 8 };

/** Sums of losses at CHECKED, in float64 from the float32 weights and directions. */
export function truthOf(workload: WorkloadName, n: number): readonly number[] {
  const job = workloadJob(workload, n);
  const forward = forwardOf(job.network);
  return CHECKED.map(({ a, b }) => {
    const theta = Float64Array.from(job.origin, (value, index) => value + a * job.directions[0]![index]! + b * job.directions[1]![index]!);
    return evaluateAt(job, theta, forward)[0]!.lossSum;
  });
}

export const largestError = (found: readonly number[], truth: readonly number[]): number =>
  Math.max(...found.map((value, index) => Math.abs(value - truth[index]!) / Math.abs(truth[index]!)));
