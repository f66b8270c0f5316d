/**
 * Curvature on a device that has shown to be right there: compared with float64 on few samples, and symmetric on all of them.
 *
 * Refused in words otherwise. It computes nothing itself. Rule Q6 in docs/SPEC.md.
 */
import { costOfSample } from '#lib/network/cost.ts';
import { gradientAt, hessianAt, type Differentiable } from '#lib/network/derivatives/derivatives.ts';
import { createRandom } from '#lib/random.ts';
import { dot, normOf } from '#lib/slice/vectors.ts';
import type { OpenBackend } from '#workers/backend.ts';
import { firstOf, WrongNumbers } from '#workers/centreCheck.ts';
import type { Pace } from '#workers/pace.ts';
import { createDeviceCurvature, type DeviceCurvature } from './deviceCurvature.ts';

/** Largest difference of a gradient or product from float64, as a share of its largest number: a sample at a kink may fall on its other side. */
const TRUTH_TOLERANCE = 1e-4;
/** |u·Hv − v·Hu| beside what u·Hv is on average for random u. */
const SYMMETRY_TOLERANCE = 1e-4;
const MOST_SAMPLES = 8;
/** Multiply-adds that float64 may spend, and how many of them a gradient and a product take for one of a forward pass. */
const TRUTH_COST = 6e8;
const PASSES = 12;

/** @throws WrongNumbers, or whatever createDeviceCurvature throws */
export async function checkedCurvature(open: OpenBackend, pace: Pace, subject: Differentiable, parameters: ArrayLike<number>, signal?: AbortSignal): Promise<DeviceCurvature> {
  const [u, v] = directions(parameters.length);
  const few = { ...subject, samples: firstOf(subject.samples, Math.max(1, Math.min(MOST_SAMPLES, Math.floor(TRUTH_COST / PASSES / Math.max(1, costOfSample(subject.network)))))) };
  const tried = createDeviceCurvature(open, few, parameters, pace);
  try {
    // What the device has is rounded to float32, and so is what it is compared with.
    const theta = Float64Array.from(parameters, Math.fround);
    compare('a gradient', (await tried.gradient(signal)).gradient, gradientAt(few, theta).gradient);
    compare('a product with the Hessian', await tried.multiply(v, signal), hessianAt(few, theta)(v));
  } finally {
    tried.dispose();
  }
  const curvature = createDeviceCurvature(open, subject, parameters, pace);
  try {
    const [hu, hv] = [await curvature.multiply(u, signal), await curvature.multiply(v, signal)];
    const [one, other] = [dot(u, hv), dot(v, hu)];
    if (!(asymmetryOf(u, v, hu, hv) <= SYMMETRY_TOLERANCE)) throw new WrongNumbers(`gives products with the Hessian that are not symmetric: u·Hv is ${one} and v·Hu is ${other}`);
  } catch (error) {
    curvature.dispose();
    throw error;
  }
  return curvature;
}

/** |u·Hv − v·Hu| as a share of what u·Hv is on average for a random u. */
export function asymmetryOf(u: Float64Array, v: Float64Array, hu: Float64Array, hv: Float64Array): number {
  const usual = Math.max(normOf(u) * normOf(hv), normOf(v) * normOf(hu)) / Math.sqrt(u.length);
  const difference = Math.abs(dot(u, hv) - dot(v, hu));
  return difference === 0 ? 0 : difference / usual;
}

/** Two random unit directions, the same everywhere. */
function directions(size: number): readonly [Float64Array, Float64Array] {
  const random = createRandom(20);
  const draw = (): Float64Array => {
    const vector = Float64Array.from({ length: size }, () => random.normal());
    const length = normOf(vector);
    return vector.map((value) => value / length);
  };
  return [draw(), draw()];
}

/** @throws WrongNumbers where `found` is not what float64 says */
export function compare(what: string, found: Float64Array, truth: Float64Array): void {
  let [error, largest] = [0, 0];
  for (let index = 0; index < truth.length; index++) {
    const difference = Math.abs(found[index]! - truth[index]!);
    if (!(difference <= error)) error = difference;
    largest = Math.max(largest, Math.abs(truth[index]!));
  }
  // A point without finite derivatives has nothing to be compared with.
  if (!Number.isFinite(largest)) return;
  if (!(error <= TRUTH_TOLERANCE * largest)) throw new WrongNumbers(`gives ${what} that is off by ${(error / (largest || 1)).toExponential(1)} of its largest number beside float64`);
}
