/** Sums over flat vectors, always accumulated in float64 whatever the elements are. */

type Vector = Float32Array | Float64Array;

export function dot(one: Vector, other: Vector): number {
  let sum = 0;
  for (let index = 0; index < one.length; index++) sum += one[index]! * other[index]!;
  return sum;
}

/** Length of `vector`, or of its elements from `start` to before `end`. */
export function normOf(vector: Vector, start = 0, end = vector.length): number {
  let sum = 0;
  for (let index = start; index < end; index++) sum += vector[index]! ** 2;
  return Math.sqrt(sum);
}

/** How many times `axis` goes into `vector`: its least-squares coordinate. */
export const partAlong = (vector: Vector, axis: Vector): number => dot(vector, axis) / dot(axis, axis);

/** Least-squares coordinates of `vector` on one or two axes, at whatever angle: the normal equations in closed form. */
export function partsWithin(vector: Vector, axes: readonly Vector[]): readonly number[] {
  const [first, second] = axes;
  if (!first) return [];
  if (!second) return [partAlong(vector, first)];
  const [aa, ab, bb] = [dot(first, first), dot(first, second), dot(second, second)];
  const [a, b] = [dot(vector, first), dot(vector, second)];
  const determinant = aa * bb - ab * ab;
  return [(a * bb - b * ab) / determinant, (b * aa - a * ab) / determinant];
}

/** `vector` without so much of each axis. */
export function without(vector: Vector, axes: readonly Vector[], parts: readonly number[]): Float64Array {
  const out = Float64Array.from(vector);
  for (const [rank, axis] of axes.entries()) for (let index = 0; index < out.length; index++) out[index]! -= parts[rank]! * axis[index]!;
  return out;
}

/** `vector` without its part within the span of one or two axes. */
export const withoutPartsWithin = (vector: Vector, axes: readonly Vector[]): Float64Array => without(vector, axes, partsWithin(vector, axes));
