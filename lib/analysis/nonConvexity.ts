/**
 * Three points that prove a loss not convex: two ends, and between them a point above the chord.
 *
 * f((x + y)/2) > (f(x) + f(y))/2 for one pair is enough, and since a slice is a cut through the full loss, that is not convex either.
 * The converse is not true: where no such points are found, nothing is proved, and nothing is said. Rule O4 in docs/SPEC.md.
 */
import { sampleAt, type Sample, type SampledSurface } from './sampledSurface.ts';

export type NonConvexity = {
  readonly from: Sample;
  readonly middle: Sample;
  readonly to: Sample;
  /** The chord at the middle: the mean of both ends. */
  readonly chord: number;
  /** How far the middle lies above it. */
  readonly excess: number;
};

/** How far a measured loss may be from the true one. */
export type AllowedError = { readonly relative: number; readonly absolute: number };

/** Lines of the grid that are looked along, as [columns, rows] per step; one row has the first only. */
const DIRECTIONS = [
  [1, 0],
  [0, 1],
  [1, 1],
  [1, -1],
  [2, 1],
  [1, 2],
  [2, -1],
  [1, -2],
] as const;

/**
 * The triple that lies furthest above its chord, on a line or over the lines of a plane's grid; null where none is found, which proves nothing.
 * @param allowed a middle counts only where it is above the chord by more than the three losses may be wrong together
 */
export function nonConvexity(surface: SampledSurface, allowed: AllowedError): NonConvexity | null {
  const { columns, rows, values } = surface;
  let best = { excess: 0, at: -1, step: 0 };
  for (const [across, up] of DIRECTIONS) {
    const step = up * columns + across;
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const at = row * columns + column;
        const middle = values[at]!;
        if (!Number.isFinite(middle)) continue;
        const room = Math.min(roomFor(column, across, columns), roomFor(row, up, rows));
        for (let reach = 1; reach <= room; reach++) {
          const [one, other] = [values[at - reach * step]!, values[at + reach * step]!];
          const excess = middle - (one + other) / 2;
          // False too where an end is not finite.
          if (excess > best.excess && excess < Infinity && excess > errorOf(one, middle, other, allowed)) best = { excess, at, step: reach * step };
        }
      }
    }
  }
  if (best.at < 0) return null;
  const [from, middle, to] = [best.at - best.step, best.at, best.at + best.step].map((at) => sampleAt(surface, at)) as [Sample, Sample, Sample];
  return { from, middle, to, chord: (from.loss + to.loss) / 2, excess: best.excess };
}

/** Steps that fit to both sides. */
const roomFor = (place: number, step: number, count: number): number => (step === 0 ? Infinity : Math.floor(Math.min(place, count - 1 - place) / Math.abs(step)));

function errorOf(one: number, middle: number, other: number, { relative, absolute }: AllowedError): number {
  const of = (value: number): number => Math.max(absolute, relative * Math.abs(value));
  return of(middle) + (of(one) + of(other)) / 2;
}
