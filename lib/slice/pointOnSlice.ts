/** The point of parameter space at a place on a slice: on a curve its one coordinate is t, in a volume there are three. Rules S8 and S9. */
import { placeOnCurve } from './curve.ts';
import { parametersAt, type Frame } from './frame.ts';
import type { SliceRecipe } from './recipe.ts';

/** θ in float64. @param c 0 but for a volume */
export function pointOnSlice({ curve }: Pick<SliceRecipe, 'curve'>, frame: Frame, a: number, b: number, c = 0): Float64Array {
  const [x, y] = curve ? placeOnCurve(curve.kind, a) : [a, b];
  return parametersAt(frame, x, y, new Float64Array(frame.origin.length), c);
}

/** How far from an end of a curve a point may be projected and still be that end. */
const AT_END = 1e-4;

/** Where on a slice coordinates along its axes are drawn: on a curve only its ends are known places; null for any other point. */
export function placeOnSlice({ curve }: Pick<SliceRecipe, 'curve'>, [a = 0, b = 0, c = 0]: readonly number[]): { readonly a: number; readonly b: number; readonly c: number } | null {
  if (!curve) return { a, b, c };
  if (Math.abs(b) > AT_END) return null;
  return Math.abs(a) < AT_END ? { a: 0, b: 0, c: 0 } : Math.abs(a - 1) < AT_END ? { a: 1, b: 0, c: 0 } : null;
}
