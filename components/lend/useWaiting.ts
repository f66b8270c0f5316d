/** The slices of which something is still to be computed, looked at about once a second: what a device that has nothing to do may wait for. */
import { useEffect, useState } from 'react';
import type { Session } from '#client/sessionTypes.ts';
import type { SliceRecord } from '#lib/session/document.ts';
import { useStore } from '#components/useStore.ts';

const LOOK_MS = 1000;

export function useWaiting({ slices, surfaces }: Pick<Session, 'slices' | 'surfaces'>): readonly SliceRecord[] {
  const known = useStore(slices);
  const [, look] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => look((count) => count + 1), LOOK_MS);
    return () => clearInterval(timer);
  }, []);
  return [...known].flatMap(([id, slice]) => {
    if (slice.isPutAway || slice.halt !== undefined) return [];
    const surface = surfaces.of(id)?.surface;
    const [set] = surface?.sets ?? [];
    const work = surface && set ? surface.counts(set).work : null;
    return work && work.done >= work.all ? [] : [slice];
  });
}
