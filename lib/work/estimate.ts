/**
 * Fills in what was not measured from what was, so that a coarse picture is whole from its first tile.
 *
 * A sample that was not measured takes the trilinear value of the finest level whose eight samples around it were all measured and
 * finite (in a plane four, bilinear); there is no extrapolation. The outcome depends only on what is known, never on the order in which
 * it came.
 */
import { strideOf, type AxisGrid, type Grid } from '#lib/slice/grid.ts';

/** What is drawn at one sample. A loss that is not finite is shown as such whether verified or not. */
export const FIELD = { unknown: 0, estimated: 1, rechecked: 2, measured: 3, verified: 4, notFinite: 5 } as const;

/** One set over one layer of the grid, row by row, row 0 at the lower end of β. `values` is NaN where `states` says unknown or not finite. */
export type Field = { readonly columns: number; readonly rows: number; readonly values: Float32Array; readonly states: Uint8Array };

/** One set over the whole grid: `layers` fields one after the other, the lowest γ first. */
export type Fields = Field & { readonly layers: number };

/** A block of samples of one layer. */
export type Rectangle = { readonly column: number; readonly row: number; readonly columns: number; readonly rows: number };

/** A block of samples of the full grid. */
export type Block = Rectangle & { readonly layer: number; readonly layers: number };

export const isKnown = (state: number): boolean => state !== FIELD.unknown && state !== FIELD.notFinite;

/** Whether a number was measured there, whatever is believed of it. */
export const isFiniteMeasured = (state: number): boolean => state === FIELD.rechecked || state === FIELD.measured || state === FIELD.verified;

/** Makes every estimate inside `block` anew. `levels` names those that hold at least one measured sample. */
export function estimateWithin(grid: Grid, fields: Fields, block: Block, levels: readonly number[]): void {
  const { columns, rows, values, states } = fields;
  const right = block.column + block.columns;
  const top = block.row + block.rows;
  const far = block.layer + block.layers;
  for (let layer = block.layer; layer < far; layer++) {
    for (let row = block.row; row < top; row++) {
      for (let at = (layer * rows + row) * columns + block.column, end = at + block.columns; at < end; at++) {
        if (states[at] !== FIELD.estimated) continue;
        states[at] = FIELD.unknown;
        values[at] = NaN;
      }
    }
  }
  for (const level of levels.toSorted((one, other) => other - one)) {
    const stride = strideOf(grid, level);
    const across = spansOver(grid.axes[0], stride, block.column, right - 1);
    const up = spansOver(grid.axes[1], stride, block.row, top - 1);
    for (const deep of spansOver(grid.axes[2], stride, block.layer, far - 1)) {
      for (const high of up) for (const wide of across) fillCell(fields, block, wide, high, deep);
    }
  }
}

type Span = readonly [from: number, to: number];

/** The steps of one level's sub-grid that touch the samples `from` … `to`; an axis that is not there is one empty step. */
function spansOver(axis: AxisGrid | undefined, stride: number, from: number, to: number): readonly Span[] {
  if (!axis) return [[0, 0]];
  const offset = axis.anchor % stride;
  const spans: Span[] = [];
  // A sample on a line of the sub-grid is the edge of two steps: the one that ends there counts too.
  const first = Math.max(0, Math.ceil((from - offset) / stride) - 1);
  for (let low = offset + first * stride; low <= to && low + stride < axis.count; low += stride) spans.push([low, low + stride]);
  return spans;
}

/** Fills the samples of one cell that lie inside the block. No arrays are made: a plane may have a million cells. */
function fillCell({ columns, rows, values, states }: Fields, block: Block, [left, right]: Span, [bottom, top]: Span, [near, far]: Span): void {
  const nearLow = (near * rows + bottom) * columns;
  const nearHigh = (near * rows + top) * columns;
  const isPlane = near === far;
  const farLow = isPlane ? nearLow : (far * rows + bottom) * columns;
  const farHigh = isPlane ? nearHigh : (far * rows + top) * columns;
  const isWhole = (row: number): boolean => isFiniteMeasured(states[row + left]!) && isFiniteMeasured(states[row + right]!);
  if (!isWhole(nearLow) || !isWhole(nearHigh) || (!isPlane && !(isWhole(farLow) && isWhole(farHigh)))) return;
  const width = Math.max(1, right - left);
  const height = Math.max(1, top - bottom);
  const depth = Math.max(1, far - near);
  const lastLayer = Math.min(far, block.layer + block.layers - 1);
  const lastRow = Math.min(top, block.row + block.rows - 1);
  const lastColumn = Math.min(right, block.column + block.columns - 1);
  for (let layer = Math.max(near, block.layer); layer <= lastLayer; layer++) {
    const w = (layer - near) / depth;
    for (let row = Math.max(bottom, block.row); row <= lastRow; row++) {
      const v = (row - bottom) / height;
      const low = mixed(values, left, v, w);
      const high = mixed(values, right, v, w);
      for (let column = Math.max(left, block.column); column <= lastColumn; column++) {
        const here = (layer * rows + row) * columns + column;
        if (states[here] !== FIELD.unknown) continue;
        const u = (column - left) / width;
        values[here] = low * (1 - u) + high * u;
        states[here] = FIELD.estimated;
      }
    }
  }

  /** Between the four corners in one column: first across β, then across γ. */
  function mixed(of: Float32Array, column: number, v: number, w: number): number {
    const front = of[nearLow + column]! * (1 - v) + of[nearHigh + column]! * v;
    return isPlane ? front : front * (1 - w) + (of[farLow + column]! * (1 - v) + of[farHigh + column]! * v) * w;
  }
}
