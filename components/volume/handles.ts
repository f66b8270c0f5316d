/**
 * What dragging a handle of an oblique plane by so many pixels means: moving along an axis of the plane, or turning about one.
 *
 * Pure: where things stand on the screen is told to it. Rule S15 in docs/SPEC.md.
 */
import type { Triple } from '#lib/slice/cut.ts';
import { basisOf, movedAlong, turnedAbout, type Basis, type Pose } from '#lib/slice/pose.ts';
import type { Project } from './cubeStage.ts';

export const HANDLES = ['centre', 'u', 'v'] as const;
export type HandleName = (typeof HANDLES)[number];

type Pixels = readonly [x: number, y: number];

/** An axis seen end on moves nothing under the pointer: below so many pixels per unit it is not dragged along. */
const FEWEST_PIXELS = 8;

const plus = ([a, b, c]: Triple, [x, y, z]: Triple, by: number): Triple => [a + x * by, b + y * by, c + z * by];

/** Where a handle stands: the middle, or the end of an axis `reach` from it. */
export const placeOfHandle = (pose: Pose, handle: HandleName, reach: number): Triple => (handle === 'centre' ? pose.at : plus(pose.at, basisOf(pose)[handle], reach));

/** @param snap degrees that an angle rests on; 0 for none */
export function dragged(pose: Pose, handle: HandleName, [dx, dy]: Pixels, reach: number, project: Project, snap: number): Pose {
  const basis = basisOf(pose);
  const at = placeOfHandle(pose, handle, reach);
  const screenOf = (axis: keyof Basis): Pixels => {
    const [x0, y0] = project(at);
    const [x1, y1] = project(plus(at, basis[axis], 0.1));
    return [(x1 - x0) * 10, (y1 - y0) * 10];
  };
  const along = (axis: keyof Basis): number => {
    const [x, y] = screenOf(axis);
    const length = x * x + y * y;
    return length < FEWEST_PIXELS ** 2 ? 0 : (dx * x + dy * y) / length;
  };
  /** How far along each of two axes the pointer went; where both are one direction on the screen, all of it along the first. */
  const both = (one: keyof Basis, other: keyof Basis): Pixels => {
    const [[a, b], [c, d]] = [screenOf(one), screenOf(other)];
    const determinant = a * d - b * c;
    if (Math.abs(determinant) < 0.1 * Math.hypot(a, b) * Math.hypot(c, d) || Math.hypot(c, d) < FEWEST_PIXELS || Math.hypot(a, b) < FEWEST_PIXELS) {
      const first = along(one);
      return first === 0 ? [0, along(other)] : [first, 0];
    }
    return [(dx * d - dy * c) / determinant, (dy * a - dx * b) / determinant];
  };
  if (handle === 'centre') {
    const distance = along('n');
    if (distance !== 0) return movedAlong(pose, 'n', distance);
    // Seen from straight above, the plane is pushed about within itself.
    const [right, up] = both('u', 'v');
    return movedAlong(movedAlong(pose, 'u', right), 'v', up);
  }
  const side = handle === 'u' ? 'v' : 'u';
  const [lift, swing] = both('n', side);
  const angle = (distance: number): number => {
    const degrees = (Math.atan2(distance, reach) * 180) / Math.PI;
    return snap > 0 ? Math.round(degrees / snap) * snap : degrees;
  };
  // Whichever the pointer went along further: up and down tilts, sideways rolls.
  if (Math.abs(lift) >= Math.abs(swing)) return turnedAbout(pose, side, handle === 'u' ? -angle(lift) : angle(lift));
  return turnedAbout(pose, 'n', handle === 'u' ? angle(swing) : -angle(swing));
}
