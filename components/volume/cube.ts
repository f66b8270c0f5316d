/**
 * The box that a volume is drawn in: x is α, y is β, z is γ, its middle at the origin. Pure geometry: it knows no canvas.
 */
import type { Triple } from '#lib/slice/cut.ts';
import type { AxisGrid, Grid } from '#lib/slice/grid.ts';

export type Cube = { readonly axes: readonly [AxisGrid, AxisGrid, AxisGrid]; readonly sides: Triple };

export type Segment = { readonly from: Triple; readonly to: Triple };

const LONGEST = 100;
/** Axes may count in different units; a sliver would be unreadable. */
const NARROWEST = 0.4;

export function cubeOf({ axes }: Grid): Cube {
  const [alpha, beta, gamma] = axes;
  if (!alpha || !beta || !gamma) throw new Error(`a volume has three axes, this slice has ${axes.length}`);
  const spans = [alpha, beta, gamma].map(({ min, max }) => max - min);
  const longest = Math.max(...spans);
  const [a, b, c] = spans.map((span) => LONGEST * Math.max(NARROWEST, span / longest)) as [number, number, number];
  return { axes: [alpha, beta, gamma], sides: [a, b, c] };
}

/** Where a place in (α, β, γ) is drawn. */
export function worldOf({ axes, sides }: Cube, place: Triple): [number, number, number] {
  const along = (axis: 0 | 1 | 2) => ((place[axis] - axes[axis].min) / (axes[axis].max - axes[axis].min) - 0.5) * sides[axis];
  return [along(0), along(1), along(2)];
}

/** Whether a place is inside the volume, its faces included. */
export const isInside = ({ axes }: Cube, place: Triple): boolean => axes.every(({ min, max }, axis) => place[axis]! >= min && place[axis]! <= max);

/** The twelve edges, in (α, β, γ). */
export function edgesOf({ axes }: Cube): readonly Segment[] {
  const ends = (axis: 0 | 1 | 2) => [axes[axis].min, axes[axis].max] as const;
  const edges: Segment[] = [];
  for (const [along, across, up] of [[0, 1, 2], [1, 0, 2], [2, 0, 1]] as const) {
    for (const b of ends(across)) {
      for (const c of ends(up)) {
        const at = (value: number): Triple => {
          const place: [number, number, number] = [0, 0, 0];
          place[along] = value;
          place[across] = b;
          place[up] = c;
          return place;
        };
        edges.push({ from: at(ends(along)[0]), to: at(ends(along)[1]) });
      }
    }
  }
  return edges;
}
