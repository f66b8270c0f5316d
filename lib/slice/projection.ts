/**
 * Where a point of parameter space stands on a slice: least-squares coordinates, and how much the slice misses of it.
 *
 * Used for checkpoints, trajectories and pins from other slices. Axes need be neither orthogonal nor of unit length.
 */
import { KnownError } from '#lib/knownError.ts';
import type { Frame } from './frame.ts';
import { dot, normOf } from './vectors.ts';

/** How the angles between unit axes enter: the condition number of their Gram matrix, and its solution for given lengths along them. */
type Angles = { readonly condition: number; readonly solve: (lengths: readonly number[]) => readonly number[] };

export type Projection = {
  /** One coordinate per axis. */
  readonly coordinates: readonly number[];
  /** ‖Δ − D·a‖, with Δ from the origin to the point; 0 where it is no more than the rounding of float32 parameters. */
  readonly outOfPlane: number;
  /** ‖D·a‖² / ‖Δ‖², from 0 to 1; 1 for the origin itself. */
  readonly captured: number;
};

export type Projector = {
  /** Condition number of DᵀD with both columns at unit length: the unit of an axis says nothing about the angle. */
  readonly condition: number;
  readonly project: (parameters: Float32Array | Float64Array) => Projection;
};

/** Above this the axes are so nearly one line that coordinates would mean nothing. */
export const MAX_CONDITION = 1e6;

/** Share of a displacement that float32 parameters may lose. */
const ROUNDING = 2e-6;

/** @throws KnownError `ill-conditioned` for axes that are zero or nearly collinear */
export function projectorOf({ origin, directions }: Pick<Frame, 'origin' | 'directions'>): Projector {
  const norms = directions.map((direction) => normOf(direction));
  const cosineOf = (one: number, other: number) => dot(directions[one]!, directions[other]!) / (norms[one]! * norms[other]!);
  const { condition, solve } = directions.length === 3 ? threeAxes(cosineOf(0, 1), cosineOf(0, 2), cosineOf(1, 2)) : twoAxes(directions.length === 2 ? cosineOf(0, 1) : 0);
  if (!(condition <= MAX_CONDITION && condition > 0)) {
    throw new KnownError('ill-conditioned', directions.length === 3 ? 'the axes of this volume lie nearly in one plane, so nothing can be placed in it' : 'the axes of this slice are zero or nearly the same line, so nothing can be placed on it');
  }
  return {
    condition,
    project: (parameters) => {
      const delta = Float64Array.from(parameters, (value, index) => value - origin[index]!);
      const lengths = directions.map((direction, axis) => dot(direction, delta) / norms[axis]!);
      const coordinates = solve(lengths).map((length, axis) => length / norms[axis]!);
      let inside = 0;
      let outside = 0;
      for (let index = 0; index < delta.length; index++) {
        let within = 0;
        for (let axis = 0; axis < coordinates.length; axis++) within += coordinates[axis]! * directions[axis]![index]!;
        inside += within ** 2;
        outside += (delta[index]! - within) ** 2;
      }
      const isOnSlice = outside <= ROUNDING ** 2 * (inside + outside);
      return { coordinates, outOfPlane: isOnSlice ? 0 : Math.sqrt(outside), captured: inside + outside === 0 ? 1 : inside / (inside + outside) };
    },
  };
}

/** One or two unit axes, the two at angle arccos(cosine). */
function twoAxes(cosine: number): Angles {
  return {
    condition: (1 + Math.abs(cosine)) / (1 - Math.abs(cosine)),
    solve: ([u, v]) => (v === undefined ? [u!] : [(u! - cosine * v) / (1 - cosine ** 2), (v - cosine * u!) / (1 - cosine ** 2)]),
  };
}

/** Three unit axes. The eigenvalues of [[1, a, b], [a, 1, c], [b, c, 1]] are 1 + 2·√q·cos(φ + 2πk/3), with q = (a² + b² + c²)/3 and cos 3φ = abc/√q³. */
function threeAxes(a: number, b: number, c: number): Angles {
  const q = (a * a + b * b + c * c) / 3;
  const phi = q === 0 ? 0 : Math.acos(Math.max(-1, Math.min(1, (a * b * c) / q ** 1.5))) / 3;
  const eigenvalue = (k: number) => 1 + 2 * Math.sqrt(q) * Math.cos(phi + (2 * Math.PI * k) / 3);
  const determinant = 1 + 2 * a * b * c - a * a - b * b - c * c;
  return {
    condition: eigenvalue(0) / Math.min(eigenvalue(1), eigenvalue(2)),
    solve: ([u = 0, v = 0, w = 0]) => [
      ((1 - c * c) * u + (b * c - a) * v + (a * c - b) * w) / determinant,
      ((b * c - a) * u + (1 - b * b) * v + (a * b - c) * w) / determinant,
      ((a * c - b) * u + (a * b - c) * v + (1 - a * a) * w) / determinant,
    ],
  };
}
