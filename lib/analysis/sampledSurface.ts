/**
 * The losses of one slice over an even grid, as the methods that look at its shape read them.
 *
 * A line has one row. What is not known is NaN; ±Infinity stays what it is. It knows neither tiles nor who measured.
 */
import { coordinateOf, indicesAt, strideOf, type AxisGrid, type Grid } from '#lib/slice/grid.ts';

export type SampledSurface = {
  /** [α] of a line, [α, β] of a plane; samples are evenly spaced. */
  readonly axes: readonly Pick<AxisGrid, 'min' | 'max' | 'count'>[];
  readonly columns: number;
  readonly rows: number;
  /** Row by row, row 0 at the lower end of β. */
  readonly values: ArrayLike<number>;
};

export type Sample = {
  readonly at: number;
  readonly column: number;
  readonly row: number;
  /** One for each axis. */
  readonly coordinates: readonly number[];
  readonly loss: number;
};

/** 4 joins samples that share a side, 8 those that share a corner too. */
export type Neighbours = 4 | 8;

export function sampleAt({ axes, columns, values }: SampledSurface, at: number): Sample {
  const [column, row] = [at % columns, Math.floor(at / columns)];
  const coordinates = axes.map((axis, which) => coordinateOf({ ...axis, anchor: 0 }, which === 0 ? column : row));
  return { at, column, row, coordinates, loss: values[at]! };
}

/** Distance between neighbouring samples along each axis. */
export const stepsOf = ({ axes }: Pick<SampledSurface, 'axes'>): readonly number[] => axes.map(({ min, max, count }) => (max - min) / (count - 1));

/** Writes the neighbours of a sample into `out` and returns how many there are. @param out at least 8 long */
export function neighboursOf({ columns, rows }: Pick<SampledSurface, 'columns' | 'rows'>, at: number, neighbours: Neighbours, out: Int32Array): number {
  const [column, row] = [at % columns, Math.floor(at / columns)];
  let count = 0;
  for (let up = -1; up <= 1; up++) {
    for (let across = -1; across <= 1; across++) {
      const isSelf = up === 0 && across === 0;
      if (isSelf || (neighbours === 4 && up !== 0 && across !== 0)) continue;
      if (column + across < 0 || column + across >= columns || row + up < 0 || row + up >= rows) continue;
      out[count++] = at + up * columns + across;
    }
  }
  return count;
}

export const isOnEdge = ({ columns, rows }: Pick<SampledSurface, 'columns' | 'rows'>, at: number): boolean => {
  const [column, row] = [at % columns, Math.floor(at / columns)];
  return column === 0 || column === columns - 1 || (rows > 1 && (row === 0 || row === rows - 1));
};

/**
 * The finest level of which every sample was measured, as a surface of its own; null before the coarsest is complete.
 * @param isMeasured whether a sample of the full grid was measured; one that is not finite counts
 */
export function finestComplete(grid: Grid, values: ArrayLike<number>, isMeasured: (at: number) => boolean): SampledSurface | null {
  for (let level = grid.levels - 1; level >= 0; level--) {
    const stride = strideOf(grid, level);
    const across = indicesAt(grid.axes[0]!, stride);
    const up = grid.axes[1] ? indicesAt(grid.axes[1], stride) : [0];
    const places = up.flatMap((row) => across.map((column) => row * grid.columns + column));
    if (!places.every(isMeasured)) continue;
    const axes = grid.axes.map((axis, which) => {
      const indices = which === 0 ? across : up;
      return { min: coordinateOf(axis, indices[0]!), max: coordinateOf(axis, indices.at(-1)!), count: indices.length };
    });
    return { axes, columns: across.length, rows: up.length, values: Float64Array.from(places, (at) => values[at]!) };
  }
  return null;
}

/** Least and greatest finite loss; null where there is none. */
export function finiteRange({ values }: Pick<SampledSurface, 'values'>): { readonly min: number; readonly max: number } | null {
  let [min, max] = [Infinity, -Infinity];
  for (let at = 0; at < values.length; at++) {
    const value = values[at]!;
    if (!Number.isFinite(value)) continue;
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  return min <= max ? { min, max } : null;
}
