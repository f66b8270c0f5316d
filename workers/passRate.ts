/** How long one pass of one sample forward through a network takes here: in float64, and on the device by what its products take. It prices nothing. */
import { PRODUCT_PASSES } from '#lib/analysis/requests/kind.ts';
import { costOfSample } from '#lib/network/cost.ts';
import { forwardOf } from '#lib/network/forward.ts';
import { layoutOf } from '#lib/network/layout.ts';
import { firstOf, type Samples, type Subject } from '#lib/network/subject.ts';
import type { Evaluator } from './evaluator.ts';

/** How long is measured. */
const RATE_MS = 150;
const PROCESSOR_SAMPLES = 8;
/** So many multiply-adds forward that a product says more of the device than of its beginning, and so few that nobody waits. */
const DEVICE_COST = 2e8;
const DEVICE_SAMPLES = 64;

/** Milliseconds: few samples over and over until the clock can tell. */
export function processorRate(subject: Subject): number {
  const { manifest, checkpoints, buffers } = subject;
  const forward = forwardOf(manifest.network);
  const samples = someOf(subject, PROCESSOR_SAMPLES);
  const parameters = Float64Array.from(checkpoints[0]!);
  forward.run(parameters, buffers[0]!, firstOf(samples, 1));
  let passes = 0;
  const start = performance.now();
  do {
    forward.run(parameters, buffers[0]!, samples);
    passes += samples.count;
  } while (performance.now() - start < RATE_MS);
  return (performance.now() - start) / passes;
}

/** Milliseconds: what products with the Hessian take, divided by the passes that they count as. @throws NoEngine where the device gets none right */
export async function deviceRate(subject: Subject, evaluator: Evaluator): Promise<number> {
  const { manifest: { network, loss }, checkpoints, buffers } = subject;
  const samples = someOf(subject, Math.max(1, Math.min(DEVICE_SAMPLES, Math.floor(DEVICE_COST / Math.max(1, costOfSample(network))))));
  const curvature = await evaluator.differentiate({ network, loss, buffers: buffers[0]!, samples }, checkpoints[0]!);
  try {
    const vector = new Float64Array(layoutOf(network).size).fill(1);
    // It was checked by products over all of these samples, so all is compiled and the first passes are kept.
    let products = 0;
    const start = performance.now();
    do {
      await curvature.multiply(vector);
      products++;
    } while (performance.now() - start < RATE_MS);
    return (performance.now() - start) / (products * samples.count * PRODUCT_PASSES);
  } finally {
    curvature.dispose();
  }
}

function someOf({ sets }: Subject, most: number): Samples {
  const set = sets.train.count > 0 ? sets.train : sets.test;
  return firstOf(set, Math.min(most, set.count));
}
