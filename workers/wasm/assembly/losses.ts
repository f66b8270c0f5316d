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
  if (loss == CROSS_ENTROPY) {
    const quick = below + NativeMath.log1p(restInFloat32(outputs, width, most, top));
    if (isFinite<f64>(quick)) return quick;
  }
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

/** Σ e^(zₖ − most) over the classes but `top`. Lanes beyond `width` are read, and left out. */
function restInFloat32(outputs: usize, width: i32, most: f32, top: i32): f64 {
  const largest = f32x4.splat(most);
  const first = i32x4.splat(top);
  const end = i32x4.splat(width);
  let lanes = i32x4(0, 1, 2, 3);
  let low = f64x2.splat(0);
  let high = low;
  for (let k = 0; k < width; k += 4, outputs += 16) {
    const counts = v128.andnot(i32x4.lt_s(lanes, end), i32x4.eq(lanes, first));
    const powers = v128.and(expOfNegative(f32x4.sub(v128.load(outputs), largest)), counts);
    low = f64x2.add(low, f64x2.promote_low_f32x4(powers));
    high = f64x2.add(high, f64x2.promote_low_f32x4(i64x2.shuffle(powers, powers, 1, 1)));
    lanes = i32x4.add(lanes, i32x4.splat(4));
  }
  const sum = f64x2.add(low, high);
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}
