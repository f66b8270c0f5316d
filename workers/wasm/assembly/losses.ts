/**
 * Losses of a block of samples from the network's outputs, in float64, and their sums in the order of the samples.
 *
 * The formulas are those of lib/network/loss.ts. Cross-entropy takes the exponentials of the classes below the largest in
 * float32, four at a time, and everything else in float64: what it loses is below what the outputs themselves have lost.
 */
import { expOfNegative } from './activations';

/** The numbers are the places of the names in LOSS_NAMES, lib/network/loss.ts. */
const CROSS_ENTROPY: i32 = 0;
const SOFTMAX_SQUARED_ERROR: i32 = 1;
const FOCAL: i32 = 2;
const HINGE: i32 = 3;
const KULLBACK_LEIBLER: i32 = 4;
const SQUARED_ERROR: i32 = 5;
const ABSOLUTE_ERROR: i32 = 6;
const HUBER: i32 = 7;

/**
 * @param rowBytes from one sample's outputs to the next
 * @param targets one float per sample: a class, or a value
 * @param out one float64 per sample
 * @param correct one byte per sample
 * @param constant what the loss needs: γ, the margin, the smoothing or δ
 * @returns how many losses are not finite
 */
export function losses(loss: i32, outputs: usize, rowBytes: i32, rows: i32, width: i32, targets: usize, out: usize, correct: usize, constant: f64): i32 {
  let broken = 0;
  for (let row = 0; row < rows; row++) {
    const target = load<f32>(targets + (row << 2));
    const value = loss >= SQUARED_ERROR ? ofValue(loss, load<f32>(outputs), target, constant) : ofClass(loss, outputs, width, target as i32, constant, correct + row);
    if (loss >= SQUARED_ERROR) store<u8>(correct + row, 0);
    if (!isFinite<f64>(value)) broken++;
    store<f64>(out + (row << 3), value);
    outputs += rowBytes;
  }
  return broken;
}

/** Adds the losses one by one, and the correct answers, to the float64 and the uint32 at `sums`. */
export function total(values: usize, correct: usize, rows: i32, sums: usize): void {
  let sum = load<f64>(sums);
  let right = load<u32>(sums, 8);
  for (let row = 0; row < rows; row++) {
    sum += load<f64>(values + (row << 3));
    right += load<u8>(correct + row);
  }
  store<f64>(sums, sum);
  store<u32>(sums, right, 8);
}

function ofValue(loss: i32, output: f64, target: f64, constant: f64): f64 {
  const gap = output - target;
  if (loss == SQUARED_ERROR) return gap * gap;
  const size = abs(gap);
  if (loss == ABSOLUTE_ERROR) return size;
  if (loss == HUBER) return size <= constant ? 0.5 * gap * gap : constant * (size - 0.5 * constant);
  // ln cosh e = |e| + ln(1 + e^(−2|e|)) − ln 2, which cannot overflow; for small e it is ln(1 + 2 sinh²(e/2)).
  if (size < 1) {
    const half = 0.5 * (NativeMath.expm1(0.5 * gap) - NativeMath.expm1(-0.5 * gap));
    return NativeMath.log1p(2 * half * half);
  }
  return size + NativeMath.log1p(NativeMath.exp(-2 * size)) - NativeMath.LN2;
}

function ofClass(loss: i32, outputs: usize, width: i32, target: i32, constant: f64, correct: usize): f64 {
  if (loss == CROSS_ENTROPY) {
    const quick = crossEntropy(outputs, width, target, correct);
    if (isFinite<f64>(quick)) return quick;
  }
  let top = 0;
  let most = load<f32>(outputs);
  for (let k = 1; k < width; k++) {
    const output = load<f32>(outputs + (k << 2));
    if (output > most) {
      most = output;
      top = k;
    }
  }
  store<u8>(correct, (top == target && most == most) as u8);
  if (loss == HINGE) return hinge(outputs, width, target, constant);
  const below = (most as f64) - (load<f32>(outputs + (target << 2)) as f64);
  let rest: f64 = 0;
  for (let k = 0; k < width; k++) if (k != top) rest += NativeMath.exp((load<f32>(outputs + (k << 2)) as f64) - most);
  const logWhole = NativeMath.log1p(rest);
  const entropy = below + logWhole;
  if (loss == FOCAL) return NativeMath.pow(-NativeMath.expm1(-entropy), constant) * entropy;
  if (loss == SOFTMAX_SQUARED_ERROR) {
    let squares: f64 = 0;
    for (let k = 0; k < width; k++) {
      const miss = NativeMath.exp((load<f32>(outputs + (k << 2)) as f64) - most) / (1 + rest) - (k == target ? 1 : 0);
      squares += miss * miss;
    }
    return squares / width;
  }
  if (loss == KULLBACK_LEIBLER) {
    const spread = constant / width;
    let divergence: f64 = 0;
    for (let k = 0; k < width; k++) {
      const wanted = k == target ? 1 - constant + spread : spread;
      if (wanted > 0) divergence += wanted * (NativeMath.log(wanted) + ((most as f64) - load<f32>(outputs + (k << 2))) + logWhole);
    }
    return divergence;
  }
  return entropy;
}

function hinge(outputs: usize, width: i32, target: i32, margin: f64): f64 {
  let other = -Infinity as f64;
  for (let k = 0; k < width; k++) if (k != target) other = max(other, load<f32>(outputs + (k << 2)) as f64);
  return max(0, margin + other - load<f32>(outputs + (target << 2)));
}

/** Lanes from `width` on are padding: they become −∞. */
// @ts-ignore: decorator
@inline
function withoutPadding(outputs: v128, lanes: v128, width: v128): v128 {
  return v128.bitselect(outputs, f32x4.splat(-Infinity), i32x4.lt_s(lanes, width));
}

/** Not finite where any output is not: then the slow way decides. */
function crossEntropy(outputs: usize, width: i32, target: i32, correct: usize): f64 {
  const end = outputs + ((width as usize) << 2);
  const count = i32x4.splat(width);
  const four = i32x4.splat(4);
  const none = f32x4.splat(-Infinity);
  let lanes = i32x4(0, 1, 2, 3);
  let largest = none;
  for (let at = outputs; at < end; at += 16) {
    largest = f32x4.pmax(largest, withoutPadding(v128.load(at), lanes, count));
    lanes = i32x4.add(lanes, four);
  }
  largest = f32x4.pmax(largest, i32x4.shuffle(largest, largest, 2, 3, 0, 1));
  largest = f32x4.pmax(largest, i32x4.shuffle(largest, largest, 1, 0, 3, 2));
  let low = f64x2.splat(0);
  let high = low;
  let top = -1;
  lanes = i32x4(0, 1, 2, 3);
  for (let at = outputs; at < end; at += 16) {
    const below = f32x4.sub(withoutPadding(v128.load(at), lanes, count), largest);
    let powers = expOfNegative(below);
    if (top < 0) {
      // The first of the largest is left out of the sum; others like it count.
      const found = i32x4.bitmask(f32x4.eq(below, f32x4.splat(0)));
      if (found != 0) {
        const lane = ctz(found);
        top = (((at - outputs) >> 2) as i32) + lane;
        powers = v128.andnot(powers, i32x4.eq(i32x4(0, 1, 2, 3), i32x4.splat(lane)));
      }
    }
    low = f64x2.add(low, f64x2.promote_low_f32x4(powers));
    high = f64x2.add(high, f64x2.promote_low_f32x4(i64x2.shuffle(powers, powers, 1, 1)));
    lanes = i32x4.add(lanes, four);
  }
  store<u8>(correct, (top == target) as u8);
  const sum = f64x2.add(low, high);
  const gap = (f32x4.extract_lane(largest, 0) as f64) - (load<f32>(outputs + ((target as usize) << 2)) as f64);
  return gap + log1pOfSum(f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1));
}

/**
 * ln(1 + x) for x ≥ 0, to 1e-14, without a branch for the processor to guess: with y the rounded 1 + x = 2ⁿ m, ½√2 ≤ m < √2,
 * it is n ln 2 + 2 artanh s + (what the rounding took)/y, s = (m − 1)/(m + 1). NaN and ∞ give something that is not finite.
 */
// @ts-ignore: decorator
@inline
function log1pOfSum(x: f64): f64 {
  const y = 1 + x;
  const lost = x - (y - 1);
  // Added to the exponent, this carries into it where the mantissa is √2 or more.
  const bits = reinterpret<u64>(y) + (0x3ff0000000000000 - 0x3fe6a09e667f3bcd);
  const n = ((bits >> 52) as i32) - 1023;
  const m = reinterpret<f64>((bits & 0x000fffffffffffff) + 0x3fe6a09e667f3bcd);
  const s = (m - 1) / (m + 1);
  const z = s * s;
  // Σ z^k / (2k + 1): s² is below 0.0295, so ten terms reach 1e-16.
  let series: f64 = 1.0 / 19;
  series = series * z + 1.0 / 17;
  series = series * z + 1.0 / 15;
  series = series * z + 1.0 / 13;
  series = series * z + 1.0 / 11;
  series = series * z + 1.0 / 9;
  series = series * z + 1.0 / 7;
  series = series * z + 1.0 / 5;
  series = series * z + 1.0 / 3;
  const result = (n as f64) * NativeMath.LN2 + (2 * s + (2 * s * z * series + lost / y));
  return x < Infinity ? result : x;
}
