/**
 * What is known of a slice over one set of samples: the sums behind every measured sample, the field that is drawn, and its range.
 *
 * It knows cells by their place in the arrays, not tiles nor coordinates; surface.ts does. Rules F1, F6 in docs/SPEC.md.
 */
import { convexityOf, type Convexity } from '#lib/analysis/convexity.ts';
import { endsAt } from './curvatureAgreement.ts';
import { FIELD, type Field, type Fields } from './estimate.ts';
import type { PointCurvature, SetSums } from './tileResult.ts';

export type SetValues = {
  readonly fields: Fields;
  /** The same arrays, layer by layer. */
  readonly layers: readonly Field[];
  readonly means: Float64Array;
  /** What is drawn: the means, or how far from convex the loss is (rule E9). */
  readonly drawn: Float64Array;
  /** Where the slice asks for eigenvalues. */
  readonly curvature: PointCurvature | null;
  readonly correct: Uint32Array;
  readonly samples: Uint32Array;
  /** Σℓ², where the results hold them. */
  readonly squares: Float64Array | null;
  /** Of each point, as last written; 0 before the first. */
  samplesAtPoint: number;
  /** Over finite numbers that are drawn; `min` > `max` before the first. */
  min: number;
  max: number;
  notFinite: number;
};

const LARGEST_FLOAT32 = 3.4028234663852886e38;

export function createSetValues(columns: number, rows: number, layers: number, { isCurvature = false, hasSquares = false }): SetValues {
  const area = columns * rows;
  const values = new Float32Array(area * layers).fill(NaN);
  const states = new Uint8Array(area * layers);
  const doubles = (): Float64Array => new Float64Array(area * layers);
  const means = doubles();
  return {
    fields: { columns, rows, layers, values, states },
    layers: Array.from({ length: layers }, (_, layer) => ({
      columns,
      rows,
      values: values.subarray(layer * area, (layer + 1) * area),
      states: states.subarray(layer * area, (layer + 1) * area),
    })),
    means,
    drawn: isCurvature ? doubles() : means,
    curvature: isCurvature ? { min: doubles(), max: doubles(), minError: doubles(), maxError: doubles(), products: new Uint32Array(area * layers) } : null,
    correct: new Uint32Array(area * layers),
    samples: new Uint32Array(area * layers),
    squares: hasSquares ? doubles() : null,
    samplesAtPoint: 0,
    min: Infinity,
    max: -Infinity,
    notFinite: 0,
  };
}

const CURVATURE = ['min', 'max', 'minError', 'maxError', 'products'] as const;

/** Whether the cells hold these very sums. */
export const holds = ({ means, curvature, correct, samples, squares }: SetValues, cells: readonly number[], sums: SetSums): boolean =>
  cells.every(
    (at, index) =>
      Object.is(means[at], sums.lossSum[index]! / sums.samples) &&
      correct[at] === sums.correct[index] &&
      samples[at] === sums.samples &&
      (!squares || Object.is(squares[at], sums.lossSquares?.[index])) &&
      (!curvature || CURVATURE.every((name) => Object.is(curvature[name][at], sums.curvature?.[name][index]))),
  );

/** @throws where eigenvalues or squares are wanted and not there */
export function write(values: SetValues, cells: readonly number[], sums: SetSums): void {
  const { means, drawn, curvature, correct, samples, squares } = values;
  if (curvature && !sums.curvature) throw new Error('a result without the eigenvalues that its slice asks for');
  if (squares && !sums.lossSquares) throw new Error('a result without the squares of losses that its slice asks for');
  values.samplesAtPoint = sums.samples;
  for (const [index, at] of cells.entries()) {
    means[at] = sums.lossSum[index]! / sums.samples;
    correct[at] = sums.correct[index]!;
    samples[at] = sums.samples;
    if (squares) squares[at] = sums.lossSquares![index]!;
    if (!curvature) continue;
    for (const name of CURVATURE) curvature[name][at] = sums.curvature![name][index]!;
    drawn[at] = convexityAt(curvature, at).nonConvexity;
  }
}

/** Both eigenvalues at a cell with what follows from them. */
export const convexityAt = (curvature: PointCurvature, at: number): Convexity => convexityOf(endsAt(curvature, at), curvature.products[at]!);

/** Forgets the cells, as though they had never been measured. */
export function erase(values: SetValues, cells: readonly number[]): void {
  for (const at of cells) {
    values.samples[at] = 0;
    values.fields.states[at] = FIELD.unknown;
    values.fields.values[at] = NaN;
  }
  takeStock(values);
}

/** Writes cells into the field that is drawn. @param stateAt how a finite one is shown */
export function draw({ fields, drawn }: SetValues, cells: readonly number[], stateAt: (at: number) => number): void {
  for (const at of cells) {
    const state = Number.isFinite(drawn[at]) ? stateAt(at) : FIELD.notFinite;
    fields.states[at] = state;
    // A number beyond float32 is still finite: it is drawn at the largest value there is.
    fields.values[at] = state === FIELD.notFinite ? NaN : Math.max(-LARGEST_FLOAT32, Math.min(LARGEST_FLOAT32, drawn[at]!));
  }
}

/** Takes new cells into the range. */
export function widen(values: SetValues, cells: readonly number[]): void {
  for (const at of cells) {
    const value = values.drawn[at]!;
    if (!Number.isFinite(value)) values.notFinite++;
    else {
      values.min = Math.min(values.min, value);
      values.max = Math.max(values.max, value);
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
