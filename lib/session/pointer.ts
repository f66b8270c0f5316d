/**
 * Where people point: small volatile records in slice coordinates, never stored, merged into one frame per tick. Rules W8 and W11 in
 * docs/SPEC.md.
 */
import * as z from 'zod/mini';
import type { Pose } from '#lib/slice/pose.ts';
import { MAX_EXTENT } from '#lib/slice/range.ts';
import { sliceIdSchema } from '#lib/slice/recipe.ts';

export type Pointer = {
  /** The slice a person has open, and the point under their cursor if there is one. */
  readonly slice: string | null;
  readonly at: readonly [a: number, b: number] | null;
  /** In a volume, where the oblique plane stands that they move through it. */
  readonly plane?: Pose | undefined;
};

const angle = z.number().check(z.minimum(-360), z.maximum(360));
const place = z.number().check(z.minimum(-MAX_EXTENT), z.maximum(MAX_EXTENT));

export const pointerSchema: z.ZodMiniType<Pointer> = z.strictObject({
  slice: z.nullable(sliceIdSchema),
  at: z.nullable(z.tuple([z.number(), z.number()])),
  plane: z.optional(z.strictObject({ at: z.tuple([place, place, place]), turn: angle, tilt: angle, roll: angle })),
});

/** The people whose pointer changed since the last frame; null for those who left. */
export type PointerFrame = readonly (readonly [personId: string, pointer: Pointer | null])[];

/** Milliseconds between frames: the more people, the fewer frames, so that fan-out stays bounded. */
export const tickFor = (people: number): number => (people <= 60 ? 100 : people <= 150 ? 200 : 250);
