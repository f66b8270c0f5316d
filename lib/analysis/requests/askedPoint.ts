/** What a request about curvature means on its network: θ at the checkpoint it names or at its rescaled twin, the mean loss there, and the seeds of its units. */
import { rescalablePairs, rescaled } from '#lib/analysis/rescaling.ts';
import { KnownError } from '#lib/knownError.ts';
import type { Differentiable } from '#lib/network/derivatives/derivatives.ts';
import { checkpointIndex, firstOf, type Samples, type Subject } from '#lib/network/subject.ts';
import type { CurvaturePoint } from './curvaturePoint.ts';

/** θ at the checkpoint, or of its twin that computes the same, rounded to float32 as devices have it. */
export function parametersOf({ checkpoint, rescaled: asked }: Pick<CurvaturePoint, 'checkpoint' | 'rescaled'>, { manifest, checkpoints }: Subject): Float32Array {
  const own = checkpoints[checkpointIndex(manifest, checkpoint)]!;
  if (!asked) return own;
  const pair = rescalablePairs(manifest.network).find(({ from }) => from === asked.from);
  if (!pair) throw new KnownError('not-rescalable', `${manifest.title} has no layer ${asked.from} that another follows`);
  return Float32Array.from(rescaled(manifest.network, own, pair, asked.factor));
}

/** The mean loss that is differentiated: over the samples asked for, with the checkpoint's own statistics. */
export function differentiableOf({ checkpoint, samples, loss }: Pick<CurvaturePoint, 'checkpoint' | 'samples' | 'loss'>, { manifest, buffers, sets }: Subject): Differentiable & { readonly samples: Samples } {
  return { network: manifest.network, loss, buffers: buffers[checkpointIndex(manifest, checkpoint)]!, samples: firstOf(sets[samples.set], samples.count) };
}

/** Every unit draws its own random vectors. */
export const seedOfUnit = (seed: number, unit: number): number => seed * 0x10000 + unit;
