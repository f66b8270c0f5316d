/**
 * Tries an engine on small jobs with known answers before it is trusted with a network.
 *
 * What the jobs are is in probeJobs.ts. It chooses no engine. Rule C11 in docs/SPEC.md.
 */
import { evaluateAt } from '#lib/network/forward.ts';
import { WrongNumbers } from './centreCheck.ts';
import type { Engine } from './evaluator.ts';
import type { Probe } from './probeJobs.ts';

const POINTS = [
  { a: 0, b: 0 },
  { a: 0.75, b: -0.5 },
] as const;
const TOLERANCE = 2e-5;

/** @throws WrongNumbers, or whatever the engine throws at an operation that it does not have */
export async function probe(engine: Engine, { what, job }: Probe): Promise<void> {
  const slice = await engine.prepare(job);
  try {
    const { sets } = await slice.evaluate(POINTS);
    for (const [index, { a, b }] of POINTS.entries()) {
      const theta = Float64Array.from(job.origin, (value, at) => value + a * job.directions[0]![at]! + b * job.directions[1]![at]!);
      const [truth] = evaluateAt(job, theta);
      const found = sets[0]!.lossSum[index]!;
      const error = Math.abs(found - truth!.lossSum) / Math.max(Math.abs(truth!.lossSum), 0.01 * truth!.samples);
      if (!(error <= TOLERANCE)) throw new WrongNumbers(`gives ${found} in a test of ${what} where ${truth!.lossSum} is right`);
    }
  } finally {
    slice.dispose();
  }
}
