/** By what method a vector was made, read from what stands in its file. What cannot be read is unknown: nothing is guessed from a title. */
import * as z from 'zod/mini';
import { PRINCIPAL_METHODS, type PrincipalMethod } from '#lib/analysis/principalAxes.ts';
import { canonicalJson, digestSchema } from '#lib/digest.ts';
import { read } from '#lib/parsed.ts';

/** `path`: principal axes of checkpoints as the path of one training; `several`: of any checkpoints; `runs`: of checkpoints of several networks. */
export type Made = 'path' | 'several' | 'runs' | 'informed' | 'eigenvector' | 'gradient' | 'unknown';

/** What stands in a vector's file about how it was made, by the file's digest. */
export type MadeOf = (digest: string) => unknown;

/** How principal axes were made, as it stands in their files: enough to make them again. */
export type PrincipalMade = {
  readonly by: 'principal axes';
  readonly method: PrincipalMethod;
  readonly isCentred: boolean;
  /** Checkpoints of the network that the vector belongs to. */
  readonly rows: readonly string[];
  /** And those of others of its form, where there are any. */
  readonly runs?: readonly { readonly subject: string; readonly rows: readonly string[] }[] | undefined;
  /** A checkpoint of that network; null for the mean of all rows. */
  readonly origin: string | null;
  /** From 1. */
  readonly component: number;
  /** Share, from 0 to 1. */
  readonly explained: number;
};

const principal: z.ZodMiniType<PrincipalMade> = z.object({
  by: z.literal('principal axes'),
  method: z.enum(PRINCIPAL_METHODS),
  isCentred: z.boolean(),
  rows: z.array(z.string()),
  runs: z.optional(z.array(z.object({ subject: digestSchema, rows: z.array(z.string()) }))),
  origin: z.nullable(z.string()),
  component: z.number(),
  explained: z.number(),
});

const ofHessian = z.object({ what: z.string(), request: z.optional(z.unknown()) });

export function principalOf(made: unknown): PrincipalMade | null {
  const outcome = read(principal, made);
  return outcome.ok ? outcome.value : null;
}

/** What vectors share that stand at right angles because they belong to one symmetric matrix; null for any other. */
export function matrixOf(made: unknown): string | null {
  const axis = principalOf(made);
  if (axis) return axis.method === 'informed' ? null : canonicalJson([axis.method, axis.isCentred, axis.rows, axis.runs ?? [], axis.origin]);
  const hessian = read(ofHessian, made);
  return hessian.ok && hessian.value.what.startsWith('eigenvector') ? canonicalJson(hessian.value.request ?? null) : null;
}

/** @param trajectory checkpoints of one training, by id */
export function madeBy(made: unknown, trajectory: readonly string[]): Made {
  const axis = principalOf(made);
  if (axis) return axis.method === 'informed' ? 'informed' : axis.runs ? 'runs' : axis.rows.every((row) => trajectory.includes(row)) ? 'path' : 'several';
  const hessian = read(ofHessian, made);
  if (!hessian.ok) return 'unknown';
  return hessian.value.what.startsWith('eigenvector') ? 'eigenvector' : hessian.value.what === 'gradient' ? 'gradient' : 'unknown';
}
