/**
 * Where the checkpoints of a network stand on a slice, and what the slice misses of each: least-squares places, distances, shares.
 *
 * It evaluates nothing. Rules R13 and R9 in docs/SPEC.md.
 */
import { axisFacts, type AxisFacts, type Frame } from '#lib/slice/frame.ts';
import { placeOnSlice } from '#lib/slice/pointOnSlice.ts';
import type { Projector } from '#lib/slice/projection.ts';
import type { SliceRecipe } from '#lib/slice/recipe.ts';
import { meanOf, pathIdsOf, pointsOf, type Run } from '#lib/slice/runs.ts';
import { pooledWalkShare } from './pooledWalk.ts';
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
  /** Of which network, where the slice shows several. */
  readonly of?: string | undefined;
};

/** Another network of the same form on a slice, or the slice's own among others. */
export type RunOnSlice = {
  readonly id: string;
  readonly title: string;
  /** In order of training; empty where there is no path. */
  readonly trajectory: readonly Bead[];
  readonly checkpoints: readonly Bead[];
};

/** The training paths of several networks against a slice; numbers as in PathFacts, over all points together. */
export type PoolFacts = {
  readonly points: number;
  readonly dimensions: number;
  readonly axes: number;
  readonly captured: number;
  /** Of walks from the same starts with steps as long; null where the slice is seen from a place that is none of the points nor their mean. */
  readonly walk: number | null;
  /** The slice's own network first. */
  readonly each: readonly { readonly title: string; readonly points: number; readonly captured: number }[];
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
  /** The other networks that the recipe names, in its order. */
  readonly runs: readonly RunOnSlice[];
  /** Null where there are none. */
  readonly pool: PoolFacts | null;
};

type Placed = { readonly frame: Frame; readonly axes: Frame; readonly projector: Projector };

/** @param axes the frame of the directions themselves: of the volume, for an oblique plane in one @param runs the other networks that the recipe names */
export function checkpointsOnSlice(recipe: SliceRecipe, subject: Run, { frame, axes, projector }: Placed, runs: readonly Run[] = []): Geography {
  const { checkpoints, trajectory } = subject.manifest;
  const title = runs.length > 0 ? subject.manifest.title : undefined;
  const shown = checkpoints.map(({ id }, row) => ({ id, parameters: subject.checkpoints[row]!, ...projector.project(subject.checkpoints[row]!) }));
  const beads = beadsOf(recipe, subject, projector, title);
  const onPath = trajectory.flatMap((id) => shown.find((each) => each.id === id) ?? []);
  const distances = onPath.map(({ parameters }) => squaredDistance(parameters, frame.origin));
  const total = distances.reduce((sum, distance) => sum + distance, 0);
  const within = onPath.reduce((sum, { captured }, index) => sum + captured * distances[index]!, 0);
  const origin = onPath.length > 1 ? originOf(onPath.map(({ parameters }) => parameters), distances, frame.origin) : null;
  const [dimensions, count] = [frame.origin.length, frame.directions.length];
  return {
    facts: axisFacts(axes),
    condition: projector.condition,
    ...parted(beads, trajectory),
    path: total > 0 ? { points: onPath.length, dimensions, axes: count, captured: within / total, walk: origin === null ? null : walkShare(onPath.length, dimensions, count, origin) } : null,
    runs: runs.map((run) => ({ id: run.id, title: run.manifest.title, ...parted(beadsOf(recipe, run, projector, run.manifest.title), run.manifest.trajectory) })),
    pool: runs.length > 0 ? poolFacts([subject, ...runs], frame, projector) : null,
  };
}

/** Every checkpoint that has a place on the slice. @param of the network's title, where there are several */
function beadsOf(recipe: SliceRecipe, { manifest, checkpoints }: Run, projector: Projector, of: string | undefined): readonly Bead[] {
  return manifest.checkpoints.flatMap(({ id, title, epoch }, row): readonly Bead[] => {
    const { coordinates, outOfPlane, captured } = projector.project(checkpoints[row]!);
    const place = placeOnSlice(recipe, coordinates);
    return place ? [{ id, title, epoch: epoch ?? null, ...place, outOfPlane, captured, ...(of !== undefined && { of }) }] : [];
  });
}

const parted = (beads: readonly Bead[], trajectory: readonly string[]): Pick<RunOnSlice, 'trajectory' | 'checkpoints'> => ({
  trajectory: trajectory.flatMap((id) => beads.find((bead) => bead.id === id) ?? []),
  checkpoints: beads.filter(({ id }) => !trajectory.includes(id)),
});

function poolFacts(runs: readonly Run[], { origin, directions }: Frame, projector: Projector): PoolFacts {
  const paths = runs.map((run) => pointsOf(run, pathIdsOf(run.manifest)));
  const points = paths.flat();
  const distances = points.map((point) => squaredDistance(point, origin));
  const within = points.map((point, index) => projector.project(point).captured * distances[index]!);
  const share = (first: number, end: number): number => sumOf(within.slice(first, end)) / (sumOf(distances.slice(first, end)) || 1);
  const seenFrom = points.length > 1 ? originOf(points, distances, origin) : null;
  let first = 0;
  return {
    points: points.length,
    dimensions: origin.length,
    axes: directions.length,
    captured: share(0, points.length),
    walk: seenFrom === null ? null : pooledWalkShare(paths, origin.length, directions.length, seenFrom),
    each: runs.map(({ manifest }, run) => {
      const start = first;
      first += paths[run]!.length;
      return { title: manifest.title, points: paths[run]!.length, captured: share(start, first) };
    }),
  };
}

const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, each) => sum + each, 0);

/** Share of a mean's length that float32 may lose. */
const ROUNDING = 1e-5;

function originOf(points: readonly Float32Array[], distances: readonly number[], origin: Float32Array): WalkOrigin | null {
  const at = distances.indexOf(0);
  if (at >= 0) return at;
  const mean = meanOf(points);
  let [apart, size] = [0, 0];
  for (let index = 0; index < origin.length; index++) {
    apart += (mean[index]! - origin[index]!) ** 2;
    size += mean[index]! ** 2;
  }
  return apart <= ROUNDING ** 2 * size ? 'mean' : null;
}

function squaredDistance(one: Float32Array, other: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < one.length; index++) sum += (one[index]! - other[index]!) ** 2;
  return sum;
}
