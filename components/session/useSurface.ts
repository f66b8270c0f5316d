/** The surface of one slice as it grows; null until its network is loaded. */
import { useSyncExternalStore } from 'react';
import type { SurfaceSource, SurfaceStore, WholeSource } from '#client/surfaceStore.ts';
import { slowly } from '#components/slowly.ts';

const zero = () => 0;

export function useSurface(surfaces: SurfaceStore, sliceId: string | null): WholeSource | null {
  useSyncExternalStore(surfaces.subscribe, surfaces.getSnapshot, zero);
  return sliceId === null ? null : surfaces.of(sliceId);
}

type Growing = Pick<SurfaceSource, 'subscribe' | 'getSnapshot'>;

const never = () => () => {};

/** Draws the caller again as tiles come in, a few times a second; returns a number that differs each time. */
export function useGrowth(source: Growing | null): number {
  return useSyncExternalStore(source ? slowly(source) : never, () => source?.getSnapshot() ?? 0, zero);
}
