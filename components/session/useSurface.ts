/** The surface of one slice as it grows; null until its network is loaded. */
import { useCallback, useSyncExternalStore } from 'react';
import type { SurfaceSource, SurfaceStore, WholeSource } from '#client/surfaceStore.ts';

const zero = () => 0;

export function useSurface(surfaces: SurfaceStore, sliceId: string | null): WholeSource | null {
  useSyncExternalStore(surfaces.subscribe, surfaces.getSnapshot, zero);
  return sliceId === null ? null : surfaces.of(sliceId);
}

/** Numbers and words need not change with every picture. */
const SLOW_MS = 200;

/** Draws the caller again as tiles come in, a few times a second; returns a number that differs each time. */
export function useGrowth(source: SurfaceSource | null): number {
  const subscribe = useCallback(
    (listener: () => void) => {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const stop = source?.subscribe(() => {
        timer ??= setTimeout(() => {
          timer = undefined;
          listener();
        }, SLOW_MS);
      });
      return () => {
        clearTimeout(timer);
        stop?.();
      };
    },
    [source],
  );
  return useSyncExternalStore(subscribe, () => source?.getSnapshot() ?? 0, zero);
}
