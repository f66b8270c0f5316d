/** How the computing of a slice goes: counts, helpers, speed over the last seconds, and what is left as a range. */
import { useEffect, useEffectEvent, useState } from 'react';
import type { Session } from '#client/sessionTypes.ts';
import type { SurfaceSource } from '#client/surfaceStore.ts';
import { etaRange } from '#components/durations.ts';
import { useStore } from '#components/useStore.ts';
import { useGrowth } from './useSurface.ts';

export type Job = {
  readonly points: number;
  readonly measured: number;
  readonly verified: number;
  readonly notFinite: number;
  readonly helpers: number;
  /** Over the last seconds; null until that can be said. */
  readonly pointsPerSecond: number | null;
  readonly left: readonly [low: string, high: string] | null;
  /** Whether the time left grew by more than a quarter since it was last said. */
  readonly isLonger: boolean;
};

/** Whether nothing is there and nobody is at it: the picture itself then asks for help. */
export const isUntouched = ({ measured, helpers }: Job): boolean => measured === 0 && helpers === 0;

/** Refreshing faster than this would only flicker. */
const REFRESH_MS = 2000;
const WINDOW_MS = 12_000;

type Speed = { readonly perSecond: number; readonly secondsLeft: number; readonly isLonger: boolean };

export function useJob(session: Session, source: SurfaceSource | null): Job | null {
  useGrowth(source);
  const people = useStore(session.people);
  const [speed, setSpeed] = useState<{ readonly source: SurfaceSource; readonly speed: Speed } | null>(null);
  const [set] = source?.surface.sets ?? [];
  const counts = source && set ? source.surface.counts(set) : null;
  const readCounts = useEffectEvent(() => counts);

  useEffect(() => {
    if (!source) return undefined;
    const seen: { readonly at: number; readonly measured: number }[] = [];
    let before: number | null = null;
    const look = () => {
      const now = readCounts();
      if (!now) return;
      const at = performance.now();
      seen.push({ at, measured: now.measured });
      while (seen.length > 2 && at - seen[0]!.at > WINDOW_MS) seen.shift();
      const first = seen[0]!;
      const perSecond = at > first.at ? ((now.measured - first.measured) / (at - first.at)) * 1000 : 0;
      if (perSecond <= 0 || now.measured >= now.points) {
        before = null;
        setSpeed(null);
        return;
      }
      const secondsLeft = (now.points - now.measured) / perSecond;
      setSpeed({ source, speed: { perSecond, secondsLeft, isLonger: before !== null && secondsLeft > before * 1.25 } });
      before = secondsLeft;
    };
    look();
    const timer = setInterval(look, REFRESH_MS);
    return () => clearInterval(timer);
  }, [source]);

  if (!source || !counts) return null;
  const current = speed?.source === source ? speed.speed : null;
  return {
    points: counts.points,
    measured: counts.measured,
    verified: counts.verified,
    notFinite: counts.notFinite,
    helpers: [...people.values()].filter(({ lending }) => lending !== null).length,
    pointsPerSecond: current?.perSecond ?? null,
    left: current ? etaRange(current.secondsLeft) : null,
    isLonger: current?.isLonger ?? false,
  };
}
