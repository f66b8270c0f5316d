/**
 * The colour maps, as bytes for a texture and as colours for labels and server-drawn pictures.
 *
 * All are perceptually ordered; viridis is the default and cividis the safest for colour-blind readers.
 */
import { interpolateCividis, interpolateGreys, interpolateMagma, interpolateRdBu, interpolateViridis } from 'd3-scale-chromatic';
import type { ColourMapName, Look } from '#lib/session/look.ts';

/** Also the one for differences, which nobody chooses: blue below zero, red above, pale at zero. */
export type DrawnMap = ColourMapName | 'balance';

/** A look as it is drawn. */
export type DrawnLook = Omit<Look, 'colourMap'> & { readonly colourMap: DrawnMap };

export const COLOUR_STEPS = 256;

const MAPS: Readonly<Record<DrawnMap, (share: number) => string>> = {
  viridis: interpolateViridis,
  cividis: interpolateCividis,
  magma: interpolateMagma,
  // Dark is low, as in the others; the ends stop short of black and white, which the page is made of.
  greys: (share) => interpolateGreys(0.92 - 0.8 * share),
  balance: (share) => interpolateRdBu(1 - share),
};

export const COLOUR_MAP_TITLES: Readonly<Record<ColourMapName, string>> = {
  viridis: 'Viridis',
  cividis: 'Cividis (colour-blind safe)',
  magma: 'Magma',
  greys: 'Greys',
};

/** A colour for a share of the range, 0 … 1, as CSS understands it. */
export const colourAt = (map: DrawnMap, share: number): string => MAPS[map](Math.min(1, Math.max(0, share)));

/** 256 colours, four bytes each: red, green, blue, 255. */
export function colourBytes(map: DrawnMap): Uint8Array {
  const bytes = new Uint8Array(COLOUR_STEPS * 4);
  for (let step = 0; step < COLOUR_STEPS; step++) bytes.set([...channelsOf(colourAt(map, step / (COLOUR_STEPS - 1))), 255], step * 4);
  return bytes;
}

/** d3 writes some maps as `#rrggbb` and others as `rgb(r, g, b)`. */
function channelsOf(colour: string): readonly number[] {
  if (colour.startsWith('#')) return [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
  const channels = colour.match(/\d+(\.\d+)?/g)?.map(Number) ?? [];
  if (channels.length !== 3) throw new Error(`cannot read the colour ${colour}`);
  return channels;
}
