/**
 * A curve inside the plane of two directions: from the centre to the first, bent towards the second.
 *
 * With w₀ the centre, w₂ = w₀ + d₁ the other end and θ = w₀ + d₂ the bend, at t from 0 to 1:
 *
 *     bezier   (1−t)²·w₀ + 2t(1−t)·θ + t²·w₂
 *     polygon  (1−2t)·w₀ + 2t·θ for t ≤ ½, then (2−2t)·θ + (2t−1)·w₂
 *
 * Garipov et al. 2018, section 3. The slice is a line over t whose points lie on the curve. Rule S9 in docs/SPEC.md.
 */
import * as z from 'zod/mini';
import type { Problem } from '#lib/parsed.ts';
import { rangeProblems, rangeSchema, type Range } from './range.ts';

export const CURVES = ['bezier', 'polygon'] as const;
export type CurveKind = (typeof CURVES)[number];

export type Curve = { readonly kind: CurveKind; readonly range: Range };

export const curveSchema: z.ZodMiniType<Curve> = z.strictObject({ kind: z.enum(CURVES), range: rangeSchema });

/** (α, β) of the point at t: how much of the two directions is added to the centre. */
export function placeOnCurve(kind: CurveKind, t: number): readonly [alpha: number, beta: number] {
  if (kind === 'bezier') return [t * t, 2 * t * (1 - t)];
  return t <= 0.5 ? [0, 2 * t] : [2 * t - 1, 2 - 2 * t];
}

/** What is wrong with a curve whose shape is right. @param leads whether each direction leads all the way to a point */
export function curveProblems({ range }: Curve, leads: readonly boolean[]): readonly Problem[] {
  const problems: Problem[] = [];
  if (leads.length !== 2) problems.push({ path: 'curve', message: `a curve lies within two directions, this slice has ${leads.length}` });
  for (const [index, does] of leads.entries()) {
    if (!does) problems.push({ path: `axes.${index}.direction`, message: index === 0 ? 'must lead to the other end of the curve' : 'must lead to the bend of the curve' });
  }
  return [...problems, ...rangeProblems(range, 'curve.range')];
}
