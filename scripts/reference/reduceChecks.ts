/** Embeddings of a trajectory: trustworthiness, and what principal components lose of it. */
import * as z from 'zod/mini';
import { principalComponents } from '#lib/analysis/pca.ts';
import { rebuiltFrom, reconstructionError } from '#lib/analysis/reconstruction.ts';
import { trustworthiness } from '#lib/analysis/trustworthiness.ts';
import { dot } from '#lib/slice/vectors.ts';
import type { Tensor } from '#lib/formats/safetensors.ts';
import type { ReferenceCase } from './caseFile.ts';
import type { Check } from './checks.ts';
import { relativeToMax } from './hessianChecks.ts';

/** Less than this share of the whole is as good as nothing left: as many components as there are dimensions leave rounding only. */
const LEFT = 1e-6;

const statedSchema = z.object({
  trustworthiness: z.optional(z.record(z.string(), z.record(z.string(), z.number()))),
  embeddings: z.optional(z.record(z.string(), z.string())),
  pca_reconstruction: z.optional(z.record(z.string(), z.record(z.string(), z.number()))),
  trajectory: z.optional(z.object({ tensor: z.string() })),
});

export function checkReduction(found: ReferenceCase): readonly Check[] {
  const { description, tensors } = found;
  const stated = statedSchema.parse(found.raw);
  const matrix = tensors.get(stated.trajectory?.tensor ?? 'trajectory');
  if (!matrix) throw new Error(`${description.id} has no trajectory`);
  const rows = rowsOf(matrix);
  const allowed = (name: string, otherwise: number): number => Number(description.tolerance?.[name] ?? otherwise);
  const checks: Check[] = [];

  for (const [name, values] of Object.entries(stated.trustworthiness ?? {})) {
    const embedding = tensors.get(stated.embeddings?.[name] ?? `emb.${name}`);
    if (!embedding) throw new Error(`${description.id}: no embedding ${name}`);
    const off = Object.entries(values).map(([k, value]) => Math.abs(trustworthiness(rows, rowsOf(embedding), Number(k)) - value));
    checks.push({ what: `trustworthiness of ${name}`, error: Math.max(...off), tolerance: allowed('trustworthiness_abs', 1e-9), points: off.length });
  }

  const ranks = Object.entries(stated.pca_reconstruction ?? {});
  const stored = [...tensors].flatMap(([name, tensor]) => (/^pca\d+\.components$/.test(name) ? [[name.slice(0, -'.components'.length), tensor] as const] : []));
  const made = principalComponents(rows, Math.max(1, ...ranks.map(([k]) => Number(k)), ...stored.map(([, { shape }]) => shape[0]!)), true);
  const spread = reconstructionError(rows, rows.map(() => made.mean));
  for (const [k, values] of ranks) {
    const error = reconstructionError(rows, rebuiltFrom(made, Number(k)));
    const found: Readonly<Record<string, number>> = {
      mse: error.meanSquare,
      frobenius: error.frobenius,
      relative_to_centred: error.relative,
      explained_variance_ratio_sum: made.explained.slice(0, Number(k)).reduce((sum, share) => sum + share, 0),
    };
    const whole: Readonly<Record<string, number>> = { mse: spread.meanSquare, frobenius: spread.frobenius };
    const off = Object.entries(values).map(([name, value]) => Math.abs((found[name] ?? Number.NaN) - value) / Math.max(Math.abs(value), LEFT * (whole[name] ?? 1)));
    checks.push({ what: `reconstruction from ${k} components`, error: Math.max(...off), tolerance: allowed('reconstruction_rel', 1e-8), points: off.length });
  }

  const singular = tensors.get('pca.singular_values')?.values;
  const sure = allowed('singular_value_rel', 1e-8);
  // There is one for every row; of more rows than columns, those beyond are rounding.
  const some = Math.min(rows.length, matrix.shape[1]!);
  if (singular) checks.push({ what: 'singular values', error: relativeToMax(made.singularValues.slice(0, some), singular), tolerance: sure, points: singular.length });
  for (const [name, components] of stored) {
    const axes = rowsOf(components);
    const signs = axes.map((axis, rank) => Math.sign(dot(axis, made.axes[rank]!)));
    const off = axes.map((axis, rank) => relativeToMax(made.axes[rank]!.map((value) => value * signs[rank]!), axis));
    checks.push({ what: `axes of ${name}`, error: Math.max(...off), tolerance: sure, points: axes.length });
    const scores = tensors.get(`${name}.scores`);
    if (!scores) continue;
    const mine = made.scores.flatMap((row) => axes.map((_, rank) => row[rank]! * signs[rank]!));
    checks.push({ what: `scores of ${name}`, error: relativeToMax(mine, scores.values), tolerance: sure, points: mine.length });
  }
  return checks;
}

function rowsOf({ shape, values }: Tensor): readonly Float64Array[] {
  const [count, width] = shape as [number, number];
  return Array.from({ length: count }, (_, row) => Float64Array.from(values.subarray(row * width, (row + 1) * width)));
}
