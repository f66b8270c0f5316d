/**
 * Where the checkpoints of a network stand on a slice, and what the slice misses of each: least-squares places, distances, shares.
 *
 * It evaluates nothing. Rules R13 and R9 in docs/SPEC.md.
 */
import type { Subject } from '#lib/network/subject.ts';
import { axisFacts, type AxisFacts, type Frame } from '#lib/slice/frame.ts';
import { placeOnSlice } from '#lib/slice/pointOnSlice.ts';
import type { Projector } from '#lib/slice/projection.ts';
import type { SliceRecipe } from '#lib/slice/recipe.ts';
import { walkShare, type WalkOrigin } from './randomWalk.ts';

export type Bead = {
  readonly id: string;
  readonly title: string;
  readonly epoch: number | null;
  readonly a: number;
  readonly b: number;
  /** In a volume; else 0. */
  readonly c: number;
  /** ‖Δ − D·a‖, in parameter space. */
  readonly outOfPlane: number;
  /** ‖D·a‖² / ‖Δ‖², from 0 to 1: how much of its squared distance from the origin of the slice lies within it. */
  readonly captured: number;
};

/** A training path against a slice. */
export type PathFacts = {
  readonly points: number;
  /** Parameters of the network. */
  readonly dimensions: number;
  /** Directions that the projection has. */
  readonly axes: number;
  /** Share of the path's squared distances from the slice's origin that lies within the slice. */
  readonly captured: number;
  /** What a random walk of as many points, seen from the same place, shows on its own best axes; null where it is seen from a place that is neither on it nor its mean. */
  readonly walk: number | null;
};

export type Geography = {
  readonly facts: AxisFacts;
  /** Of the projection: see Projector. */
  readonly condition: number;
  /** In order of training; empty when the network has no trajectory. */
  readonly trajectory: readonly Bead[];
  /** Checkpoints that are not part of the trajectory. */
  readonly checkpoints: readonly Bead[];
  /** Null without a trajectory that goes anywhere. */
  readonly path: PathFacts | null;
};

/** @param axes the frame of the directions themselves: of the volume, for an oblique plane in one */
export function checkpointsOnSlice(recipe: SliceRecipe, subject: Pick<Subject, 'manifest' | 'checkpoints'>, { frame, axes, projector }: { readonly frame: Frame; readonly axes: Frame; readonly projector: Projector }): Geography {
  const { checkpoints, trajectory } = subject.manifest;
  const shown = checkpoints.map(({ id, title, epoch }, row) => ({ id, title, epoch: epoch ?? null, parameters: subject.checkpoints[row]!, ...projector.project(subject.checkpoints[row]!) }));
  const beads = shown.flatMap(({ id, title, epoch, coordinates, outOfPlane, captured }): readonly Bead[] => {
    const place = placeOnSlice(recipe, coordinates);
    return place ? [{ id, title, epoch, ...place, outOfPlane, captured }] : [];
  });
  const onPath = trajectory.flatMap((id) => shown.find((each) => each.id === id) ?? []);
  const distances = onPath.map(({ parameters }) => squaredDistance(parameters, frame.origin));
  const total = distances.reduce((sum, distance) => sum + distance, 0);
  const within = onPath.reduce((sum, { captured }, index) => sum + captured * distances[index]!, 0);
  const origin = onPath.length > 1 ? originOf(onPath.map(({ parameters }) => parameters), distances, frame.origin) : null;
  const [dimensions, count] = [frame.origin.length, frame.directions.length];
  return {
    facts: axisFacts(axes),
    condition: projector.condition,
    trajectory: trajectory.flatMap((id) => beads.find((bead) => bead.id === id) ?? []),
    checkpoints: beads.filter(({ id }) => !trajectory.includes(id)),
    path: total > 0 ? { points: onPath.length, dimensions, axes: count, captured: within / total, walk: origin === null ? null : walkShare(onPath.length, dimensions, count, origin) } : null,
  };
}

/** Share of a mean's length that float32 may lose. */
const ROUNDING = 1e-5;

function originOf(points: readonly Float32Array[], distances: readonly number[], origin: Float32Array): WalkOrigin | null {
  const at = distances.indexOf(0);
  if (at >= 0) return at;
  let [apart, size] = [0, 0];
  for (let index = 0; index < origin.length; index++) {
    const mean = points.reduce((sum, point) => sum + point[index]!, 0) / points.length;
    apart += (mean - origin[index]!) ** 2;
    size += mean ** 2;
  }
  return apart <= ROUNDING ** 2 * size ? 'mean' : null;
}

function squaredDistance(one: Float32Array, other: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < one.length; index++) sum += (one[index]! - other[index]!) ** 2;
  return sum;
}
