/**
 * The error function in float64, to about 1e-15: JavaScript has none, and the exact GELU needs it.
 *
 * Below 2 the series of positive terms erf x = 2/√π e^(−x²) Σ 2ⁿ x^(2n+1) / (2n+1)!! (Abramowitz and Stegun 7.1.6), which loses
 * nothing to cancellation; above, the continued fraction of erfc (7.1.14), which keeps the digits of tiny tails.
 */
const SERIES_BELOW = 2;
const TWO_OVER_ROOT_PI = 2 / Math.sqrt(Math.PI);

export const erf = (x: number): number => (Math.abs(x) < SERIES_BELOW ? series(x) : x > 0 ? 1 - tail(x) : tail(-x) - 1);

/** 1 − erf x, without its cancellation. */
export function erfc(x: number): number {
  if (Math.abs(x) < SERIES_BELOW) return 1 - series(x);
  return x > 0 ? tail(x) : 2 - tail(-x);
}

function series(x: number): number {
  const factor = 2 * x * x;
  let term = 1;
  let sum = 1;
  for (let odd = 3; term > sum * 1e-17; odd += 2) {
    term *= factor / odd;
    sum += term;
  }
  return TWO_OVER_ROOT_PI * x * Math.exp(-x * x) * sum;
}

/** erfc x for x ≥ 2: e^(−x²)/√π · 1/(x + (1/2)/(x + (2/2)/(x + (3/2)/(x + …)))). NaN for NaN. */
function tail(x: number): number {
  // Enough levels for double precision: the error falls as e^(−2x√(2n)).
  const levels = Math.ceil(190 / (x * x)) + 12;
  let below = x;
  for (let level = levels; level > 0; level--) below = x + level / 2 / below;
  return Math.exp(-x * x) / (Math.sqrt(Math.PI) * below);
}
