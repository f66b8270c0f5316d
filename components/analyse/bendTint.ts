/** How a plane bends, as a tint: hue says bowl, saddle or dome, strength |λmin / λmax|. In the slice only. Pure. */
import { BENDS, bendRatio, type SliceCurvature } from '#lib/analysis/sliceCurvature.ts';
import type { Tint } from '#components/landscape/heightFieldLayer.ts';

type Rgb = readonly [number, number, number];

/** Told apart by people who confuse red and green: blue, white and orange; the legend has them by name. */
export const BEND_COLOURS: Readonly<Record<'bowl' | 'saddle' | 'dome', Rgb>> = { bowl: [34, 102, 172], saddle: [240, 240, 236], dome: [214, 96, 20] };

/** Where the two curvatures are very unequal the tint is weakest, and still seen. */
const [FAINTEST, STRONGEST] = [0.35, 0.92];

export function bendTint(curvature: SliceCurvature): Tint {
  const { columns, rows, bends } = curvature;
  const colours = new Uint8Array(columns * rows * 4);
  for (let at = 0; at < bends.length; at++) {
    const bend = BENDS[bends[at]!]!;
    if (bend === 'unknown' || bend === 'undecided') continue;
    const ratio = bendRatio(curvature, at);
    // The smaller over the larger: a saddle may fall more steeply than it rises.
    const strength = FAINTEST + (STRONGEST - FAINTEST) * Math.min(ratio, 1 / ratio);
    colours.set([...BEND_COLOURS[bend], Math.round(255 * strength)], at * 4);
  }
  return { columns, rows, colours };
}
