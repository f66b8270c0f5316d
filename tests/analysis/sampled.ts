/** Functions sampled over a grid, for tests of what is read off a surface. */
import type { SampledSurface } from '#lib/analysis/sampledSurface.ts';

type Range = readonly [min: number, max: number, count: number];

export function sampledPlane(f: (a: number, b: number) => number, [minA, maxA, columns]: Range, [minB, maxB, rows]: Range): SampledSurface {
  const at = (min: number, max: number, count: number, index: number): number => min + ((max - min) * index) / (count - 1);
  const values = Float64Array.from({ length: columns * rows }, (_, index) => f(at(minA, maxA, columns, index % columns), at(minB, maxB, rows, Math.floor(index / columns))));
  return { axes: [{ min: minA, max: maxA, count: columns }, { min: minB, max: maxB, count: rows }], columns, rows, values };
}

export function sampledLine(f: (a: number) => number, [min, max, count]: Range): SampledSurface {
  const values = Float64Array.from({ length: count }, (_, index) => f(min + ((max - min) * index) / (count - 1)));
  return { axes: [{ min, max, count }], columns: count, rows: 1, values };
}

/** The same surface with some of its losses replaced. */
export const withValues = (surface: SampledSurface, changed: Readonly<Record<number, number>>): SampledSurface => ({
  ...surface,
  values: Float64Array.from(surface.values, (value, at) => changed[at] ?? value),
});
