/** What can be read off a cut: proofs that a loss is not convex, tangents, barriers, bends, differences. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { barrierOf } from '#lib/analysis/barrier.ts';
import { nonConvexity } from '#lib/analysis/nonConvexity.ts';
import { BENDS, bendRatio, sliceCurvature, type Bend, type SliceCurvature } from '#lib/analysis/sliceCurvature.ts';
import { surfaceDifference } from '#lib/analysis/surfaceDifference.ts';
import { slopeComparison, tangentAt } from '#lib/analysis/tangent.ts';
import { readSafetensors } from '#lib/formats/safetensors.ts';
import { createRandom } from '#lib/random.ts';
import { sampledLine, sampledPlane, withValues } from './sampled.ts';

const EXACT = { relative: 1e-12, absolute: 1e-14 };
const FLOAT32 = { relative: 5e-5, absolute: 1e-6 };

describe('three points that prove non-convexity', () => {
  test('[O4] x⁴ − x² is flagged by the triple that lies furthest above its chord, x² and |x| are not', () => {
    const found = nonConvexity(sampledLine((x) => x ** 4 - x ** 2, [-1, 1, 51]), FLOAT32)!;
    // Over the middle 0 the chord lies at d⁴ − d², lowest −0.25 at d = 1/√2: sample 0.72 of the grid.
    expect(found.middle).toMatchObject({ column: 25, loss: 0 });
    expect(found.to.coordinates[0]).toBeCloseTo(0.72, 12);
    expect(found.from.coordinates[0]).toBeCloseTo(-0.72, 12);
    expect(found.excess).toBeCloseTo(0.72 ** 2 - 0.72 ** 4, 12);
    for (const convex of [(x: number) => x * x, Math.abs, (x: number) => 3 * x - 1, Math.exp]) expect(nonConvexity(sampledLine(convex, [-1, 1, 51]), FLOAT32)).toBeNull();
  });

  test('[O4] rounding is not taken for a proof, and what is not finite is no end of one', () => {
    const random = createRandom(1);
    const noisy = sampledLine((x) => x + 4e-6 * (random.uniform() - 0.5), [0, 1, 101]);
    expect(nonConvexity(noisy, FLOAT32)).toBeNull();
    expect(nonConvexity(noisy, EXACT)).not.toBeNull();
    const bowl = sampledLine((x) => x * x, [-1, 1, 51]);
    expect(nonConvexity(withValues(bowl, { 0: -Infinity, 20: NaN, 30: Infinity, 31: NaN }), FLOAT32)).toBeNull();
  });

  test('[O4] on a plane the best triple over its lines is found, diagonals included; a convex plane has none', () => {
    // Convex along both axes (second differences 2), concave along the diagonal a = −b: 2 − 3 < 0.
    const saddle = sampledPlane((a, b) => a * a + b * b + 3 * a * b, [-1, 1, 21], [-1, 1, 21]);
    const found = nonConvexity(saddle, FLOAT32)!;
    expect(found.excess).toBeCloseTo(1, 12);
    expect(found.middle.coordinates).toEqual([0, 0]);
    expect([found.from.coordinates, found.to.coordinates]).toContainEqual([1, -1]);
    expect(found.chord).toBeCloseTo(-1, 12);
    expect(nonConvexity(sampledPlane((a, b) => a * a + b * b + 1.9 * a * b, [-1, 1, 21], [-2, 2, 33]), FLOAT32)).toBeNull();
  });
});

describe('tangents', () => {
  const line = sampledLine((a) => Math.sin(2 * a) + a ** 3, [-1, 1, 101]);
  const slope = (a: number): number => 2 * Math.cos(2 * a) + 3 * a * a;

  test('[O5] a slope is that of the curve within what it says of itself, at the ends too', () => {
    for (const at of [0, 1, 2, 37, 50, 98, 99, 100]) {
      const found = tangentAt(line, at)!;
      const off = Math.abs(found.slope - slope(found.coordinates[0]!));
      expect(off).toBeLessThan(2e-3);
      if (Number.isFinite(found.truncation)) expect(off).toBeLessThan(3 * found.truncation + 1e-6);
    }
    // At a kink the mean of both sides is shown, and both sides beside it: what is smooth to the eye need not be.
    const kink = tangentAt(sampledLine((a) => (a > 0 ? 3 * a : -a), [-1, 1, 101]), 50)!;
    expect([kink.slope, ...kink.sides].map((value) => Number(value.toFixed(9)))).toEqual([1, -1, 3]);
    expect(tangentAt(line, 0)!.sides[0]).toBeNaN();
    expect(tangentAt(withValues(line, { 51: NaN }), 50)).toBeNull();
    expect(() => tangentAt(line, 101)).toThrow('not on the line');
  });

  test('[O5] beside g·d: of f(θ) = sin θ₁ + θ₁·θ₂² along d the slope is that, and the share of the gradient is said', () => {
    const [theta, d] = [Float64Array.of(0.3, -0.7), Float64Array.of(2, 1)];
    const f = (x: number, y: number): number => Math.sin(x) + x * y * y;
    const along = sampledLine((a) => f(theta[0]! + a * d[0]!, theta[1]! + a * d[1]!), [-0.1, 0.1, 41]);
    const gradient = Float64Array.of(Math.cos(0.3) + 0.49, 2 * 0.3 * -0.7);
    const compared = slopeComparison(tangentAt(along, 20)!, gradient, d);
    expect(compared.directional).toBeCloseTo(2 * gradient[0]! + gradient[1]!, 12);
    expect(compared.difference).toBeLessThan(1e-3);
    expect(compared.share).toBeCloseTo(Math.abs(compared.directional) / (Math.hypot(...gradient) * Math.sqrt(5)), 12);
    // A slope of zero beside a gradient that is not.
    expect(slopeComparison({ slope: 0 }, Float64Array.of(0, 3), Float64Array.of(1, 0))).toMatchObject({ directional: 0, gradientNorm: 3, share: 0 });
  });
});

describe('barriers', () => {
  test('[O6] a bump on a slanted chord, with the number of linear mode connectivity beside it', () => {
    const found = barrierOf(sampledLine((a) => 1 + a + 8 * a * (1 - a) * (a > 0 && a < 1 ? 1 : 0), [-0.5, 1.5, 401]));
    expect(found.ends.map(({ column }) => column)).toEqual([100, 300]);
    expect(found.barrier).toBeCloseTo(2, 12);
    expect(found.top.coordinates[0]).toBeCloseTo(0.5, 12);
    // max of 1 + a + 8a(1 − a) is at a = 9/16: 1 + 81/32; the nearest samples are 0.56 and 0.565.
    expect(found.instability).toBeCloseTo(1 + 0.565 + 8 * 0.565 * 0.435 - 1.5, 3);
    expect(found.unknown).toBe(0);
  });

  // Worked out from the losses of the reference tool by another program, from the formula alone.
  test.each([
    ['vgg-mini-interp', 'states.train', 'states.x', 1.749574661385294, 0.75, 1.3949337721256398],
    ['vgg-mini-interp', 'weights_back.test', 'weights_back.x', 0.6781691752079844, 0.625, 1.1107020065135522],
    ['seedcnn-interp', 'interp2.train', 'interp2.x', 0.02233685777909887, 0.5, 0.02233685777909887],
  ] as const)('[O6] on the losses of %s, %s, it is the golden value', (name, losses, x, barrier, top, instability) => {
    const tensors = readSafetensors(readFileSync(`tests/reference/${name}.safetensors`));
    if (!tensors.ok) throw new Error('the reference case is broken');
    const [values, alphas] = [tensors.value.get(`${losses}.loss.f64`)!.values, tensors.value.get(x)!.values];
    const found = barrierOf({ axes: [{ min: alphas[0]!, max: alphas.at(-1)!, count: alphas.length }], columns: values.length, rows: 1, values: Float64Array.from(values) });
    expect(found.barrier).toBeCloseTo(barrier, 12);
    expect(found.top.coordinates[0]).toBeCloseTo(top, 12);
    expect(found.instability).toBeCloseTo(instability, 12);
  });

  test('[O6] a valley between has barrier 0; what is beyond the ends does not count; unknown samples are counted', () => {
    const valley = sampledLine((a) => (a - 0.5) ** 2 + (a > 1.1 ? 9 : 0), [-0.5, 1.5, 41]);
    expect(barrierOf(valley)).toMatchObject({ barrier: 0, instability: 0, unknown: 0 });
    expect(barrierOf(withValues(valley, { 18: NaN, 3: NaN }))).toMatchObject({ barrier: 0, unknown: 1 });
    expect(barrierOf(withValues(valley, { 18: Infinity })).barrier).toBe(Infinity);
  });

  test('[O6] a line that does not measure both networks is refused in words', () => {
    expect(() => barrierOf(sampledLine((a) => a, [-0.5, 0.9, 15]))).toThrow('no sample at α = 1');
    expect(() => barrierOf(sampledLine((a) => a, [-0.3, 1, 4]))).toThrow('no sample at α = 0');
    expect(() => barrierOf(sampledLine((a) => 1 / a, [0, 1, 5]))).toThrow('is Infinity');
  });
});

describe('bends of a plane', () => {
  const quadratic = (aa: number, ab: number, bb: number) => sampledPlane((a, b) => (aa * a * a + bb * b * b) / 2 + ab * a * b + a - 3 * b, [-1, 1, 11], [-2, 1, 7]);
  const bendAt = (made: SliceCurvature, at: number): Bend => BENDS[made.bends[at]!]!;

  test.each([
    ['bowl', 3, 1, 2],
    ['dome', -3, 1, -2],
    ['saddle', 4, 0, -1],
    ['undecided', 1, 1, 1],
  ] as const)('[O7] a quadratic is a %s everywhere inside, with its own eigenvalues, and unknown on the rim', (bend, aa, ab, bb) => {
    const made = sliceCurvature(quadratic(aa, ab, bb), { relative: 1e-13, absolute: 1e-13 });
    const [mean, half] = [(aa + bb) / 2, Math.hypot((aa - bb) / 2, ab)];
    for (let at = 0; at < 77; at++) {
      const isRim = at % 11 === 0 || at % 11 === 10 || at < 11 || at >= 66;
      expect(bendAt(made, at)).toBe(isRim ? 'unknown' : bend);
      if (isRim) continue;
      expect(made.min[at]).toBeCloseTo(mean - half, 10);
      expect(made.max[at]).toBeCloseTo(mean + half, 10);
    }
    expect(made.counts[bend]).toBe(45);
    expect(made.counts.unknown).toBe(32);
    if (bend === 'saddle') expect(bendRatio(made, 38)).toBeCloseTo(0.25, 10);
  });

  test('[O7] given the axes, the eigenvalues are those of the Hessian on the plane, whatever the axes', () => {
    // H on orthonormal coordinates, and oblique axes p, q of lengths 2 and 3 at an angle.
    const [h11, h12, h22] = [5, -1, -2];
    const [p, q] = [[2, 0], [3 * Math.cos(1), 3 * Math.sin(1)]] as const;
    const value = (a: number, b: number): number => {
      const [x, y] = [a * p[0] + b * q[0], a * p[1] + b * q[1]];
      return (h11 * x * x + 2 * h12 * x * y + h22 * y * y) / 2;
    };
    const made = sliceCurvature(sampledPlane(value, [-1, 1, 5], [-1, 1, 5]), EXACT, { norms: [2, 3], cosine: Math.cos(1) });
    const [mean, half] = [1.5, Math.hypot(3.5, 1)];
    expect(made.min[12]).toBeCloseTo(mean - half, 9);
    expect(made.max[12]).toBeCloseTo(mean + half, 9);
  });

  test('[O7] beside a loss that is not finite nothing is said, and within the error of losses nothing is decided', () => {
    const made = sliceCurvature(withValues(quadratic(3, 1, 2), { 38: NaN }), EXACT);
    expect([26, 27, 28, 37, 38, 39, 48, 49, 50].map((at) => bendAt(made, at))).toEqual(Array.from({ length: 9 }, () => 'unknown'));
    expect(bendAt(made, 25)).toBe('bowl');
    expect(sliceCurvature(quadratic(3e-5, 0, 2e-5), FLOAT32).counts).toMatchObject({ undecided: 45, bowl: 0 });
  });
});

describe('differences of surfaces', () => {
  const one = sampledPlane((a, b) => a + b, [-1, 1, 5], [0, 1, 3]);

  test('[O8] sample by sample, and what is not finite stays so', () => {
    const other = withValues(sampledPlane((a) => a, [-1, 1, 5], [0, 1, 3]), { 3: NaN, 4: Infinity });
    const { values } = surfaceDifference(withValues(one, { 0: Infinity, 4: Infinity }), other);
    expect(Array.from(values).slice(0, 6)).toEqual([Infinity, 0, 0, NaN, NaN, expect.closeTo(0.5, 12)]);
  });

  test('[O8] other grids are refused with what differs', () => {
    expect(() => surfaceDifference(one, sampledPlane((a) => a, [-1, 1, 5], [0, 1, 5]))).toThrow('along β (3 from 0 to 1 and 5 from 0 to 1)');
    expect(() => surfaceDifference(one, sampledLine((a) => a, [-1, 1, 5]))).toThrow('none');
    expect(() => surfaceDifference(one, sampledPlane((a) => a, [-2, 1, 5], [0, 1, 3]))).toThrow('along α');
  });
});
