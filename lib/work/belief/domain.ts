/**
 * Trust domains: how likely it is that two identities are one person, told by where they came from and when.
 *
 * Somebody may come as several people, from one address and within a minute; in a classroom everybody has one address. So a domain
 * only says whom to ask first, and nobody is ever left out for it. It knows no addresses: whoever sees them makes names of networks
 * from which none can be read. Rule V17 in docs/SPEC.md.
 */

import type { TileKey } from '#lib/work/tile.ts';

/** `network`: a name for where it came from. `minute`: when it came, on any one clock. */
export type Domain = { readonly network: string; readonly minute: number };

/** 0: from different networks, as far as is known. 1: from one network. 2: from one network and within about a minute. */
export type Closeness = 0 | 1 | 2;

/** So long a second opinion is kept for whoever is furthest from those who have spoken: they may be at something else. */
export const PATIENCE_MS = 60_000;

/** Who else could be asked about a tile. */
export type Bystanders = {
  /** How close to these domains the furthest of them is; 2 where nobody is there. */
  readonly leastCloseness: (tile: TileKey, to: readonly Domain[]) => Closeness;
};

/** Of whom nothing is known, nobody is close. */
export function closeness(one: Domain | null, other: Domain | null): Closeness {
  if (!one || !other || one.network !== other.network) return 0;
  return Math.abs(one.minute - other.minute) > 1 ? 1 : 2;
}

/** To whichever of them is closest. */
export const closenessToAny = (one: Domain | null, others: readonly (Domain | null)[]): Closeness =>
  others.reduce<Closeness>((closest, other) => Math.max(closest, closeness(one, other)) as Closeness, 0);
