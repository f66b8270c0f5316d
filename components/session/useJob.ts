/** How the computing of a slice goes: counts, helpers, speed over the last seconds, and what is left as a range that keeps its word. */
import { useEffect, useEffectEvent, useState } from 'react';
import type { Session } from '#client/sessionTypes.ts';
import type { SurfaceSource } from '#client/surfaceStore.ts';
import { lendsTo } from '#lib/session/people.ts';
import { levelsOf, type Level } from '#lib/work/levels.ts';
import { leftOf, outlook, promise, type Look, type Promised } from '#lib/work/eta.ts';
import { spokenRange } from '#components/durations.ts';
import { useStore } from '#components/useStore.ts';
import { useGrowth } from './useSurface.ts';

/** `unknown`: nothing was measured of who helps now. `isLonger`: than was said before. */
export type TimeLeft = { readonly kind: 'unknown' } | { readonly kind: 'range'; readonly low: string; readonly high: string; readonly isLonger: boolean };

export type Job = {
  readonly points: number;
  readonly measured: number;
  readonly verified: number;
  readonly notFinite: number;
  readonly helpers: number;
  /** Points of every shard of the samples, as many as there are points where there is one. */
  readonly work: { readonly done: number; readonly all: number };
  /** How many samples are in, and how sure the level is, set by set; null where all samples come at once, or none is in. */
  readonly levels: readonly Level[] | null;
  /** Over the last seconds; null until that can be said. */
  readonly pointsPerSecond: number | null;
  /** Null once all is measured, and before the first look. */
  readonly left: TimeLeft | null;
};

/** Whether nothing is there and nobody is at it: the picture itself then asks for help. */
export const isUntouched = ({ measured, helpers }: Job): boolean => measured === 0 && helpers === 0;

/** Refreshing faster than this would only flicker. */
const REFRESH_MS = 2000;
const WINDOW_MS = 30_000;

type Speed = { readonly perSecond: number | null; readonly left: TimeLeft | null };

export function useJob(session: Session, source: SurfaceSource | null): Job | null {
  useGrowth(source);
  const people = useStore(session.people);
  const placedBy = useStore(session.slices).get(source?.tiling.sliceId ?? '')?.by;
  const [speed, setSpeed] = useState<{ readonly source: SurfaceSource; readonly speed: Speed } | null>(null);
  const [set] = source?.surface.sets ?? [];
  const counts = source && set ? source.surface.counts(set) : null;
  const helpers = [...people.values()].filter((person) => lendsTo(person, placedBy ?? '')).map(({ id }) => id);
  const read = useEffectEvent(() => counts && source && { counts, present: new Set(helpers), shares: session.tallyOf(source.tiling).shares() });

  useEffect(() => {
    if (!source) return undefined;
    const looks: Look[] = [];
    const seen: { readonly at: number; readonly done: number }[] = [];
    let told: Promised | null = null;
    const look = () => {
      const now = read();
      if (!now) return;
      const at = performance.now();
      const { done, all } = now.counts.work;
      looks.push({ at, by: new Map([...now.shares].map(([by, share]) => [by, { points: share.points, tiles: share.tiles.size }])) });
      seen.push({ at, done });
      while (looks.length > 2 && at - looks[0]!.at > WINDOW_MS) {
        looks.shift();
        seen.shift();
      }
      const first = seen[0]!;
      const perSecond = at > first.at ? ((done - first.done) / (at - first.at)) * 1000 : 0;
      const found = outlook(all - done, looks, now.present);
      told = found.kind === 'range' ? promise(told, found, at) : null;
      setSpeed({ source, speed: { perSecond: perSecond > 0 && found.kind !== 'done' ? perSecond : null, left: found.kind === 'unknown' ? { kind: 'unknown' } : told && spoken(told, at) } });
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
    work: counts.work,
    levels: levelsOf(source.surface, source.recipe.samples),
    helpers: helpers.length,
    pointsPerSecond: current?.perSecond ?? null,
    left: current?.left ?? null,
  };
}

function spoken(told: Promised, now: number): TimeLeft {
  const { lowMs, highMs, isLonger } = leftOf(told, now);
  const [low, high] = spokenRange(lowMs / 1000, highMs / 1000);
  return { kind: 'range', low, high, isLonger };
}
