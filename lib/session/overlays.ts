/** What is laid over the picture on demand, for one person alone: marks that are read off the measured losses. It travels in links. */
import * as z from 'zod/mini';

export type Place = { readonly a: number; readonly b: number };
export type Section = { readonly from: Place; readonly to: Place | null };

export type Overlays = {
  /** How the plane bends within the slice, as colours. */
  readonly isBendShown: boolean;
  /** Least prominence of the low points that are marked, as a share of the range; null marks none. */
  readonly lows: number | null;
  /** A cross-section from A to B; the second end is missing until it is chosen. */
  readonly section: Section | null;
  /** Whether a click on the picture chooses the next end of it: what a hand is doing, so no part of a link. */
  readonly isCutting: boolean;
  /** On a line: the tangent at the centre, and the three points that prove non-convexity. */
  readonly isTangentShown: boolean;
  readonly isProofShown: boolean;
  /** On a line between two networks: the chord of their losses, and how far the curve rises above it. */
  readonly isBarrierShown: boolean;
  /** Who computed what, as colours: the share of the tiles that the replay has reached, 1 for all; null while nobody asks. */
  readonly replay: number | null;
};

export const NO_OVERLAYS: Overlays = { isBendShown: false, lows: null, section: null, isCutting: false, isTangentShown: true, isProofShown: true, isBarrierShown: true, replay: null };

const place: z.ZodMiniType<Place> = z.strictObject({ a: z.number(), b: z.number() });
const share = z.nullable(z.number().check(z.minimum(0, 'must be a share from 0 to 1'), z.maximum(1, 'must be a share from 0 to 1')));

export const overlaysSchema: z.ZodMiniType<Overlays> = z.strictObject({
  isBendShown: z.boolean(),
  lows: share,
  section: z.nullable(z.strictObject({ from: place, to: z.nullable(place) })),
  isCutting: z.literal(false),
  isTangentShown: z.boolean(),
  isProofShown: z.boolean(),
  isBarrierShown: z.boolean(),
  replay: share,
});

/** The next end of a cross-section: A, then B, then A again. */
export const withEnd = (section: Section | null, place: Place): Section => (section && section.to === null ? { from: section.from, to: place } : { from: place, to: null });
