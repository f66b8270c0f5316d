/**
 * Cosine and sine that are the same bits on every machine; engines differ in the last bits of Math.cos.
 *
 * Taylor polynomials on an eighth of a turn, with + − × ÷ of IEEE doubles only.
 */

/** Writes cosine and sine of `turn`, a fraction of a full turn in [0, 1], into `out`. */
export function circlePoint(out: Float64Array, turn: number): void {
  const quarter = Math.floor(4 * turn + 0.5);
  const angle = (turn - quarter / 4) * TWO_PI;
  const square = angle * angle;
  const cosine = polynomial(COSINE, square);
  const sine = angle * polynomial(SINE, square);
  const isSwapped = quarter % 2 === 1;
  out[0] = (isSwapped ? sine : cosine) * (quarter === 1 || quarter === 2 ? -1 : 1);
  out[1] = (isSwapped ? cosine : sine) * (quarter === 2 || quarter === 3 ? -1 : 1);
}

/** Coefficients highest first. */
export function polynomial(coefficients: readonly number[], x: number): number {
  let sum = 0;
  for (const coefficient of coefficients) sum = sum * x + coefficient;
  return sum;
}

const TWO_PI = 6.283185307179586;

/** Taylor coefficients in powers of the square of the angle, highest first; |angle| ≤ π/4. */
const COSINE = taylor(0, 9);
const SINE = taylor(1, 9);

function taylor(first: number, highest: number): readonly number[] {
  const coefficients: number[] = [];
  let factorial = 1;
  for (let k = 0; k <= highest; k++) {
    if (k > 0) factorial *= (2 * k + first - 1) * (2 * k + first);
    coefficients.unshift((k % 2 === 0 ? 1 : -1) / factorial);
  }
  return coefficients;
}
