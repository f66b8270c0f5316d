/** Origin and directions as the shaders read them: packed weights, and the parts of every channel's scale and shift. It knows no device. */
import type { EvaluationJob } from '#workers/evaluator.ts';
import type { ChannelSource } from './plan.ts';
import { AFFINE_PARTS } from './pointShaders.ts';

/** Origin, first and second direction; zeros where there is none. */
export type Basis = readonly [Float32Array, Float32Array, Float32Array];

export function packedBasis({ origin, directions }: EvaluationJob, packed: Int32Array): Basis {
  const gathered = (vector: Float32Array | undefined): Float32Array => {
    const values = new Float32Array(packed.length);
    if (vector) for (let index = 0; index < packed.length; index++) values[index] = packed[index]! < 0 ? 0 : vector[packed[index]!]!;
    return values;
  };
  return [gathered(origin), gathered(directions[0]), gathered(directions[1])];
}

/** As affineShader reads it: [part][origin, first, second][channel], then every channel's eps. */
export function affineParts(job: EvaluationJob, channels: readonly ChannelSource[]): Float32Array {
  const count = channels.length;
  const values = new Float32Array((3 * AFFINE_PARTS.length + 1) * count);
  const weights = [job.origin, job.directions[0], job.directions[1]];
  const statistics = [job.buffers, job.bufferDirections?.[0], job.bufferDirections?.[1]];
  for (const [channel, { bias, norm }] of channels.entries()) {
    // Where the variance stands still the root is taken here, in double.
    const isStill = !norm || (statistics[1]?.[norm.variance] ?? 0) === 0 && (statistics[2]?.[norm.variance] ?? 0) === 0;
    const still = norm && isStill ? 1 / Math.sqrt(job.buffers[norm.variance]! + norm.eps) : 1;
    for (let basis = 0; basis < 3; basis++) {
      const put = (part: (typeof AFFINE_PARTS)[number], value: number): void => {
        values[(3 * AFFINE_PARTS.indexOf(part) + basis) * count + channel] = value;
      };
      put('weight', norm ? (weights[basis]?.[norm.weight] ?? 0) * still : basis === 0 ? 1 : 0);
      if (bias !== null) put('bias', weights[basis]?.[bias] ?? 0);
      if (!norm) continue;
      put('shift', weights[basis]?.[norm.shift] ?? 0);
      put('mean', statistics[basis]?.[norm.mean] ?? 0);
      put('variance', statistics[basis]?.[norm.variance] ?? 0);
    }
    values[3 * AFFINE_PARTS.length * count + channel] = isStill ? -1 : norm!.eps;
  }
  return values;
}
