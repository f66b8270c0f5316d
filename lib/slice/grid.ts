/**
 * The grid: where a slice is sampled, and in which order of fineness.
 *
 * Levels are nested. Level 0 takes every 2ᵏ-th sample, so placed that it holds the anchor
 * (the sample at 0 where there is one, else the middle); each next level halves the stride and
 * adds only new samples. Any odd count works. Rules G1–G5 in docs/SPEC.md.
 */
import type { Range } from './range.ts';

/** A coarsest level has at most this many samples along its longest axis, more or less one. */
const COARSE_COUNT = 9;
/** … or, in a volume, this many: 125 points are a picture already. */
const COARSE_VOLUME_COUNT = 5;

export type AxisGrid = {
  readonly min: number;
  readonly max: number;
  readonly count: number;
  /** A sample that every level holds. */
  readonly anchor: number;
};

export type Grid = {
  /** One entry for a line, two for a plane, three for a volume: [α, β, γ]. */
  readonly axes: readonly AxisGrid[];
  readonly columns: number;
  readonly rows: number;
  /** 1 but for a volume. */
  readonly layers: number;
  /** Levels 0 … levels − 1; the last has stride 1. */
  readonly levels: number;
};

export function gridOf(axes: readonly Range[]): Grid {
  const grids = axes.map(({ min, max, count }) => ({ min, max, count, anchor: anchorOf(min, max, count) }));
  const columns = grids[0]?.count ?? 1;
  const rows = grids[1]?.count ?? 1;
  const layers = grids[2]?.count ?? 1;
  const longest = Math.max(columns, rows, layers);
  const coarse = layers > 1 ? COARSE_VOLUME_COUNT : COARSE_COUNT;
  let levels = 1;
  while ((longest - 1) / 2 ** (levels - 1) + 1 > coarse + 1) levels++;
  return { axes: grids, columns, rows, layers, levels };
}

/** Steps between neighbouring samples of a level. */
export const strideOf = (grid: Grid, level: number): number => 2 ** (grid.levels - 1 - level);

/** The coordinate of sample `index`; both ends are exact, and the anchor of a range around zero is exactly 0. */
export function coordinateOf({ min, max, count }: AxisGrid, index: number): number {
  const t = index / (count - 1);
  const value = min * (1 - t) + max * t;
  // min·(1−t) + max·t leaves a remainder of one rounding where the sample stands at zero.
  return Math.abs(value) < (max - min) * 1e-12 ? 0 : value;
}

/** The sample nearest to a coordinate, kept inside the grid. */
export function nearestIndex(axis: AxisGrid, coordinate: number): number {
  const index = Math.round(((coordinate - axis.min) / (axis.max - axis.min)) * (axis.count - 1));
  return Math.min(axis.count - 1, Math.max(0, index));
}

/** Indices along one axis that belong to the level with this stride, ascending: at most `most`, the first `skipped` left out. */
export function indicesAt({ count, anchor }: Pick<AxisGrid, 'count' | 'anchor'>, stride: number, skipped = 0, most = Infinity): readonly number[] {
  const indices: number[] = [];
  for (let index = (anchor % stride) + skipped * stride; index < count && indices.length < most; index += stride) indices.push(index);
  return indices;
}

function anchorOf(min: number, max: number, count: number): number {
  const zero = (-min / (max - min)) * (count - 1);
  // Math.abs turns the −0 of a range that starts at zero into 0.
  const rounded = Math.abs(Math.round(zero));
  const isSampled = zero > -0.5 && rounded < count && Math.abs(zero - rounded) < 1e-9 * count;
  return isSampled ? rounded : (count - 1) / 2;
}
