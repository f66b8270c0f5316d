/**
 * How a session that was just made begins: by itself, or as a class that is being invited.
 *
 * It travels once in the fragment of the link; the first time the view is written back it is gone.
 */
import { writeLink } from '#lib/session/linkState.ts';
import { DEFAULT_CAMERA } from '#lib/session/camera.ts';
import { BY_RATIO } from '#lib/session/look.ts';

export const OPENINGS = ['explore', 'class'] as const;
export type Opening = (typeof OPENINGS)[number];

const FIELD = 'open';

export const linkToOpen = (id: string, key: string, opening: Opening): string =>
  `/s/${id}${writeLink({ key, slice: null, look: BY_RATIO, camera: DEFAULT_CAMERA })}&${FIELD}=${opening}`;

export function openingOf(hash: string): Opening | null {
  const found = new URLSearchParams(hash.replace(/^#/, '')).get(FIELD);
  return OPENINGS.find((each) => each === found) ?? null;
}
