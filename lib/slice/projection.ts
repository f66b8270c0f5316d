/**
 * Where a point of parameter space stands on a slice: least-squares coordinates, and how much the slice misses of it.
 *
 * Used for checkpoints, trajectories and pins from other slices. Axes need be neither orthogonal nor of unit length.
 */
import { KnownError } from '#lib/knownError.ts';
import type { Frame } from './frame.ts';
import { dot, normOf } from './vectors.ts';

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
const MAX_CONDITION = 1e6;

/** Share of a displacement that float32 parameters may lose. */
const ROUNDING = 2e-6;

/** @throws KnownError `ill-conditioned` for axes that are zero or nearly collinear */
export function projectorOf({ origin, directions }: Pick<Frame, 'origin' | 'directions'>): Projector {
  const norms = directions.map((direction) => normOf(direction));
  const cosine = directions.length === 2 ? dot(directions[0]!, directions[1]!) / (norms[0]! * norms[1]!) : 0;
  const condition = (1 + Math.abs(cosine)) / (1 - Math.abs(cosine));
  if (!(condition <= MAX_CONDITION && condition > 0)) {
    throw new KnownError('ill-conditioned', 'the axes of this slice are zero or nearly the same line, so nothing can be placed on it');
  }
  return {
    condition,
    project: (parameters) => {
      const delta = Float64Array.from(parameters, (value, index) => value - origin[index]!);
      const lengths = directions.map((direction, axis) => dot(direction, delta) / norms[axis]!);
      const [u, v] = lengths;
      // Normal equations of two unit axes at angle arccos(cosine), solved in closed form.
      const solved = v === undefined ? [u!] : [(u! - cosine * v) / (1 - cosine ** 2), (v - cosine * u!) / (1 - cosine ** 2)];
      const coordinates = solved.map((length, axis) => length / norms[axis]!);
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
