/** Memory as it decides who computes what: how much a device can hold, and how much a slice needs. It knows neither devices nor slices. */

/** Bytes in the largest piece that cannot be cut, and bytes in all. */
export type Capacity = { readonly piece: number; readonly all: number };

export const NOTHING: Capacity = { piece: 0, all: 0 };

export const fitsIn = (needs: Capacity, holds: Capacity): boolean => needs.piece <= holds.piece && needs.all <= holds.all;

/** Where nothing of what is wanted fits, the least of it; null where something does, or nothing is wanted. */
export function leastTooLarge(wanted: readonly Capacity[], holds: Capacity): Capacity | null {
  if (wanted.some((needs) => fitsIn(needs, holds))) return null;
  return wanted.toSorted((one, other) => one.all - other.all)[0] ?? null;
}

/** As much as the larger of both, in each respect. */
export const largerOf = (one: Capacity, other: Capacity): Capacity => ({ piece: Math.max(one.piece, other.piece), all: Math.max(one.all, other.all) });

/** As much as both. */
export const smallerOf = (one: Capacity, other: Capacity): Capacity => ({ piece: Math.min(one.piece, other.piece), all: Math.min(one.all, other.all) });
