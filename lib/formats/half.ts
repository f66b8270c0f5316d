/** Numbers of IEEE 754 binary16: one sign bit, five of exponent, ten of fraction. It knows no file. */

const FRACTION_BITS = 10;
const LARGEST_EXPONENT = 31;
/** 2^−24, the least number above zero. */
const QUANTUM = 2 ** -24;

/** What sixteen bits mean. Exact in float32. */
function halfValue(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> FRACTION_BITS) & LARGEST_EXPONENT;
  const fraction = bits & 0x3ff;
  if (exponent === LARGEST_EXPONENT) return fraction === 0 ? sign * Infinity : NaN;
  // The subnormal numbers are the multiples of the quantum; above them each doubling of the range doubles the step.
  return exponent === 0 ? sign * fraction * QUANTUM : sign * (1024 + fraction) * QUANTUM * 2 ** (exponent - 1);
}

/** There are few enough of them to know them all, and networks have millions of weights. */
let values: Float32Array | null = null;

export function widened(bits: Uint16Array): Float32Array {
  values ??= Float32Array.from({ length: 0x1_0000 }, (_, each) => halfValue(each));
  const wide = new Float32Array(bits.length);
  // A loop: `from` with a function takes ten times as long, and a server starts with all its networks.
  for (let at = 0; at < wide.length; at++) wide[at] = values[bits[at]!]!;
  return wide;
}

/** The nearest half to a number, of two equally near the even one, as bits; beyond 65,519 that is infinity. Every NaN becomes the quiet one. */
export function halfBits(value: number): number {
  if (Number.isNaN(value)) return 0x7e00;
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (size === Infinity) return sign | 0x7c00;
  // Below 2^−14 the step is the quantum; from there on 2^(e − 10). The logarithm may err by one at a power of two, which the carry below mends.
  const exponent = Math.max(Math.floor(Math.log2(size)), -14);
  const steps = evenlyRounded(size / 2 ** (exponent - FRACTION_BITS));
  // 1024 steps are the leading one: a carry out of the fraction raises the exponent, up to infinity, by itself.
  return sign | Math.min((exponent + 14) * 1024 + steps, 0x7c00);
}

function evenlyRounded(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}
