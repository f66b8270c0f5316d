/**
 * The tensors of a slice as they move: origin + α·u + β·v, by name, and batch norms folded into what stands before them.
 *
 * Everything of one number per channel is done here in float64, point by point; weights are left to the kernels. Where the root of
 * a variance is not a number, so is every weight that it scales, and the loss. Rules N2 and N6 in docs/SPEC.md.
 */
import { layoutOf, tensorNamed, type Layout, type Placed } from '#lib/network/layout.ts';
import type { BatchNormStep } from '#lib/network/lowered.ts';
import type { EvaluationJob } from '#workers/evaluator.ts';

/** A tensor at the origin and along both axes; null where it does not move along one. */
export type Moving = { readonly shape: readonly number[]; readonly size: number; readonly origin: Float32Array; readonly u: Float32Array | null; readonly v: Float32Array | null };

export type Point = { readonly a: number; readonly b: number };

export class MovingTensors {
  private readonly layout: Layout;
  private readonly job: EvaluationJob;

  constructor(job: EvaluationJob) {
    this.layout = layoutOf(job.network);
    this.job = job;
  }

  parameter(name: string): Moving {
    return part(tensorNamed(this.layout.tensors, name), this.job.origin, this.job.directions);
  }

  statistic(name: string): Moving {
    return part(tensorNamed(this.layout.buffers, name), this.job.buffers, this.job.bufferDirections ?? []);
  }
}

const part = ({ shape, size, offset }: Placed, origin: Float32Array, directions: readonly Float32Array[]): Moving => {
  const of = (values: Float32Array): Float32Array => values.subarray(offset, offset + size);
  const along = (axis: number): Float32Array | null => (directions[axis] ? of(directions[axis]) : null);
  return { shape, size, origin: of(origin), u: along(0), v: along(1) };
};

/** Element `index` at a point, in float64. */
export const valueAt = ({ origin, u, v }: Moving, index: number, { a, b }: Point): number =>
  origin[index]! + (u ? a * u[index]! : 0) + (v ? b * v[index]! : 0);

/** What a layer's outputs are multiplied by and shifted by: its bias, and the batch norm behind it. One of each per output. */
export type Folded = { readonly factors: Float64Array; readonly shifts: Float64Array };

export type Folding = { readonly bias: Moving | null; readonly norm: Norm | null };

export type Norm = { readonly weight: Moving; readonly bias: Moving; readonly mean: Moving; readonly variance: Moving; readonly epsilon: number };

export const normOf = (step: BatchNormStep, tensors: MovingTensors): Norm => ({
  weight: tensors.parameter(step.weight),
  bias: tensors.parameter(step.bias),
  mean: tensors.statistic(step.running_mean),
  variance: tensors.statistic(step.running_var),
  epsilon: step.eps,
});

/** γ / √(σ² + ε) of one channel. */
export const normFactor = ({ weight, variance, epsilon }: Norm, channel: number, point: Point): number =>
  valueAt(weight, channel, point) / Math.sqrt(valueAt(variance, channel, point) + epsilon);

/** Writes factors and shifts of all outputs: W x + c becomes (f W) x + f (c − μ) + β. */
export function fold({ bias, norm }: Folding, point: Point, { factors, shifts }: Folded): void {
  for (let channel = 0; channel < factors.length; channel++) {
    const shift = bias ? valueAt(bias, channel, point) : 0;
    if (!norm) {
      factors[channel] = 1;
      shifts[channel] = shift;
      continue;
    }
    const factor = normFactor(norm, channel, point);
    factors[channel] = factor;
    shifts[channel] = (shift - valueAt(norm.mean, channel, point)) * factor + valueAt(norm.bias, channel, point);
  }
}
