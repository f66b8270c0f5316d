/**
 * Who computed what of a picture: each person with a colour, and a tint for the samples, as far as the replay has come.
 *
 * A second person of a similar hue is told apart by a pattern: every other sample is left as it is. Pure.
 */
import { hueOf } from '#lib/session/people.ts';
import { rgbOf, type Rgb } from '#components/hues.ts';
import type { LedgerEntry } from '#lib/session/ledger.ts';
import { byTime, type Share } from '#lib/session/tally.ts';
import { pointsOf, tileOfKey, type TileKey, type Tiling } from '#lib/work/tile.ts';
import type { Tint } from '#components/landscape/heightFieldLayer.ts';

export type Maker = { readonly by: string; readonly name: string; readonly colour: Rgb; readonly isPatterned: boolean; readonly points: number; readonly verified: number };

const STRENGTH = 170;
/** What is not there yet in the replay is hidden under the colour of the paper. */
const HIDDEN = 235;
/** Hues that are nearer to each other, in degrees, are told apart by a pattern as well. */
const NEAR = 40;

/** In the order in which they first computed something. @param nameOf what the next new person is called */
export function makersOf(shares: ReadonlyMap<string, Share>, nameOf: (share: Share, index: number) => string): readonly Maker[] {
  const makers: Maker[] = [];
  for (const share of shares.values()) makers.push(newMaker(share, nameOf(share, makers.length), makers));
  return makers;
}

/** @param share of the tiles, in the order in which they came, that are there already @param layer of a volume, or null */
export function makersTint(tiling: Tiling, entries: ReadonlyMap<TileKey, LedgerEntry>, makers: readonly Maker[], share: number, layer: number | null, isDark: boolean): Tint {
  const { columns, rows } = tiling.grid;
  const colours = new Uint8Array(columns * rows * 4);
  const of = new Map(makers.map((maker) => [maker.by, maker]));
  const ordered = byTime(entries);
  const shown = Math.round(share * ordered.length);
  const paper: Rgb = isDark ? [17, 28, 29] : [251, 252, 250];
  if (share < 1) for (let at = 0; at < columns * rows; at++) colours.set([...paper, HIDDEN], 4 * at);
  for (const [place, [key, { by }]] of ordered.entries()) {
    if (place >= shown) break;
    const maker = of.get(by);
    for (const point of pointsOf(tiling, tileOfKey(key)!)) {
      if (layer !== null && point.layer !== layer) continue;
      const at = point.row * columns + point.column;
      const isLeft = maker?.isPatterned === true && (point.column + point.row) % 2 === 1;
      colours.set([...(maker?.colour ?? paper), isLeft ? 40 : STRENGTH], 4 * at);
    }
  }
  return { columns, rows, colours };
}

function newMaker({ by, points, verified }: Share, name: string, others: readonly Maker[]): Maker {
  const hue = hueOf(by);
  const isPatterned = others.some((other) => Math.abs(((hueOf(other.by) - hue + 540) % 360) - 180) < NEAR);
  return { by, name, colour: rgbOf(hue), isPatterned, points, verified };
}
