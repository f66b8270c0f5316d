/** The singular values of a matrix by a library and, as far as that goes, by way of AᵀA, and the error of its approximations of every rank, by formula and by subtraction. */
import { Matrix } from 'ml-matrix';
import * as z from 'zod/mini';
import { rankErrors, type RankError } from '#lib/analysis/rankErrors.ts';
import { GRAM_FLOOR, rankApproximation, svdWalk } from '#lib/analysis/svdWalk.ts';
import type { ReferenceCase } from './caseFile.ts';
import type { Check } from './checks.ts';
import { relativeToMax } from './hessianChecks.ts';

/** Of the largest: the square of a smaller one is within rounding of the largest's, so AᵀA no longer has it to ten digits. */
const SQUARED = 1e-5;

const statedSchema = z.object({ rank_k: z.optional(z.record(z.string(), z.record(z.string(), z.number()))) });

export function checkSvd(found: ReferenceCase): readonly Check[] {
  const { description, tensors } = found;
  const matrix = tensors.get('matrix');
  if (!matrix) throw new Error(`${description.id} has no matrix`);
  const [rows, columns] = matrix.shape as [number, number];
  const walk = svdWalk(Array.from({ length: rows }, (_, row) => matrix.values.subarray(row * columns, (row + 1) * columns)));
  const allowed = (name: string, otherwise: number): number => Number(description.tolerance?.[name] ?? otherwise);
  const [sure, errorAllowed] = [allowed('singular_value_rel_to_max', 1e-10), allowed('error_rel_to_norm', 1e-9)];
  const checks: Check[] = [];
  const singular = tensors.get('singular_values')?.values;
  if (singular) {
    const known = singular.filter((value) => value > SQUARED * singular[0]!).length;
    checks.push({ what: 'singular values', error: relativeToMax(walk.direct, singular), tolerance: sure, points: singular.length });
    checks.push({ what: 'singular values through AᵀA', error: relativeToMax(walk.singularValues.slice(0, known), singular.subarray(0, known)), tolerance: sure, points: known });
    checks.push({ what: 'small singular values through AᵀA', error: relativeToMax(walk.singularValues, singular), tolerance: GRAM_FLOOR, points: 0 });
  }
  const walkAllowed = walk.singularValues.every((value) => value > SQUARED * walk.singularValues[0]!) ? errorAllowed : Math.max(errorAllowed, GRAM_FLOOR);
  checks.push({ what: 'the product of the three matrices', error: walk.residual, tolerance: walkAllowed, points: 1 });
  const norm = walk.matrix.norm('frobenius');
  const byFormula = rankErrors(walk.direct, rows, columns);
  for (const [k, stated] of Object.entries(statedSchema.parse(found.raw).rank_k ?? {})) {
    const made = byFormula[Number(k) - 1];
    if (!made) throw new Error(`${description.id}: a matrix of ${rows} × ${columns} has no rank ${k}`);
    const off = Object.entries(stated).map(([name, value]) => Math.abs(named(made, name) - value) / unitOf(name, norm, rows * columns));
    checks.push({ what: `errors at rank ${k}`, error: Math.max(...off), tolerance: errorAllowed, points: off.length });
    const subtracted = Matrix.sub(walk.matrix, rankApproximation(walk, Number(k))).norm('frobenius');
    checks.push({ what: `what is left of the matrix at rank ${k}`, error: Math.abs(subtracted - (stated.frobenius ?? made.frobenius)) / norm, tolerance: walkAllowed, points: 1 });
  }
  return checks;
}

/** A number of the case by its name there. @throws for one that is not known */
function named({ frobenius, relative, spectral, meanSquare, energy }: RankError, name: string): number {
  const value = { frobenius, relative, spectral, mse: meanSquare, energy }[name];
  if (value === undefined) throw new Error(`"${name}" is not understood`);
  return value;
}

/** What an error in it is a share of. */
const unitOf = (name: string, norm: number, size: number): number => (name === 'mse' ? norm ** 2 / size : name === 'frobenius' || name === 'spectral' ? norm : 1);
