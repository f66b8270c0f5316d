/**
 * The tangent of a sampled line at one of its samples, and whether it is what the gradient says: df/dα = g·d.
 *
 * A slope of zero along a line does not make a point stationary: the loss may still fall in any other direction.
 * Rule O5 in docs/SPEC.md.
 */
import { dot } from '#lib/slice/vectors.ts';
import { sampleAt, stepsOf, type Sample, type SampledSurface } from './sampledSurface.ts';

type Vector = Float32Array | Float64Array;

export type Tangent = Sample & {
  /** df/dα, by central differences; at an end by a parabola through three samples. */
  readonly slope: number;
  /** About how far the slope is off because samples are apart, where the curve is smooth: from the difference between one step and two. NaN where samples are too few to say. */
  readonly truncation: number;
  /** The chord's slope to the sample before and to the one after; NaN beyond an end. Where they differ by more than `truncation` explains, a kink may be between. */
  readonly sides: readonly [before: number, after: number];
};

/** Null where a sample that it takes is not known or not finite. @throws unless the surface is a line of three samples or more and `at` is one of them */
export function tangentAt(line: SampledSurface, at: number): Tangent | null {
  const { columns, rows, values } = line;
  if (rows !== 1 || columns < 3) throw new Error(`a tangent needs a line of three samples or more, not ${columns} × ${rows}`);
  if (!(Number.isInteger(at) && at >= 0 && at < columns)) throw new Error(`sample ${at} of ${columns} is not on the line`);
  const [step] = stepsOf(line) as [number];
  const slope = slopeOver(values, at, 1, columns) / step;
  if (!Number.isFinite(slope)) return null;
  const chord = (from: number, to: number): number => ((values[to] ?? NaN) - (values[from] ?? NaN)) / step;
  // The error of both formulas grows with the square of the step: a third of the difference between two steps and one is the error of one.
  return { ...sampleAt(line, at), slope, truncation: Math.abs(slopeOver(values, at, 2, columns) / step - slope) / 3, sides: [chord(at - 1, at), chord(at, at + 1)] };
}

/** In units of loss per sample; NaN where the samples end too soon. */
function slopeOver(values: ArrayLike<number>, at: number, reach: number, count: number): number {
  const value = (steps: number): number => values[at + steps * reach] ?? NaN;
  if (at - reach >= 0 && at + reach < count) return (value(1) - value(-1)) / (2 * reach);
  const inward = at - reach < 0 ? 1 : -1;
  return (inward * (4 * value(inward) - 3 * value(0) - value(2 * inward))) / (2 * reach);
}

export type SlopeComparison = {
  /** Of the curve. */
  readonly slope: number;
  /** g·d. */
  readonly directional: number;
  readonly difference: number;
  /** ‖g‖: how steep the loss is out of the line. */
  readonly gradientNorm: number;
  /** |g·d| / (‖g‖·‖d‖): how much of the slope the line shows; NaN where either is zero. */
  readonly share: number;
};

/**
 * Beside a tangent, what the gradient there says.
 * @param direction of the line, per unit of α
 */
export function slopeComparison({ slope }: Pick<Tangent, 'slope'>, gradient: Vector, direction: Vector): SlopeComparison {
  const directional = dot(gradient, direction);
  const gradientNorm = Math.sqrt(dot(gradient, gradient));
  return { slope, directional, difference: Math.abs(slope - directional), gradientNorm, share: Math.abs(directional) / (gradientNorm * Math.sqrt(dot(direction, direction))) };
}
