/**
 * A look: how a slice is drawn. It travels in links and bookmarks, and changing it never computes anything.
 *
 * It does not know what is drawn, nor from where (camera.ts).
 */
import * as z from 'zod/mini';
import type { SetName } from '#lib/network/subject.ts';

export const COLOUR_MAPS = ['viridis', 'cividis', 'magma', 'greys'] as const;
export type ColourMapName = (typeof COLOUR_MAPS)[number];

export const SCALES = ['linear', 'log'] as const;
export type ScaleName = (typeof SCALES)[number];

export type Look = {
  readonly colourMap: ColourMapName;
  readonly colourScale: ScaleName;
  /** Independent of the colours: a log height shows basins that a linear colour hides. */
  readonly heightScale: ScaleName;
  /** `auto` follows the lowest and highest finite measured loss. */
  readonly range: 'auto' | { readonly min: number; readonly max: number };
  readonly contours: boolean;
  readonly contourCount: number;
  /** Height of the full range, as a multiple of the usual. */
  readonly exaggeration: number;
  readonly set: SetName;
};

export const DEFAULT_LOOK: Look = {
  colourMap: 'viridis',
  colourScale: 'linear',
  heightScale: 'linear',
  range: 'auto',
  contours: true,
  contourCount: 12,
  exaggeration: 1,
  set: 'train',
};

/** By ratio: the valley of a trained network is a hundred times lower than its rims, and would be one dark patch. */
export const BY_RATIO: Look = { ...DEFAULT_LOOK, colourScale: 'log', heightScale: 'log', contourCount: 14 };

const finite = z.number('must be a number');

export const lookSchema: z.ZodMiniType<Look> = z.strictObject({
  colourMap: z.enum(COLOUR_MAPS),
  colourScale: z.enum(SCALES),
  heightScale: z.enum(SCALES),
  range: z.union([
    z.literal('auto'),
    z.strictObject({ min: finite, max: finite }).check(z.refine(({ min, max }) => max > min, { message: 'the upper end must be above the lower' })),
  ]),
  contours: z.boolean(),
  contourCount: z.int('must be a whole number').check(z.minimum(2, 'choose between 2 and 40 lines'), z.maximum(40, 'choose between 2 and 40 lines')),
  exaggeration: finite.check(z.minimum(0.1, 'choose between 0.1 and 5'), z.maximum(5, 'choose between 0.1 and 5')),
  set: z.enum(['train', 'test']),
});
