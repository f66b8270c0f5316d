/** A figure's place in an image: turned, scaled, sheared and moved. Only + − × ÷ √, so pixels are the same on every machine. */
import { circlePoint } from '#lib/circle.ts';
import type { Random } from '#lib/random.ts';

/** Point of the figure to pixel: (x, y) ↦ (a·x + b·y + dx, c·x + d·y + dy). */
export type Frame = { readonly a: number; readonly b: number; readonly c: number; readonly d: number; readonly dx: number; readonly dy: number };

export type FrameOptions = {
  /** Least and most of a full turn. */
  readonly turn: readonly [number, number];
  /** Pixels per unit of the figure. */
  readonly scale: readonly [number, number];
  /** Most by which one axis is longer than the other, as a share. */
  readonly stretch: number;
  readonly shear: number;
  /** Pixel of the figure's centre, and how far it may be from there. */
  readonly centre: number;
  readonly shift: number;
};

export const between = (random: Random, [least, most]: readonly [number, number]): number => least + (most - least) * random.uniform();

export function drawFrame(random: Random, { turn, scale, stretch, shear, centre, shift }: FrameOptions): Frame {
  const point = new Float64Array(2);
  const angle = between(random, turn);
  circlePoint(point, angle - Math.floor(angle));
  const [cosine, sine] = [point[0]!, point[1]!];
  const size = between(random, scale);
  const longer = 1 + stretch * (2 * random.uniform() - 1);
  const slant = shear * (2 * random.uniform() - 1);
  const [sx, sy] = [size * longer, size / longer];
  return {
    a: cosine * sx,
    b: cosine * slant * sx - sine * sy,
    c: sine * sx,
    d: sine * slant * sx + cosine * sy,
    dx: centre + shift * (2 * random.uniform() - 1),
    dy: centre + shift * (2 * random.uniform() - 1),
  };
}

/** Pixel back to the point of the figure. */
export function inverseOf({ a, b, c, d, dx, dy }: Frame): Frame {
  const determinant = a * d - b * c;
  const inverse = { a: d / determinant, b: -b / determinant, c: -c / determinant, d: a / determinant };
  return { ...inverse, dx: -(inverse.a * dx + inverse.b * dy), dy: -(inverse.c * dx + inverse.d * dy) };
}

/** A value in [0, 1] as a byte, rounded half up; values outside are cut off. */
export const byteOf = (value: number): number => Math.floor(255 * Math.min(1, Math.max(0, value)) + 0.5);
