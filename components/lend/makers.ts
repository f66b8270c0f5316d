/**
 * Who computed something of a picture: each person with a colour.
 *
 * A second person of a similar hue is told apart by a pattern: every other sample is left as it is. Pure; makersPaint.ts paints.
 */
import { hueOf } from '#lib/session/people.ts';
import { rgbOf, type Rgb } from '#components/hues.ts';
import type { Share } from '#lib/session/tally.ts';

export type Maker = { readonly by: string; readonly name: string; readonly colour: Rgb; readonly isPatterned: boolean; readonly points: number; readonly verified: number };

/** Hues that are nearer to each other, in degrees, are told apart by a pattern as well. */
const NEAR = 40;

/** In the order in which they first computed something. @param nameOf what the next new person is called */
export function makersOf(shares: ReadonlyMap<string, Share>, nameOf: (share: Share, index: number) => string): readonly Maker[] {
  const makers: Maker[] = [];
  for (const share of shares.values()) makers.push(newMaker(share, nameOf(share, makers.length), makers));
  return makers;
}

function newMaker({ by, points, verified }: Share, name: string, others: readonly Maker[]): Maker {
  const hue = hueOf(by);
  const isPatterned = others.some((other) => Math.abs(((hueOf(other.by) - hue + 540) % 360) - 180) < NEAR);
  return { by, name, colour: rgbOf(hue), isPatterned, points, verified };
}
