/**
 * How a plane bends at each of its samples: the 2×2 Hessian in the slice, by differences of the losses that are there already.
 *
 * Nothing is computed for it, and it speaks of the slice only: two curvatures of thousands. In α and β unless the lengths of the axes and
 * their angle are given; the signs of the eigenvalues are the same in any units (Sylvester's law of inertia), their ratio is not.
 * Rule O7 in docs/SPEC.md.
 */
import type { AllowedError } from './nonConvexity.ts';
import { stepsOf, type SampledSurface } from './sampledSurface.ts';

/**
 * `unknown`: on the rim, or beside a loss that is not known or not finite. `undecided`: an eigenvalue is zero within the error of the losses.
 */
export const BENDS = ['unknown', 'undecided', 'bowl', 'saddle', 'dome'] as const;
export type Bend = (typeof BENDS)[number];

export type SliceCurvature = {
  readonly columns: number;
  readonly rows: number;
  /** Index into BENDS for each sample. */
  readonly bends: Uint8Array;
  /** λmin ≤ λmax for each sample; NaN where unknown. */
  readonly min: Float64Array;
  readonly max: Float64Array;
  readonly counts: Readonly<Record<Bend, number>>;
};

/** Lengths of the axes in parameter space, and the cosine between them. */
export type Metric = { readonly norms: readonly [number, number]; readonly cosine: number };

const FLAT: Metric = { norms: [1, 1], cosine: 0 };

/**
 * @param allowed how far a loss may be off; what second differences make of it decides what is undecided
 * @param metric with it, the eigenvalues are those of the Hessian restricted to the plane; without, of the function of α and β
 */
export function sliceCurvature(surface: SampledSurface, allowed: AllowedError, metric: Metric = FLAT): SliceCurvature {
  const { columns, rows, values } = surface;
  const [stepA, stepB] = stepsOf(surface) as [number, number];
  const points = columns * rows;
  const [bends, min, max] = [new Uint8Array(points), new Float64Array(points).fill(NaN), new Float64Array(points).fill(NaN)];
  for (let row = 1; row < rows - 1; row++) {
    for (let column = 1; column < columns - 1; column++) {
      const at = row * columns + column;
      const value = (across: number, up: number): number => values[at + up * columns + across]!;
      const aa = (value(1, 0) - 2 * value(0, 0) + value(-1, 0)) / stepA ** 2;
      const bb = (value(0, 1) - 2 * value(0, 0) + value(0, -1)) / stepB ** 2;
      const ab = (value(1, 1) - value(1, -1) - value(-1, 1) + value(-1, -1)) / (4 * stepA * stepB);
      if (!Number.isFinite(aa + bb + ab)) continue;
      const off = Math.max(allowed.absolute, allowed.relative * largestAround(value));
      const [low, high] = eigenvaluesOf(aa, ab, bb, metric);
      // Each second difference is off by at most 4 errors per squared step, the mixed one by one; so are the eigenvalues, in length.
      const doubt = eigenvaluesOf((4 * off) / stepA ** 2, off / (stepA * stepB), (4 * off) / stepB ** 2, metric)[1];
      min[at] = low;
      max[at] = high;
      bends[at] = BENDS.indexOf(bendOf(low, high, doubt));
    }
  }
  const counts = Object.fromEntries(BENDS.map((bend, index) => [bend, bends.reduce((sum, each) => sum + Number(each === index), 0)])) as Record<Bend, number>;
  return { columns, rows, bends, min, max, counts };
}

function bendOf(low: number, high: number, doubt: number): Bend {
  if (Math.abs(low) <= doubt || Math.abs(high) <= doubt) return 'undecided';
  if (low > 0) return 'bowl';
  return high < 0 ? 'dome' : 'saddle';
}

/** |λmin / λmax|, the strength of the overlay; NaN where unknown. */
export const bendRatio = ({ min, max }: SliceCurvature, at: number): number => Math.abs(min[at]! / max[at]!);

/** Ascending eigenvalues of G⁻¹·H, with G the Gram matrix of the axes: of LᵀHL for G⁻¹ = L·Lᵀ. */
function eigenvaluesOf(aa: number, ab: number, bb: number, { norms: [normA, normB], cosine }: Metric): readonly [number, number] {
  const sine = Math.sqrt(1 - cosine ** 2);
  // Unit vectors at right angles in the plane: the first axis, and what of the second is across it.
  const [a, b] = [aa / normA ** 2, bb / normB ** 2];
  const mixed = ab / (normA * normB);
  const across = (mixed - cosine * a) / sine;
  const second = (b - 2 * cosine * mixed + cosine ** 2 * a) / sine ** 2;
  const [mean, half] = [(a + second) / 2, Math.hypot((a - second) / 2, across)];
  return [mean - half, mean + half];
}

function largestAround(value: (across: number, up: number) => number): number {
  let largest = 0;
  for (let up = -1; up <= 1; up++) for (let across = -1; across <= 1; across++) largest = Math.max(largest, Math.abs(value(across, up)));
  return largest;
}
