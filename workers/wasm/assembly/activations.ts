/**
 * Activations on four floats at a time, to a few units in the last place of float32; NaN and infinities pass as in float64.
 *
 * The polynomials were fitted by us on Chebyshev nodes over the interval that each comment names, and rounded to float32.
 */
import { fma, fnma, relu } from './fused';

/** The numbers are those of `ACTIVATIONS` in workers/wasm/descriptors.ts. */
export const ACTIVATION_NONE: i32 = 0;
const RELU: i32 = 1;
const LEAKY_RELU: i32 = 2;
const ELU: i32 = 3;
const GELU: i32 = 4;
const TANH_GELU: i32 = 5;
const SWISH: i32 = 6;
const TANH: i32 = 7;
const SIGMOID: i32 = 8;

/** @param parameter the slope of a leaky ReLU, or the α of ELU */
export function activate(x: v128, activation: i32, parameter: f32): v128 {
  if (activation == RELU) return relu(x);
  if (activation == LEAKY_RELU) return v128.bitselect(f32x4.mul(x, f32x4.splat(parameter)), x, isNegative(x));
  if (activation == ELU) return elu(x, parameter);
  if (activation == GELU) return gelu(x);
  if (activation == TANH_GELU) return tanhGelu(x);
  if (activation == SWISH) return f32x4.mul(x, sigmoid(x));
  if (activation == TANH) return tanh4(x);
  if (activation == SIGMOID) return sigmoid(x);
  return softplus(x);
}

// @ts-ignore: decorator
@inline
function isNegative(x: v128): v128 {
  return f32x4.lt(x, f32x4.splat(0));
}

/** eˣ for x ≤ 0 (or NaN); 0 below −87.3, where the result would be subnormal. */
export function expOfNegative(x: v128): v128 {
  // 1.5 · 2²³ added leaves x/ln 2 rounded to a whole number in the lowest bits.
  const shifter = f32x4.splat(12582912);
  const shifted = fma(x, f32x4.splat(1.44269504), shifter);
  const n = f32x4.sub(shifted, shifter);
  // ln 2 in two parts, the first with few enough bits that n times it is exact.
  const r = fnma(n, f32x4.splat(-0.000212194440), fnma(n, f32x4.splat(0.693359375), x));
  // On ±ln 2 / 2, to 1e-8.
  let q = f32x4.splat(0.00139345);
  q = fma(q, r, f32x4.splat(0.00836378));
  q = fma(q, r, f32x4.splat(0.04166646));
  q = fma(q, r, f32x4.splat(0.16666573));
  q = fma(q, r, f32x4.splat(0.5));
  const power = f32x4.add(f32x4.splat(1), fma(f32x4.mul(r, r), q, r));
  const scale = i32x4.add(i32x4.shl(shifted, 23), i32x4.splat(0x3f800000));
  return v128.andnot(f32x4.mul(power, scale), f32x4.lt(x, f32x4.splat(-87.3)));
}

function sigmoid(x: v128): v128 {
  const small = expOfNegative(f32x4.neg(f32x4.abs(x)));
  const one = f32x4.splat(1);
  return f32x4.div(v128.bitselect(small, one, isNegative(x)), f32x4.add(one, small));
}

function tanh4(x: v128): v128 {
  const size = f32x4.abs(x);
  const z = f32x4.mul(x, x);
  // (tanh x / x − 1) / x² on |x| ≤ 0.625, to 1e-8.
  let t = f32x4.splat(0.00229584);
  t = fma(t, z, f32x4.splat(-0.00834698));
  t = fma(t, z, f32x4.splat(0.02176996));
  t = fma(t, z, f32x4.splat(-0.05395941));
  t = fma(t, z, f32x4.splat(0.13333304));
  t = fma(t, z, f32x4.splat(-0.33333334));
  const near = fma(f32x4.mul(x, z), t, x);
  const e = expOfNegative(f32x4.mul(size, f32x4.splat(-2)));
  const far = f32x4.div(f32x4.sub(f32x4.splat(1), e), f32x4.add(f32x4.splat(1), e));
  const signed = v128.or(far, v128.and(x, i32x4.splat(0x80000000)));
  return v128.bitselect(near, signed, f32x4.lt(size, f32x4.splat(0.625)));
}

function elu(x: v128, alpha: f32): v128 {
  // (eˣ − 1 − x) / x² on −0.5 ≤ x ≤ 0, to 1e-9.
  let e = f32x4.splat(0.000164845);
  e = fma(e, x, f32x4.splat(0.0013706629));
  e = fma(e, x, f32x4.splat(0.0083286911));
  e = fma(e, x, f32x4.splat(0.041666128));
  e = fma(e, x, f32x4.splat(0.16666664));
  e = fma(e, x, f32x4.splat(0.5));
  const near = fma(f32x4.mul(x, x), e, x);
  // pmin keeps NaN: 0 < NaN is false.
  const far = f32x4.sub(expOfNegative(f32x4.pmin(x, f32x4.splat(0))), f32x4.splat(1));
  const below = f32x4.mul(v128.bitselect(near, far, f32x4.gt(x, f32x4.splat(-0.5))), f32x4.splat(alpha));
  return v128.bitselect(x, below, f32x4.gt(x, f32x4.splat(0)));
}

/** max(x, 0) + ln(1 + e^−|x|) */
function softplus(x: v128): v128 {
  const t = expOfNegative(f32x4.neg(f32x4.abs(x)));
  // ln(1 + t) = 2 artanh s with s = t / (2 + t) ≤ 1/3; (artanh s / s − 1) / s², to 1e-8.
  const s = f32x4.div(t, f32x4.add(t, f32x4.splat(2)));
  const z = f32x4.mul(s, s);
  let l = f32x4.splat(0.11619525);
  l = fma(l, z, f32x4.splat(0.10851657));
  l = fma(l, z, f32x4.splat(0.14296292));
  l = fma(l, z, f32x4.splat(0.19999851));
  l = fma(l, z, f32x4.splat(0.33333334));
  const half = fma(f32x4.mul(s, z), l, s);
  return f32x4.add(relu(x), f32x4.add(half, half));
}

/** x Φ(x), Φ(x) = erfc(−x/√2)/2, so that the left tail keeps its digits. */
function gelu(x: v128): v128 {
  const y = f32x4.mul(f32x4.abs(x), f32x4.splat(0.70710678));
  // erfc y · e^(y²) · (y + 2), as a polynomial in (y − 2) / (y + 2) on 0 ≤ y ≤ 10.
  const above = f32x4.add(y, f32x4.splat(2));
  const t = f32x4.div(f32x4.sub(y, f32x4.splat(2)), above);
  let p = f32x4.splat(6.2850435e-5);
  p = fma(p, t, f32x4.splat(3.6714464e-5));
  p = fma(p, t, f32x4.splat(-0.000588218));
  p = fma(p, t, f32x4.splat(-0.00082103355));
  p = fma(p, t, f32x4.splat(0.003062353));
  p = fma(p, t, f32x4.splat(0.0064717843));
  p = fma(p, t, f32x4.splat(-0.02150594));
  p = fma(p, t, f32x4.splat(-0.0364412));
  p = fma(p, t, f32x4.splat(0.27947178));
  p = fma(p, t, f32x4.splat(-0.68716073));
  p = fma(p, t, f32x4.splat(1.0215827));
  // x²/2 rather than y²: one rounding less.
  const tail = f32x4.div(f32x4.mul(p, expOfNegative(f32x4.mul(f32x4.mul(x, x), f32x4.splat(-0.5)))), above);
  const half = f32x4.mul(tail, f32x4.splat(0.5));
  // At ±∞ the quotient above is ∞/∞; there Φ is 0 or 1.
  const isNear = f32x4.lt(y, f32x4.splat(10));
  const isNumber = f32x4.eq(x, x);
  const shortfall = v128.andnot(half, v128.andnot(isNumber, isNear));
  const share = v128.bitselect(shortfall, f32x4.sub(f32x4.splat(1), shortfall), isNegative(x));
  return f32x4.mul(x, share);
}

/** x · sigmoid(2u) with u = √(2/π) (x + 0.044715 x³) */
function tanhGelu(x: v128): v128 {
  const cube = f32x4.mul(f32x4.mul(x, x), x);
  return f32x4.mul(x, sigmoid(f32x4.mul(fma(cube, f32x4.splat(0.044715), x), f32x4.splat(1.59576912))));
}
