/**
 * θ(α, β) = origin + α·u + β·v on weights in panels, in float64 and rounded once: the displacement is not lost to float32.
 *
 * Each output's weights are multiplied by a factor on the way, which is where a batch norm is folded in.
 */
import { fma } from './fused';

/** Floats low and high of one vector, combined. */
// @ts-ignore: decorator
@inline
function low(origin: usize, u: usize, v: usize, a: v128, b: v128): v128 {
  const w = f64x2.promote_low_f32x4(v128.load64_zero(origin));
  const du = f64x2.promote_low_f32x4(v128.load64_zero(u));
  const dv = f64x2.promote_low_f32x4(v128.load64_zero(v));
  return f64x2.add(f64x2.add(w, f64x2.mul(a, du)), f64x2.mul(b, dv));
}

// @ts-ignore: decorator
@inline
function four(origin: usize, u: usize, v: usize, a: v128, b: v128, factor0: v128, factor1: v128): v128 {
  const first = f32x4.demote_f64x2_zero(f64x2.mul(low(origin, u, v, a, b), factor0));
  const second = f32x4.demote_f64x2_zero(f64x2.mul(low(origin + 8, u + 8, v + 8, a, b), factor1));
  return i64x2.shuffle(first, second, 0, 2);
}

/**
 * Panels of every group, as product.ts reads them.
 * @param factors one float64 per output of every panel
 */
export function combine(out: usize, origin: usize, u: usize, v: usize, k: i32, outputs: i32, groups: i32, factors: usize, alpha: f64, beta: f64): void {
  const a = f64x2.splat(alpha);
  const b = f64x2.splat(beta);
  for (let group = 0; group < groups; group++) {
    for (let left = outputs; left > 0; left -= 8) {
      const f0 = v128.load(factors), f1 = v128.load(factors, 16);
      if (left <= 4) {
        for (let at = 0; at < k; at++) {
          v128.store(out, four(origin, u, v, a, b, f0, f1));
          out += 16; origin += 16; u += 16; v += 16;
        }
        factors += 32;
      } else {
        const f2 = v128.load(factors, 32), f3 = v128.load(factors, 48);
        for (let at = 0; at < k; at++) {
          v128.store(out, four(origin, u, v, a, b, f0, f1));
          v128.store(out + 16, four(origin + 16, u + 16, v + 16, a, b, f2, f3));
          out += 32; origin += 32; u += 32; v += 32;
        }
        factors += 64;
      }
    }
  }
}

/** `rows` × `width` floats, width a multiple of four; factors per column. */
export function combineRows(out: usize, origin: usize, u: usize, v: usize, rows: i32, width: i32, factors: usize, alpha: f64, beta: f64): void {
  const a = f64x2.splat(alpha);
  const b = f64x2.splat(beta);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < width; column += 4) {
      const factor = factors + (column << 3);
      v128.store(out, four(origin, u, v, a, b, v128.load(factor), v128.load(factor, 16)));
      out += 16; origin += 16; u += 16; v += 16;
    }
  }
}

/**
 * out = act(scale · (first + α·second + β·third) + shift) over `rows` × `width` floats: a first layer whose three products are known.
 *
 * α and β come in two floats each, so that a coordinate is not rounded the same way for every sample.
 * @param width a multiple of four; scale and shift, where they are not 0, have as many floats
 */
export function sumOfThree(out: usize, first: usize, second: usize, third: usize, rows: i32, width: i32, scale: usize, shift: usize, isRelu: i32, alpha: f64, beta: f64): void {
  const a = f32x4.splat(alpha as f32);
  const b = f32x4.splat(beta as f32);
  const aRest = f32x4.splat((alpha - ((alpha as f32) as f64)) as f32);
  const bRest = f32x4.splat((beta - ((beta as f32) as f64)) as f32);
  const floor = f32x4.splat(isRelu ? 0 : -Infinity);
  const rowBytes = (width as usize) << 2;
  if (scale == 0) {
    const end = out + rows * rowBytes;
    for (; out < end; out += 16, first += 16, second += 16, third += 16) {
      const u = v128.load(second), v = v128.load(third);
      v128.store(out, f32x4.pmax(fma(a, u, fma(b, v, fma(aRest, u, fma(bRest, v, v128.load(first))))), floor));
    }
    return;
  }
  for (let row = 0; row < rows; row++) {
    for (let at: usize = 0; at < rowBytes; at += 16, out += 16, first += 16, second += 16, third += 16) {
      const u = v128.load(second), v = v128.load(third);
      const sum = fma(a, u, fma(b, v, fma(aRest, u, fma(bRest, v, v128.load(first)))));
      v128.store(out, f32x4.pmax(fma(sum, v128.load(scale + at), v128.load(shift + at)), floor));
    }
  }
}

/** Points of the transform F(4×4, 3×3): 0, ±P, ±Q, ∞. Of the pairs with exact squares, this one loses the fewest digits. */
const P: f64 = 0.625;
const Q: f64 = 1.5;
const PP: f64 = P * P;
const QQ: f64 = Q * Q;
const AT_P: f64 = 1 / (2 * PP * (PP - QQ));
const AT_Q: f64 = 1 / (2 * QQ * (QQ - PP));
const AT_0: f64 = 1 / (PP * QQ);

// @ts-ignore: decorator
@lazy const COLUMNS: usize = memory.data(6 * 3 * 16, 16);

/**
 * Filters of 3×3 in panels [panel][9][channels][8] become [panel][36][channels][8]: G g Gᵀ in float64 (Lavin and Gray 2016),
 * of the combined weights, so no rounded transform is combined with another.
 */
export function combineFilters(out: usize, origin: usize, u: usize, v: usize, channels: i32, panels: i32, factors: usize, alpha: f64, beta: f64): void {
  const a = f64x2.splat(alpha);
  const b = f64x2.splat(beta);
  const tap = (channels as usize) << 5;
  for (let panel = 0; panel < panels; panel++) {
    for (let channel = 0; channel < channels; channel++) {
      for (let pair: usize = 0; pair < 4; pair++) {
        const factor = v128.load(factors + (pair << 4));
        const at = pair << 3;
        for (let x: usize = 0; x < 3; x++) {
          const g = at + x * tap;
          const g0 = f64x2.mul(low(origin + g, u + g, v + g, a, b), factor);
          const h = g + 3 * tap;
          const g1 = f64x2.mul(low(origin + h, u + h, v + h, a, b), factor);
          const i = g + 6 * tap;
          const g2 = f64x2.mul(low(origin + i, u + i, v + i, a, b), factor);
          transformed(COLUMNS + (x << 4), 48, g0, g1, g2);
        }
        for (let y: usize = 0; y < 6; y++) {
          const line = COLUMNS + y * 48;
          const to = out + at + y * 6 * tap;
          transformedLow(to, tap, v128.load(line), v128.load(line, 16), v128.load(line, 32));
        }
      }
      origin += 32; u += 32; v += 32; out += 32;
    }
    origin += 8 * tap; u += 8 * tap; v += 8 * tap; out += 35 * tap;
    factors += 64;
  }
}

// @ts-ignore: decorator
@inline
function transformed(to: usize, stride: usize, g0: v128, g1: v128, g2: v128): void {
  v128.store(to, f64x2.mul(g0, f64x2.splat(AT_0)));
  const evenP = f64x2.mul(f64x2.add(g0, f64x2.mul(g2, f64x2.splat(PP))), f64x2.splat(AT_P));
  const oddP = f64x2.mul(g1, f64x2.splat(P * AT_P));
  v128.store(to + stride, f64x2.add(evenP, oddP));
  v128.store(to + 2 * stride, f64x2.sub(evenP, oddP));
  const evenQ = f64x2.mul(f64x2.add(g0, f64x2.mul(g2, f64x2.splat(QQ))), f64x2.splat(AT_Q));
  const oddQ = f64x2.mul(g1, f64x2.splat(Q * AT_Q));
  v128.store(to + 3 * stride, f64x2.add(evenQ, oddQ));
  v128.store(to + 4 * stride, f64x2.sub(evenQ, oddQ));
  v128.store(to + 5 * stride, g2);
}

// @ts-ignore: decorator
@inline
function transformedLow(to: usize, stride: usize, g0: v128, g1: v128, g2: v128): void {
  v128.store64_lane(to, f32x4.demote_f64x2_zero(f64x2.mul(g0, f64x2.splat(AT_0))), 0);
  const evenP = f64x2.mul(f64x2.add(g0, f64x2.mul(g2, f64x2.splat(PP))), f64x2.splat(AT_P));
  const oddP = f64x2.mul(g1, f64x2.splat(P * AT_P));
  v128.store64_lane(to + stride, f32x4.demote_f64x2_zero(f64x2.add(evenP, oddP)), 0);
  v128.store64_lane(to + 2 * stride, f32x4.demote_f64x2_zero(f64x2.sub(evenP, oddP)), 0);
  const evenQ = f64x2.mul(f64x2.add(g0, f64x2.mul(g2, f64x2.splat(QQ))), f64x2.splat(AT_Q));
  const oddQ = f64x2.mul(g1, f64x2.splat(Q * AT_Q));
  v128.store64_lane(to + 3 * stride, f32x4.demote_f64x2_zero(f64x2.add(evenQ, oddQ)), 0);
  v128.store64_lane(to + 4 * stride, f32x4.demote_f64x2_zero(f64x2.sub(evenQ, oddQ)), 0);
  v128.store64_lane(to + 5 * stride, f32x4.demote_f64x2_zero(g2), 0);
}
