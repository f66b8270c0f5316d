/**
 * The gradient at a point of a slice, taken apart: how steep the loss is along each axis, within the slice, and out of it.
 *
 * A flat place of a slice is a stationary point only if nothing is left outside. Rule J7 in docs/SPEC.md.
 */
import { projectorOf } from '#lib/slice/projection.ts';
import { dot, normOf } from '#lib/slice/vectors.ts';

type Vector = Float32Array | Float64Array;

export type Slope = {
  /** ‖g‖. */
  readonly norm: number;
  /** g·dₖ for every axis: the derivative of the loss by α and by β. */
  readonly along: readonly number[];
  /** Length of the part of g within the span of the axes, and of the part across it. */
  readonly inside: number;
  readonly outside: number;
};

/**
 * @param gradient g, as long as θ
 * @param directions one or two axes
 * @throws KnownError `ill-conditioned` for axes that span nothing
 */
export function slopeOf(gradient: Float64Array, directions: readonly Float32Array[]): Slope {
  const norm = normOf(gradient);
  const { captured } = projectorOf({ origin: new Float32Array(gradient.length), directions }).project(gradient);
  return { norm, along: directions.map((direction) => dot(gradient, direction)), inside: norm * Math.sqrt(captured), outside: norm * Math.sqrt(1 - captured) };
}

/** A step of this share of ‖θ‖ straight downhill … */
export const FLAT_STEP = 0.01;
/** … must lower the loss by less than this share of it, to first order, for a place to be called flat. The rule is Tarn's own. */
export const FLAT_SHARE = 0.001;

export type Flatness = 'flat' | 'slopesWithin' | 'slopesOut';

/** What may be said of a place with loss `loss` at `parameters`: whether the slope that is left lies within the slice or out of it. */
export function flatnessOf({ inside, outside }: Pick<Slope, 'inside' | 'outside'>, loss: number, parameters: Vector): Flatness {
  const reach = FLAT_STEP * normOf(parameters);
  const isSteep = (length: number): boolean => !(length * reach <= FLAT_SHARE * Math.abs(loss));
  if (isSteep(outside)) return 'slopesOut';
  return isSteep(inside) ? 'slopesWithin' : 'flat';
}
