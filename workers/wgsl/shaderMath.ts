/**
 * Functions of WGSL that keep their digits, four numbers at a time.
 *
 * The language lets exp be wrong in the sixth digit and log be off by 5e-7, and has neither log1p, expm1 nor erf; a loss of 1e-9 needs
 * them. These are within about 2e-7 of float64. An implementation may assume that nothing is NaN, so NaN is told by its bits. They know no layers.
 */

/** Σ coefficient[k] x^k by Horner's rule. */
const polynomial = (x: string, coefficients: readonly number[]): string =>
  coefficients
    .slice(0, -1)
    .reduceRight((inner, coefficient) => `fma(${x}, ${inner}, vec4f(${literal(coefficient)}))`, `vec4f(${literal(coefficients.at(-1)!)})`);

/** A number as WGSL reads it. */
export const literal = (value: number): string => {
  const text = String(Math.fround(value));
  return /[.e]/.test(text) ? `${text}f` : `${text}.0f`;
};

/** 1/1!, 1/2!, … 1/8!: eʳ − 1 = r Σ …, to 1e-9 for |r| ≤ ½ ln 2. */
const EXPONENTIAL = [1, 1 / 2, 1 / 6, 1 / 24, 1 / 120, 1 / 720, 1 / 5040, 1 / 40320];
/** atanh s = s Σ s²ᵏ / (2k + 1), to 1e-9 for |s| ≤ 0.172. */
const INVERSE_TANGENT = [1, 1 / 3, 1 / 5, 1 / 7, 1 / 9, 1 / 11];
/**
 * erfc z = e^(−z²) t Σ c t^k with t = 1 / (1 + 0.4 z), for z ≥ 0: a least-squares fit of the relative error against float64 at
 * 7,000 places up to z = 11, reweighted until the error was level at 1e-8.
 */
const ERFC = [
  0.22570088457747972, 0.22507079713331918, 0.21391988824806868, 0.13439301898491804, 0.2583037883398422, -0.25851904531539927, 0.5161398551320405,
  -0.4752020653467826, 0.18792036139475754, -0.027727472933218023,
];
/** ln 2 in two parts, the first with few bits, so that n · the first is exact. */
const LN2_HIGH = 0.693359375;
const LN2_LOW = Math.LN2 - LN2_HIGH;
/** e^t − 1 − t = t²/2 Σ 2 tᵏ / (k + 2)! */
const EXCESS = [1, 1 / 3, 1 / 12, 1 / 60, 1 / 360, 1 / 2520, 1 / 20160, 1 / 181440];

export const SHADER_MATH = `
fn isNan(x: vec4f) -> vec4<bool> { return (bitcast<vec4u>(x) & vec4u(0x7fffffffu)) > vec4u(0x7f800000u); }

/** 0 below 0, by bits: NaN is not below 0, and stays. */
fn positive(x: vec4f) -> vec4f { return select(x, vec4f(0.0), bitcast<vec4u>(x) - vec4u(0x80000000u) <= vec4u(0x7f800000u)); }

/** The largest so far; NaN once there was one. */
fn larger(largest: vec4f, x: vec4f) -> vec4f { return select(select(largest, x, (x > largest) | isNan(x)), largest, isNan(largest)); }

fn powerOfTwo(n: vec4f) -> vec4f { return bitcast<vec4f>((vec4u(vec4i(n) + vec4i(127))) << vec4u(23u)); }

struct Power { scale: vec4f, less1: vec4f }
/** e^x = scale · (1 + less1), for −87 ≤ x ≤ 88. */
fn powerOf(x: vec4f) -> Power {
  let n = round(clamp(x, vec4f(-87.0), vec4f(88.0)) * ${literal(Math.LOG2E)});
  let r = fma(-n, vec4f(${literal(LN2_LOW)}), fma(-n, vec4f(${literal(LN2_HIGH)}), x));
  return Power(powerOfTwo(n), r * ${polynomial('r', EXPONENTIAL)});
}
fn expOf(x: vec4f) -> vec4f { let p = powerOf(x); return select(fma(p.scale, p.less1, p.scale), vec4f(0.0), x < vec4f(-87.0)); }
fn expm1Of(x: vec4f) -> vec4f { let p = powerOf(x); return select(fma(p.scale, p.less1, p.scale - 1.0), vec4f(-1.0), x < vec4f(-87.0)); }

fn twiceAtanh(s: vec4f) -> vec4f { let q = s * s; return 2.0 * s * ${polynomial('q', INVERSE_TANGENT)}; }
/** ln(1 + x) for x ≥ 0. */
fn log1pOf(x: vec4f) -> vec4f {
  let small = twiceAtanh(x / (x + 2.0));
  let bits = bitcast<vec4u>(x + 1.0);
  // The mantissa between √½ and √2, and its power of two.
  let n = (bits - vec4u(0x3f3504f3u)) >> vec4u(23u);
  let m = bitcast<vec4f>(bits - (n << vec4u(23u)));
  let large = fma(vec4f(n), vec4f(${literal(Math.LN2)}), twiceAtanh((m - 1.0) / (m + 1.0)));
  return select(select(large, small, x < vec4f(0.414)), x, isNan(x) | (bitcast<vec4u>(x) == vec4u(0x7f800000u)));
}

fn sigmoidOf(x: vec4f) -> vec4f { let small = expOf(-abs(x)); return select(vec4f(1.0), small, x < vec4f(0.0)) / (1.0 + small); }
fn tanhOf(x: vec4f) -> vec4f { let less = expm1Of(-2.0 * abs(x)); return sign(x) * (-less / (less + 2.0)); }
fn softplusOf(x: vec4f) -> vec4f { return max(x, vec4f(0.0)) + log1pOf(expOf(-abs(x))); }
/** x Φ(x), with Φ through erfc so that the left tail keeps its digits. */
fn geluOf(x: vec4f) -> vec4f {
  let z = abs(x) * ${literal(Math.SQRT1_2)};
  let t = 1.0 / fma(z, vec4f(0.4), vec4f(1.0));
  let tail = 0.5 * t * ${polynomial('t', ERFC)} * expOf(-z * z);
  return x * select(1.0 - tail, tail, x < vec4f(0.0));
}

/** e^t − 1 − t ≥ 0, by its series where the difference would lose its digits. */
fn excessOf(t: vec4f) -> vec4f { return select(expOf(t) - 1.0 - t, 0.5 * t * t * ${polynomial('t', EXCESS)}, abs(t) < vec4f(0.5)); }

/** ln cosh e for e ≥ 0: ½ log1p(sinh² e), which keeps tiny errors, and e + log1p(e^(−2e)) − ln 2, which does not overflow. */
fn logCoshOf(e: vec4f) -> vec4f {
  let u = expm1Of(min(e, vec4f(1.0)));
  let hyperbolic = 0.5 * (u + u / (u + 1.0));
  return select(e + log1pOf(expOf(-2.0 * e)) - ${literal(Math.LN2)}, 0.5 * log1pOf(hyperbolic * hyperbolic), e < vec4f(1.0));
}
`;
