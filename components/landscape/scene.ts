/**
 * The box that a plane is drawn in: x is α, y is β, z is the height of the loss.
 *
 * Its longest side is 100 units and its middle stands at the origin. Pure geometry: it knows no canvas.
 */
import { coordinateOf, nearestIndex, type AxisGrid, type Grid } from '#lib/slice/grid.ts';

export type Scene = {
  readonly grid: Grid;
  readonly alpha: AxisGrid;
  readonly beta: AxisGrid;
  /** Along x, y and z. */
  readonly width: number;
  readonly depth: number;
  readonly height: number;
};

export type PlanePoint = { readonly a: number; readonly b: number };
export type Vector = readonly [x: number, y: number, z: number];

const LONGEST = 100;
const USUAL_HEIGHT = 42;
/** Axes may count in different units; a sliver would be unreadable. */
const NARROWEST = 0.4;

export function sceneOf(grid: Grid, exaggeration: number): Scene {
  const [alpha, beta] = grid.axes;
  if (!alpha || !beta) throw new Error(`a plane has two axes, this slice has ${grid.axes.length}`);
  const ratio = (beta.max - beta.min) / (alpha.max - alpha.min);
  const kept = Math.min(1 / NARROWEST, Math.max(NARROWEST, ratio));
  return {
    grid,
    alpha,
    beta,
    width: kept > 1 ? LONGEST / kept : LONGEST,
    depth: kept > 1 ? LONGEST : LONGEST * kept,
    height: USUAL_HEIGHT * exaggeration,
  };
}

const shareOf = (axis: AxisGrid, value: number): number => (value - axis.min) / (axis.max - axis.min);

export const xOf = ({ alpha, width }: Scene, a: number): number => (shareOf(alpha, a) - 0.5) * width;
export const yOf = ({ beta, depth }: Scene, b: number): number => (shareOf(beta, b) - 0.5) * depth;

export const heightOnto = (scene: Scene, { a, b }: PlanePoint, z: number): Vector => [xOf(scene, a), yOf(scene, b), z];

/** A corner of the floor; −1 is the lower end of an axis, 1 the upper. */
export const planeCorner = ({ width, depth }: Scene, alongA: -1 | 1, alongB: -1 | 1): readonly [x: number, y: number] => [(alongA * width) / 2, (alongB * depth) / 2];

/** The coordinates under (x, y); null outside the slice. */
export function planePointAt(scene: Scene, x: number, y: number): PlanePoint | null {
  const u = x / scene.width + 0.5;
  const v = y / scene.depth + 0.5;
  if (!(u >= 0 && u <= 1 && v >= 0 && v <= 1)) return null;
  return { a: scene.alpha.min + u * (scene.alpha.max - scene.alpha.min), b: scene.beta.min + v * (scene.beta.max - scene.beta.min) };
}

/** The sample nearest to a point: a crosshair there reads what was measured. */
export const nearestSample = ({ axes: [alpha, beta] }: Grid, { a, b }: PlanePoint): PlanePoint => ({
  a: alpha ? coordinateOf(alpha, nearestIndex(alpha, a)) : 0,
  b: beta ? coordinateOf(beta, nearestIndex(beta, b)) : 0,
});

/** Steps of a ray through the box; finer than a pixel for any view of it. */
const RAY_STEPS = 400;

/**
 * Where a ray from `from` to `to` first meets the surface, else the floor; null where it misses both.
 * Walking the known field costs microseconds, where drawing the picture once more to read one pixel
 * of it costs a frame.
 */
export function castRay(scene: Scene, heightOver: (point: PlanePoint) => number | null, from: Vector, to: Vector): PlanePoint | null {
  const entry = clipToBox(scene, from, to);
  if (!entry) return null;
  const at = (t: number): Vector => [from[0] + (to[0] - from[0]) * t, from[1] + (to[1] - from[1]) * t, from[2] + (to[2] - from[2]) * t];
  const [start, end] = entry;
  let before = start;
  let wasAbove: boolean | null = null;
  for (let step = 0; step <= RAY_STEPS; step++) {
    const t = start + ((end - start) * step) / RAY_STEPS;
    const above = isAbove(scene, heightOver, at(t));
    if (above === false && wasAbove !== false) {
      const hit = at(wasAbove === null ? t : bisect((middle) => isAbove(scene, heightOver, at(middle)) !== false, before, t));
      return planePointAt(scene, hit[0], hit[1]);
    }
    wasAbove = above;
    before = t;
  }
  const [x, y, z] = at(end);
  return Math.abs(z) < 1e-3 ? planePointAt(scene, x, y) : null;
}

/** Whether something of the surface stands between a point on it and the eye. */
export function isHidden(scene: Scene, heightOver: (point: PlanePoint) => number | null, point: Vector, eye: Vector): boolean {
  const lifted: Vector = [point[0], point[1], point[2] + 0.8];
  const span = clipToBox(scene, lifted, eye);
  if (!span) return false;
  const [start, end] = span;
  for (let step = 1; step <= 60; step++) {
    const t = start + ((end - start) * step) / 60;
    const along: Vector = [lifted[0] + (eye[0] - lifted[0]) * t, lifted[1] + (eye[1] - lifted[1]) * t, lifted[2] + (eye[2] - lifted[2]) * t];
    if (isAbove(scene, heightOver, along) === false) return true;
  }
  return false;
}

/** Null where the surface is not known below or above the point. */
function isAbove(scene: Scene, heightOver: (point: PlanePoint) => number | null, [x, y, z]: Vector): boolean | null {
  const point = planePointAt(scene, x, y);
  const height = point && heightOver(point);
  return height === null ? null : z > height;
}

function bisect(holds: (t: number) => boolean, yes: number, no: number): number {
  for (let step = 0; step < 16; step++) {
    const middle = (yes + no) / 2;
    if (holds(middle)) yes = middle;
    else no = middle;
  }
  return (yes + no) / 2;
}

/** The part of the segment inside the box, as shares of its length. */
export function clipToBox({ width, depth, height }: Scene, from: Vector, to: Vector): readonly [number, number] | null {
  const bounds = [
    [-width / 2, width / 2],
    [-depth / 2, depth / 2],
    [0, height + 1],
  ] as const;
  let [start, end] = [0, 1];
  for (const [axis, [low, high]] of bounds.entries()) {
    const origin = from[axis]!;
    const travel = to[axis]! - origin;
    if (travel === 0) {
      if (origin < low || origin > high) return null;
      continue;
    }
    const one = (low - origin) / travel;
    const other = (high - origin) / travel;
    start = Math.max(start, Math.min(one, other));
    end = Math.min(end, Math.max(one, other));
  }
  return start <= end ? [start, end] : null;
}
