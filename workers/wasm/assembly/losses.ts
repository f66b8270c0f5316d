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
 * @param out one float64 per sample, and as many behind them to work with; an even number each
 * @param correct one byte per sample
 * @param constant what the loss needs: γ, the margin, the smoothing or δ
 * @returns how many losses are not finite
 */
export function losses(loss: i32, outputs: usize, rowBytes: i32, rows: i32, width: i32, targets: usize, out: usize, correct: usize, constant: f64): i32 {
  let broken = 0;
  if (loss == CROSS_ENTROPY) return crossEntropies(outputs, rowBytes, rows, width, targets, out, correct);
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

/** Adds the losses one by one, the correct answers, and the squares of the losses, to the float64, the uint32 and the float64 16 bytes on, at `sums`. */
export function total(values: usize, correct: usize, rows: i32, sums: usize): void {
  let sum = load<f64>(sums);
  let right = load<u32>(sums, 8);
  let squares = load<f64>(sums, 16);
  for (let row = 0; row < rows; row++) {
    const value = load<f64>(values + (row << 3));
    sum += value;
    squares += value * value;
    right += load<u8>(correct + row);
  }
  store<f64>(sums, sum);
  store<u32>(sums, right, 8);
  store<f64>(sums, squares, 16);
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

/** First what needs the exponentials, then all logarithms, so that no sample waits for the one before. */
function crossEntropies(outputs: usize, rowBytes: i32, rows: i32, width: i32, targets: usize, out: usize, correct: usize): i32 {
  const rests = out + (((rows + 1) & ~1) << 3);
  for (let row = 0; row < rows; row++) {
    gapAndRest(outputs + row * rowBytes, width, load<f32>(targets + (row << 2)) as i32, out + (row << 3), rests + (row << 3), correct + row);
  }
  for (let row = 0; row < rows; row += 2) {
    const at = out + (row << 3);
    v128.store(at, f64x2.add(v128.load(at), log1p(v128.load(rests + (row << 3)))));
  }
  let broken = 0;
  for (let row = 0; row < rows; row++) {
    const at = out + (row << 3);
    if (isFinite<f64>(load<f64>(at))) continue;
    const value = ofClass(CROSS_ENTROPY, outputs + row * rowBytes, width, load<f32>(targets + (row << 2)) as i32, 0, correct + row);
    store<f64>(at, value);
    if (!isFinite<f64>(value)) broken++;
  }
  return broken;
}

/** Lanes from `width` on are padding: they become −∞. */
// @ts-ignore: decorator
@inline
function withoutPadding(outputs: v128, lanes: v128, width: v128): v128 {
  return v128.bitselect(outputs, f32x4.splat(-Infinity), i32x4.lt_s(lanes, width));
}

/** The largest output less the target's, and Σ of exponentials below the largest. NaN or ∞ where any output is not finite. */
// @ts-ignore: decorator
@inline
function gapAndRest(outputs: usize, width: i32, target: i32, gap: usize, rest: usize, correct: usize): void {
  const end = outputs + ((width as usize) << 2);
  const count = i32x4.splat(width);
  const four = i32x4.splat(4);
  let lanes = i32x4(0, 1, 2, 3);
  let largest = f32x4.splat(-Infinity);
  for (let at = outputs; at < end; at += 16) {
    largest = f32x4.pmax(largest, withoutPadding(v128.load(at), lanes, count));
    lanes = i32x4.add(lanes, four);
  }
  largest = f32x4.pmax(largest, i32x4.shuffle(largest, largest, 2, 3, 0, 1));
  largest = f32x4.pmax(largest, i32x4.shuffle(largest, largest, 1, 0, 3, 2));
  // The first of the largest: it is left out of the sum, others like it count.
  let first = i32x4.splat(-1);
  lanes = i32x4(0, 1, 2, 3);
  for (let at = outputs; at < end; at += 16) {
    const isLargest = f32x4.eq(v128.load(at), largest);
    first = i32x4.min_u(first, v128.bitselect(lanes, i32x4.splat(-1), isLargest));
    lanes = i32x4.add(lanes, four);
  }
  first = i32x4.min_u(first, i32x4.shuffle(first, first, 2, 3, 0, 1));
  first = i32x4.min_u(first, i32x4.shuffle(first, first, 1, 0, 3, 2));
  const top = i32x4.extract_lane(first, 0);
  let low = f64x2.splat(0);
  let high = low;
  lanes = i32x4(0, 1, 2, 3);
  for (let at = outputs; at < end; at += 16) {
    const below = f32x4.sub(withoutPadding(v128.load(at), lanes, count), largest);
    const powers = v128.andnot(expOfNegative(below), i32x4.eq(lanes, first));
    low = f64x2.add(low, f64x2.promote_low_f32x4(powers));
    high = f64x2.add(high, f64x2.promote_low_f32x4(i64x2.shuffle(powers, powers, 1, 1)));
    lanes = i32x4.add(lanes, four);
  }
  store<u8>(correct, (top == target) as u8);
  const sum = f64x2.add(low, high);
  store<f64>(rest, f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1));
  store<f64>(gap, (f32x4.extract_lane(largest, 0) as f64) - (load<f32>(outputs + ((target as usize) << 2)) as f64));
}

/**
 * ln(1 + x) for x ≥ 0, to 1e-14, without a branch: with y the rounded 1 + x = 2ⁿ m, ½√2 ≤ m < √2, it is
 * n ln 2 + 2 artanh s + (what the rounding took)/y, s = (m − 1)/(m + 1). NaN for NaN; +∞ is left as it is.
 */
// @ts-ignore: decorator
@inline
function log1p(x: v128): v128 {
  const one = f64x2.splat(1);
  const y = f64x2.add(one, x);
  const lost = f64x2.sub(x, f64x2.sub(y, one));
  // Added to the exponent, this carries into it where the mantissa is √2 or more.
  const bits = i64x2.add(y, i64x2.splat(0x3ff0000000000000 - 0x3fe6a09e667f3bcd));
  const exponents = i64x2.shr_u(bits, 52);
  const n = f64x2.convert_low_i32x4_s(i32x4.sub(i32x4.shuffle(exponents, exponents, 0, 2, 0, 2), i32x4.splat(1023)));
  const m = i64x2.add(v128.and(bits, i64x2.splat(0x000fffffffffffff)), i64x2.splat(0x3fe6a09e667f3bcd));
  const s = f64x2.div(f64x2.sub(m, one), f64x2.add(m, one));
  const z = f64x2.mul(s, s);
  // Σ z^k / (2k + 1): s² is below 0.0295, so ten terms reach 1e-16.
  let series = f64x2.splat(1.0 / 19);
  series = f64x2.add(f64x2.mul(series, z), f64x2.splat(1.0 / 17));
  series = f64x2.add(f64x2.mul(series, z), f64x2.splat(1.0 / 15));
  series = f64x2.add(f64x2.mul(series, z), f64x2.splat(1.0 / 13));
  series = f64x2.add(f64x2.mul(series, z), f64x2.splat(1.0 / 11));
  series = f64x2.add(f64x2.mul(series, z), f64x2.splat(1.0 / 9));
  series = f64x2.add(f64x2.mul(series, z), f64x2.splat(1.0 / 7));
  series = f64x2.add(f64x2.mul(series, z), f64x2.splat(1.0 / 5));
  series = f64x2.add(f64x2.mul(series, z), f64x2.splat(1.0 / 3));
  const twice = f64x2.add(s, s);
  const small = f64x2.add(f64x2.add(twice, f64x2.mul(f64x2.mul(twice, z), series)), f64x2.div(lost, y));
  return v128.bitselect(f64x2.add(f64x2.mul(n, f64x2.splat(NativeMath.LN2)), small), x, f64x2.lt(x, f64x2.splat(Infinity)));
}
