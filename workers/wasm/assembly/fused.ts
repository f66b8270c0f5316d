/** Multiply-add: fused where relaxed SIMD is there (one rounding, one instruction), else two instructions. */

// @ts-ignore: decorator
@inline
export function fma(a: v128, b: v128, sum: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, sum);
  return f32x4.add(f32x4.mul(a, b), sum);
}

/** sum − a·b */
// @ts-ignore: decorator
@inline
export function fnma(a: v128, b: v128, sum: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_nmadd(a, b, sum);
  return f32x4.sub(sum, f32x4.mul(a, b));
}

/** x < 0 ? 0 : x, so that NaN, which is not below 0, stays. */
// @ts-ignore: decorator
@inline
export function relu(x: v128): v128 {
  return f32x4.pmax(x, f32x4.splat(0));
}

/** The first `lanes` numbers of a vector. */
// @ts-ignore: decorator
@inline
export function storeLanes(at: usize, value: v128, lanes: i32): void {
  if (lanes >= 4) {
    v128.store(at, value);
  } else if (lanes > 0) {
    store<f32>(at, f32x4.extract_lane(value, 0));
    if (lanes > 1) store<f32>(at + 4, f32x4.extract_lane(value, 1));
    if (lanes > 2) store<f32>(at + 8, f32x4.extract_lane(value, 2));
  }
}
