/**
 * What is known of a slice over one set of samples: the sums behind every measured sample, the field that is drawn, and its range.
 *
 * It knows cells by their place in the arrays, not tiles nor coordinates; surface.ts does. Rules F1, F6 in docs/SPEC.md.
 */
import { FIELD, type Field, type Fields } from './estimate.ts';
import type { SetSums } from './tileResult.ts';

export type SetValues = {
  readonly fields: Fields;
  /** The same arrays, layer by layer. */
  readonly layers: readonly Field[];
  readonly means: Float64Array;
  readonly correct: Uint32Array;
  readonly samples: Uint32Array;
  /** Over finite means; `min` > `max` before the first. */
  min: number;
  max: number;
  notFinite: number;
};

const LARGEST_FLOAT32 = 3.4028234663852886e38;

export function createSetValues(columns: number, rows: number, layers: number): SetValues {
  const area = columns * rows;
  const values = new Float32Array(area * layers).fill(NaN);
  const states = new Uint8Array(area * layers);
  return {
    fields: { columns, rows, layers, values, states },
    layers: Array.from({ length: layers }, (_, layer) => ({
      columns,
      rows,
      values: values.subarray(layer * area, (layer + 1) * area),
      states: states.subarray(layer * area, (layer + 1) * area),
    })),
    means: new Float64Array(area * layers),
    correct: new Uint32Array(area * layers),
    samples: new Uint32Array(area * layers),
    min: Infinity,
    max: -Infinity,
    notFinite: 0,
  };
}

/** Whether the cells hold these very sums. */
export const holds = ({ means, correct, samples }: SetValues, cells: readonly number[], sums: SetSums): boolean =>
  cells.every((at, index) => Object.is(means[at], sums.lossSum[index]! / sums.samples) && correct[at] === sums.correct[index] && samples[at] === sums.samples);

export function write({ means, correct, samples }: SetValues, cells: readonly number[], sums: SetSums): void {
  for (const [index, at] of cells.entries()) {
    means[at] = sums.lossSum[index]! / sums.samples;
    correct[at] = sums.correct[index]!;
    samples[at] = sums.samples;
  }
}

/** Forgets the cells, as though they had never been measured. */
export function erase(values: SetValues, cells: readonly number[]): void {
  for (const at of cells) {
    values.samples[at] = 0;
    values.fields.states[at] = FIELD.unknown;
    values.fields.values[at] = NaN;
  }
  takeStock(values);
}

/** Writes cells into the field that is drawn. */
export function draw({ fields, means }: SetValues, cells: readonly number[], isVerified: (at: number) => boolean): void {
  for (const at of cells) {
    const state = Number.isFinite(means[at]) ? (isVerified(at) ? FIELD.verified : FIELD.measured) : FIELD.notFinite;
    fields.states[at] = state;
    // A mean beyond float32 is still finite: it is drawn at the largest value there is.
    fields.values[at] = state === FIELD.notFinite ? NaN : Math.max(-LARGEST_FLOAT32, Math.min(LARGEST_FLOAT32, means[at]!));
  }
}

/** Takes new cells into the range. */
export function widen(values: SetValues, cells: readonly number[]): void {
  for (const at of cells) {
    const mean = values.means[at]!;
    if (!Number.isFinite(mean)) values.notFinite++;
    else {
      values.min = Math.min(values.min, mean);
      values.max = Math.max(values.max, mean);
    }
  }
}

/** After cells were replaced or erased the ends of the range may have gone with them. */
export function takeStock(values: SetValues): void {
  values.min = Infinity;
  values.max = -Infinity;
  values.notFinite = 0;
  const measured: number[] = [];
  for (const [at, count] of values.samples.entries()) if (count > 0) measured.push(at);
  widen(values, measured);
}
