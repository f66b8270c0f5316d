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

/** `vector` without its part along `axis`. */
export function withoutPartAlong(vector: Vector, axis: Vector): Float64Array {
  const factor = partAlong(vector, axis);
  return Float64Array.from(vector, (value, index) => value - factor * axis[index]!);
}
