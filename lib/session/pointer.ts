/** Where people point: small volatile records in slice coordinates, never stored, merged into one frame per tick. */
import * as z from 'zod/mini';
import { sliceIdSchema } from '#lib/slice/recipe.ts';

/** The slice a person has open, and the point under their cursor if there is one. */
export type Pointer = { readonly slice: string | null; readonly at: readonly [a: number, b: number] | null };

export const pointerSchema: z.ZodMiniType<Pointer> = z.strictObject({
  slice: z.nullable(sliceIdSchema),
  at: z.nullable(z.tuple([z.number(), z.number()])),
});

/** The people whose pointer changed since the last frame; null for those who left. */
export type PointerFrame = readonly (readonly [personId: string, pointer: Pointer | null])[];

/** Milliseconds between frames: the more people, the fewer frames, so that fan-out stays bounded. */
export const tickFor = (people: number): number => (people <= 60 ? 100 : people <= 150 ? 200 : 250);
