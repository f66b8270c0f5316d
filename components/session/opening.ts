/**
 * How a session that was just made begins: by itself, or as a class that is being invited.
 *
 * It travels once in the fragment of the link; the first time the view is written back it is gone.
 */
import { NO_LINK, writeLink } from '#lib/session/linkState.ts';
import { BY_RATIO } from '#lib/session/look.ts';

export const OPENINGS = ['explore', 'class'] as const;
export type Opening = (typeof OPENINGS)[number];

const FIELD = 'open';
const NETWORK = 'network';

/** @param network the name of the one to begin with; the first where absent */
export const linkToOpen = (id: string, key: string, opening: Opening, network?: string): string =>
  `/s/${id}${writeLink({ ...NO_LINK, key, look: BY_RATIO })}&${FIELD}=${opening}${network === undefined ? '' : `&${NETWORK}=${encodeURIComponent(network)}`}`;

export function openingOf(hash: string): Opening | null {
  const found = new URLSearchParams(hash.replace(/^#/, '')).get(FIELD);
  return OPENINGS.find((each) => each === found) ?? null;
}

/** The name of the network that a session is to begin with, where the link says one. */
export const networkToOpen = (hash: string): string | null => new URLSearchParams(hash.replace(/^#/, '')).get(NETWORK);
