/** The surface of one slice as it grows; null until its network is loaded. */
import { useCallback, useSyncExternalStore } from 'react';
import type { SurfaceSource, SurfaceStore } from '#client/surfaceStore.ts';

const never = () => () => undefined;
const zero = () => 0;

export function useSurface(surfaces: SurfaceStore, sliceId: string | null): SurfaceSource | null {
  useSyncExternalStore(surfaces.subscribe, surfaces.getSnapshot, zero);
  return sliceId === null ? null : surfaces.of(sliceId);
}

/** Draws the caller again whenever tiles come in; returns a number that differs each time. */
export function useGrowth(source: SurfaceSource | null): number {
  const getSnapshot = useCallback(() => source?.getSnapshot() ?? 0, [source]);
  return useSyncExternalStore(source?.subscribe ?? never, getSnapshot, zero);
}
