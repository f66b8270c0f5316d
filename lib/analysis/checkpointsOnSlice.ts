/**
 * Where the checkpoints of a network stand on a slice, and what the slice misses of each: least-squares places, distances, shares.
 *
 * It evaluates nothing. Rules R13 and R9 in docs/SPEC.md.
 */
import { axisFacts, type AxisFacts, type Frame } from '#lib/slice/frame.ts';
import { placeOnSlice } from '#lib/slice/pointOnSlice.ts';
import type { Projector } from '#lib/slice/projection.ts';
import type { SliceRecipe } from '#lib/slice/recipe.ts';
import { meanOf, pathIdsOf, type Run } from '#lib/slice/runs.ts';
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
  const { title, trajectory } = subject.manifest;
  const own = projectedOf(subject, projector);
  const others = runs.map((run) => ({ id: run.id, manifest: run.manifest, points: projectedOf(run, projector) }));
  const onPath = chosen(own, trajectory);
  const spread = spreadOf(onPath, frame.origin);
  const origin = onPath.length > 1 ? originOf(onPath, spread.distances, frame.origin) : null;
  const [dimensions, count] = [frame.origin.length, frame.directions.length];
  return {
    facts: axisFacts(axes),
    condition: projector.condition,
    ...parted(beadsOf(recipe, own, runs.length > 0 ? title : undefined), trajectory),
    path: spread.total > 0 ? { points: onPath.length, dimensions, axes: count, captured: spread.within / spread.total, walk: origin === null ? null : walkShare(onPath.length, dimensions, count, origin) } : null,
    runs: others.map(({ id, manifest, points }) => ({ id, title: manifest.title, ...parted(beadsOf(recipe, points, manifest.title), manifest.trajectory) })),
    pool: runs.length > 0 ? poolFacts([{ manifest: subject.manifest, points: own }, ...others].map(({ manifest, points }) => ({ title: manifest.title, path: chosen(points, pathIdsOf(manifest)) })), frame) : null,
  };
}

/** A checkpoint with what its projection says of it. */
type Projected = { readonly id: string; readonly title: string; readonly epoch: number | null; readonly parameters: Float32Array } & ReturnType<Projector['project']>;

const projectedOf = ({ manifest, checkpoints }: Run, projector: Projector): readonly Projected[] =>
  manifest.checkpoints.map(({ id, title, epoch }, row) => ({ id, title, epoch: epoch ?? null, parameters: checkpoints[row]!, ...projector.project(checkpoints[row]!) }));

const chosen = (points: readonly Projected[], ids: readonly string[]): readonly Projected[] => ids.flatMap((id) => points.find((each) => each.id === id) ?? []);

/** Every checkpoint that has a place on the slice. @param of the network's title, where there are several */
function beadsOf(recipe: SliceRecipe, points: readonly Projected[], of: string | undefined): readonly Bead[] {
  return points.flatMap(({ id, title, epoch, coordinates, outOfPlane, captured }): readonly Bead[] => {
    const place = placeOnSlice(recipe, coordinates);
    return place ? [{ id, title, epoch, ...place, outOfPlane, captured, ...(of !== undefined && { of }) }] : [];
  });
}

const parted = (beads: readonly Bead[], trajectory: readonly string[]): Pick<RunOnSlice, 'trajectory' | 'checkpoints'> => ({
  trajectory: trajectory.flatMap((id) => beads.find((bead) => bead.id === id) ?? []),
  checkpoints: beads.filter(({ id }) => !trajectory.includes(id)),
});

/** Squared distances of points from the slice's origin: of each, of all, and what of all lies within the slice. */
function spreadOf(points: readonly Projected[], origin: Float32Array): { readonly distances: readonly number[]; readonly total: number; readonly within: number } {
  const distances = points.map(({ parameters }) => squaredDistance(parameters, origin));
  return { distances, total: sumOf(distances), within: sumOf(points.map(({ captured }, index) => captured * distances[index]!)) };
}

function poolFacts(runs: readonly { readonly title: string; readonly path: readonly Projected[] }[], { origin, directions }: Frame): PoolFacts {
  const points = runs.flatMap(({ path }) => path);
  const each = runs.map(({ title, path }) => ({ title, points: path.length, ...spreadOf(path, origin) }));
  const [total, within] = [sumOf(each.map((run) => run.total)), sumOf(each.map((run) => run.within))];
  const seenFrom = points.length > 1 ? originOf(points, each.flatMap(({ distances }) => distances), origin) : null;
  return {
    points: points.length,
    dimensions: origin.length,
    axes: directions.length,
    captured: within / (total || 1),
    walk: seenFrom === null ? null : pooledWalkShare(runs.map(({ path }) => path.map(({ parameters }) => parameters)), origin.length, directions.length, seenFrom),
    each: each.map((run) => ({ title: run.title, points: run.points, captured: run.within / (run.total || 1) })),
  };
}

const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, each) => sum + each, 0);

/** Share of a mean's length that float32 may lose. */
const ROUNDING = 1e-5;

function originOf(points: readonly Projected[], distances: readonly number[], origin: Float32Array): WalkOrigin | null {
  const at = distances.indexOf(0);
  if (at >= 0) return at;
  const mean = meanOf(points.map(({ parameters }) => parameters));
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
