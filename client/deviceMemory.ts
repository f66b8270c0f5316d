/**
 * How much of this device's memory lending may take: said to the server with what is lent, so that nothing comes that does not fit.
 *
 * A browser tells little of its memory, and takes pages that use too much of it away, so the bounds are careful. It knows no slices.
 */
import { smallerOf, type Capacity } from '#lib/work/capacity.ts';
import type { BackendReport } from '#lib/wire/workerMessages.ts';

/** Of a page, all its workers together. */
const MOST_BYTES = 2 ** 30;
/** Of a page on a phone, or where there is little. */
const FEW_BYTES = 2 ** 28;
const LITTLE_MEMORY_GB = 2;

/** What browsers tell of their device; all but the first two only some. */
export type Told = {
  readonly userAgent: string;
  readonly maxTouchPoints: number;
  /** Gigabytes, roughly. */
  readonly deviceMemory?: number;
  readonly userAgentData?: { readonly mobile: boolean };
};

/** Bytes that everything lent from a page may take together. */
export function pageBytes({ userAgent, maxTouchPoints, deviceMemory, userAgentData }: Told): number {
  // An iPad calls itself a Macintosh, and is one that can be touched.
  const isApple = /iPhone|iPad|iPod/.test(userAgent) || (/Macintosh/.test(userAgent) && maxTouchPoints > 1);
  const isPhone = userAgentData?.mobile === true || /Mobi/.test(userAgent);
  const hasLittle = deviceMemory !== undefined && deviceMemory <= LITTLE_MEMORY_GB;
  return isApple || isPhone || hasLittle ? FEW_BYTES : MOST_BYTES;
}

/** What each of so many workers can hold: its share of `mostBytes`, and no more than its engine can. */
export function heldBy({ holds }: Pick<BackendReport, 'holds'>, mostBytes: number, workers: number): Capacity {
  const share = Math.floor(mostBytes / Math.max(1, workers));
  const { piece, all } = smallerOf(holds ?? { piece: Infinity, all: Infinity }, { piece: share, all: share });
  return { piece: Math.min(piece, all), all };
}
