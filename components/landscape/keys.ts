/** What a key pressed on the landscape means. Pure: the view carries it out. */
import type { Camera } from '#lib/session/camera.ts';
import { coordinateOf, nearestIndex, type Grid } from '#lib/slice/grid.ts';
import type { PlanePoint } from './scene.ts';
import { turned, zoomed } from './viewLayout.ts';

export type KeyAction = { readonly cursor?: PlanePoint; readonly camera?: Camera | 'reset'; readonly isPick?: boolean };

export type Key = { readonly key: string; readonly shiftKey: boolean; readonly altKey: boolean; readonly ctrlKey: boolean; readonly metaKey: boolean };

const ARROWS: Readonly<Record<string, readonly [number, number]>> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
const DEGREES = 6;
const DOUBLINGS = 0.25;

/** Null where the key has no meaning here and belongs to the page. */
export function keyAction({ key, shiftKey, altKey, ctrlKey, metaKey }: Key, grid: Grid, cursor: PlanePoint | null, camera: Camera): KeyAction | null {
  if (ctrlKey || metaKey) return null;
  const arrow = ARROWS[key];
  if (arrow && altKey) return { camera: turned(camera, -arrow[0] * DEGREES, arrow[1] * DEGREES) };
  if (arrow) return { cursor: stepped(grid, cursor, arrow, shiftKey ? 10 : 1) };
  if (altKey) return null;
  if (key === '+' || key === '=') return { camera: zoomed(camera, DOUBLINGS) };
  if (key === '-' || key === '−') return { camera: zoomed(camera, -DOUBLINGS) };
  if (key === '0') return { camera: 'reset' };
  if (key === '1') return { camera: { ...camera, view: '3d' } };
  if (key === '2') return { camera: { ...camera, view: 'map' } };
  if (key === 'Enter') return { isPick: true };
  return null;
}

/** One grid step from the sample nearest to the crosshair; the first step from nowhere goes to the anchor. */
export function stepped(grid: Grid, cursor: PlanePoint | null, [right, up]: readonly [number, number], by: number): PlanePoint {
  const [alpha, beta] = grid.axes;
  if (!alpha) throw new Error('a slice has at least one axis');
  const step = (axis: typeof alpha, value: number | undefined, delta: number): number => {
    const index = value === undefined ? axis.anchor : nearestIndex(axis, value) + delta * by;
    return coordinateOf(axis, Math.min(axis.count - 1, Math.max(0, index)));
  };
  return { a: step(alpha, cursor?.a, right), b: beta ? step(beta, cursor?.b, up) : 0 };
}
