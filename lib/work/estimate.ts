/**
 * Fills in what was not measured from what was, so that a coarse picture is whole from its first tile.
 *
 * A sample that was not measured takes the bilinear value of the finest level whose four samples
 * around it were all measured and finite; there is no extrapolation. The outcome depends only on
 * what is known, never on the order in which it came.
 */
import { strideOf, type AxisGrid, type Grid } from '#lib/slice/grid.ts';

/** What is drawn at one sample. A loss that is not finite is shown as such whether verified or not. */
export const FIELD = { unknown: 0, estimated: 1, measured: 2, verified: 3, notFinite: 4 } as const;

/** One set over the whole grid, row by row, row 0 at the lower end of β. `values` is NaN where `states` says unknown or not finite. */
export type Field = { readonly columns: number; readonly rows: number; readonly values: Float32Array; readonly states: Uint8Array };

/** A block of samples of the full grid. */
export type Rectangle = { readonly column: number; readonly row: number; readonly columns: number; readonly rows: number };

export const isKnown = (state: number): boolean => state !== FIELD.unknown && state !== FIELD.notFinite;

const isFiniteMeasured = (state: number): boolean => state === FIELD.measured || state === FIELD.verified;

/** Makes every estimate inside `rect` anew. `levels` names those that hold at least one measured sample. */
export function estimateWithin(grid: Grid, field: Field, rect: Rectangle, levels: readonly number[]): void {
  const { columns, values, states } = field;
  const right = rect.column + rect.columns;
  const top = rect.row + rect.rows;
  for (let row = rect.row; row < top; row++) {
    for (let at = row * columns + rect.column, end = row * columns + right; at < end; at++) {
      if (states[at] !== FIELD.estimated) continue;
      states[at] = FIELD.unknown;
      values[at] = NaN;
    }
  }
  for (const level of levels.toSorted((one, other) => other - one)) {
    const stride = strideOf(grid, level);
    const across = spansOver(grid.axes[0], stride, rect.column, right - 1);
    for (const [bottom, above] of spansOver(grid.axes[1], stride, rect.row, top - 1)) {
      for (const [left, beside] of across) fillCell(field, rect, left, beside, bottom, above);
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

function fillCell({ columns, values, states }: Field, rect: Rectangle, left: number, right: number, bottom: number, top: number): void {
  const a = bottom * columns + left;
  const b = bottom * columns + right;
  const c = top * columns + left;
  const d = top * columns + right;
  if (!isFiniteMeasured(states[a]!) || !isFiniteMeasured(states[b]!) || !isFiniteMeasured(states[c]!) || !isFiniteMeasured(states[d]!)) return;
  const [va, vb, vc, vd] = [values[a]!, values[b]!, values[c]!, values[d]!];
  const width = Math.max(1, right - left);
  const height = Math.max(1, top - bottom);
  const lastRow = Math.min(top, rect.row + rect.rows - 1);
  const lastColumn = Math.min(right, rect.column + rect.columns - 1);
  for (let row = Math.max(bottom, rect.row); row <= lastRow; row++) {
    const v = (row - bottom) / height;
    const low = va * (1 - v) + vc * v;
    const high = vb * (1 - v) + vd * v;
    for (let column = Math.max(left, rect.column); column <= lastColumn; column++) {
      const at = row * columns + column;
      if (states[at] !== FIELD.unknown) continue;
      const u = (column - left) / width;
      values[at] = low * (1 - u) + high * u;
      states[at] = FIELD.estimated;
    }
  }
}
