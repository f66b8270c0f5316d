/**
 * The HTTP interface for scripts: requests, answers, and errors as problem details (RFC 9457).
 *
 * Recipes are read by the same schema as on the live connection. Prose in docs/PROTOCOL.md.
 */
import * as z from 'zod/mini';
import type { Problem } from '#lib/parsed.ts';
import { titleSchema } from '#lib/session/document.ts';
import type { SetName } from '#lib/network/subject.ts';
import type { HonestyFact } from '#lib/session/honesty/fact.ts';
import type { SliceRecipe } from '#lib/slice/recipe.ts';

export const createSessionSchema = z.strictObject({ title: z.optional(titleSchema) });
export const joinSchema = z.strictObject({ code: z.string('type the six characters of a code') });

export type CreatedSession = {
  readonly id: string;
  readonly code: string;
  readonly key: string;
  readonly editLink: string;
  readonly viewLink: string;
};

export type JoinedSession = { readonly id: string; readonly key: string };

export type SliceProgress = {
  readonly sliceId: string;
  readonly recipe: SliceRecipe;
  readonly points: number;
  readonly measured: number;
  readonly verified: number;
  readonly nonFinite: number;
  readonly tiles: number;
  readonly tilesDone: number;
  /** People who compute it now, or would: who lends to whoever placed it. */
  readonly helpers: number;
  readonly isComplete: boolean;
};

/** Arrays are [row][column]: rows follow β, columns α; a line has one row. Null where nothing finite was measured. */
export type SurfaceJson = {
  readonly sliceId: string;
  readonly recipe: SliceRecipe;
  readonly alpha: readonly number[];
  readonly beta: readonly number[] | null;
  /** Of a volume: the rows of every table then come layer by layer, the lowest γ first. Absent for a line or a plane. */
  readonly gamma?: readonly number[];
  readonly sets: readonly {
    readonly set: SetName;
    /** That have been taken in at every point: up to as many as the recipe asks for. */
    readonly samples: number;
    readonly loss: readonly (readonly (number | null)[])[];
    /** Of each loss, over its samples; there where the samples are taken in shard by shard. */
    readonly standardError?: readonly (readonly (number | null)[])[];
    /** Per cent, or null where the loss has no classes. */
    readonly accuracy: readonly (readonly (number | null)[])[] | null;
    /** Of a convexity map: both ends of the Hessian's spectrum, what each may be off, and |least / greatest|. Absent where only the loss was measured. */
    readonly eigenvalues?: { readonly [Name in 'least' | 'greatest' | 'leastError' | 'greatestError' | 'ratio']: readonly (readonly (number | null)[])[] };
    /** Per cell: unmeasured, finite, notANumber, plusInfinity or minusInfinity. */
    readonly status: readonly (readonly string[])[];
    readonly verified: readonly (readonly boolean[])[];
  }[];
  readonly provenance: {
    readonly subject: string;
    readonly title: string;
    readonly parameters: number;
    readonly loss: string;
    readonly backends: readonly string[];
    readonly computedBy: number;
    readonly source: string;
  };
  /** What the surface can and cannot tell, as its panel says it, as far as it was known to who wrote this. */
  readonly honesty: readonly HonestyFact[];
};

/** The largest file that a session takes: a vector of eight million parameters. */
export const MAX_FILE_BYTES = 32 * 1024 * 1024;

export type KeptFile = { readonly digest: string; readonly bytes: number };

/** An error as the API says it: `title` names the kind, `detail` says what to do, `problems` stand beside fields. */
export type ProblemDetails = {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly problems?: readonly Problem[];
};
