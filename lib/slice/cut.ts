/**
 * An oblique plane inside the space of three directions.
 *
 *     (x, y) → at + x·u + y·v        in the coordinates (α, β, γ) of the three directions
 *
 * u and v are of unit length and perpendicular in those coordinates, so a cut is turned and moved and never stretched. It knows no
 * network and no vectors of parameter space: frame.ts composes those. Rules S7 and S8 in docs/SPEC.md.
 */
import * as z from 'zod/mini';
import type { Problem } from '#lib/parsed.ts';
import { MAX_EXTENT, rangeProblems, rangeSchema, type Range } from './range.ts';

/** Three numbers: a place in, or a direction of, the coordinates (α, β, γ). */
export type Triple = readonly [number, number, number];

export type Cut = {
  readonly at: Triple;
  readonly u: Triple;
  readonly v: Triple;
  /** How far the plane reaches along u and v, and how finely. */
  readonly ranges: readonly [Range, Range];
};

/** How far u and v may be from unit length and a right angle: what remains of numbers written with seven digits. */
const SLACK = 1e-6;

const triple = z.tuple([z.number(), z.number(), z.number()]);

export const cutSchema: z.ZodMiniType<Cut> = z.strictObject({ at: triple, u: triple, v: triple, ranges: z.tuple([rangeSchema, rangeSchema]) });

export const dotOf = ([a, b, c]: Triple, [x, y, z]: Triple): number => a * x + b * y + c * z;

const lengthOf = (vector: Triple): number => Math.sqrt(dotOf(vector, vector));

/** The place in (α, β, γ) of (x, y) on the plane. */
export const placeOnCut = ({ at, u, v }: Pick<Cut, 'at' | 'u' | 'v'>, x: number, y: number): Triple => [
  at[0] + x * u[0] + y * v[0],
  at[1] + x * u[1] + y * v[1],
  at[2] + x * u[2] + y * v[2],
];

/** What is wrong with a cut whose shape is right, beside its fields. @param axes how many directions it lies within */
export function cutProblems(cut: Cut, axes: number): readonly Problem[] {
  const problems: Problem[] = [];
  if (axes !== 3) problems.push({ path: 'cut', message: `an oblique plane lies within three directions, this slice has ${axes}` });
  for (const name of ['u', 'v'] as const) {
    if (Math.abs(lengthOf(cut[name]) - 1) > SLACK) problems.push({ path: `cut.${name}`, message: `must have length 1, it has ${lengthOf(cut[name]).toPrecision(6)}` });
  }
  if (Math.abs(dotOf(cut.u, cut.v)) > SLACK) problems.push({ path: 'cut.v', message: 'must be at a right angle to u' });
  if (cut.at.some((value) => Math.abs(value) > MAX_EXTENT)) problems.push({ path: 'cut.at', message: 'must be between −1,000,000 and 1,000,000' });
  for (const [index, range] of cut.ranges.entries()) problems.push(...rangeProblems(range, `cut.ranges.${index}`));
  return problems;
}
