/**
 * The line y = m·x + b under squared error: the one network whose whole landscape is a picture, with its lowest point known exactly.
 *
 * L = (1/n)·Σ(m·xᵢ + b − yᵢ)² is a quadratic with the constant Hessian (2/n)·[[Σx², Σx], [Σx, n]], never negative, so it is convex everywhere.
 * Rule O14 in docs/SPEC.md.
 */
import { KnownError } from '#lib/knownError.ts';
import type { AnySamples } from '#lib/network/forward.ts';

export type LineFit = {
  readonly slope: number;
  readonly intercept: number;
  /** Least mean squared error. */
  readonly loss: number;
  /** Row-major [2, 2] in the order slope, intercept. */
  readonly hessian: readonly [number, number, number, number];
  /** Of it, ascending. */
  readonly eigenvalues: readonly [number, number];
};

/** @param samples one input each @throws KnownError `no-line` for fewer than two different inputs */
export function lineFit({ count, inputs, targets }: AnySamples): LineFit {
  if (inputs.length !== count) throw new Error(`${inputs.length} inputs for ${count} samples: a line has one for each`);
  const mean = (of: (at: number) => number): number => Array.from({ length: count }, (_, at) => of(at)).reduce((sum, value) => sum + value, 0) / count;
  const [meanX, meanY] = [mean((at) => inputs[at]!), mean((at) => targets[at]!)];
  const variance = mean((at) => (inputs[at]! - meanX) ** 2);
  if (!(variance > 0)) throw new KnownError('no-line', `${count} samples with one and the same input: infinitely many lines fit them`);
  const slope = mean((at) => (inputs[at]! - meanX) * (targets[at]! - meanY)) / variance;
  const intercept = meanY - slope * meanX;
  const square = mean((at) => inputs[at]! ** 2);
  const half = Math.hypot(square - 1, 2 * meanX);
  return {
    slope,
    intercept,
    loss: mean((at) => (slope * inputs[at]! + intercept - targets[at]!) ** 2),
    hessian: [2 * square, 2 * meanX, 2 * meanX, 2],
    eigenvalues: [square + 1 - half, square + 1 + half],
  };
}
