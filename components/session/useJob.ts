/** How the computing of a slice goes: counts, helpers, speed over the last seconds, what is left as a range that keeps its word, and what is on its way here. */
import { useEffect, useEffectEvent, useState } from 'react';
import type { Session } from '#client/sessionTypes.ts';
import type { SurfaceSource } from '#client/surfaceStore.ts';
import { lendsTo } from '#lib/session/people.ts';
import { levelsOf, type Level } from '#lib/work/levels.ts';
import { Pace, type PaceNow } from '#lib/work/pace.ts';
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
  /** Points of every shard of the samples, as many as there are points where there is one: here, and computed by the server's word. */
  readonly work: { readonly done: number; readonly computed: number; readonly all: number };
  /** Whether the server has said what is computed; before that nothing of it is known here. */
  readonly isListed: boolean;
  /** How many samples are in, and how sure the level is, set by set; null where all samples come at once, or none is in. */
  readonly levels: readonly Level[] | null;
  /** Over the last seconds; null until that can be said. */
  readonly pointsPerSecond: number | null;
  /** Null once all is measured, and before the first look. */
  readonly left: TimeLeft | null;
};

/** Whether nothing is there and nobody is at it: the picture itself then asks for help. */
export const isUntouched = ({ work, isListed, helpers }: Job): boolean => isListed && work.computed === 0 && helpers === 0;

/** Refreshing faster than this would only flicker. */
const REFRESH_MS = 2000;

export function useJob(session: Session, source: SurfaceSource | null): Job | null {
  useGrowth(source);
  const people = useStore(session.people);
  const reads = useStore(session.ledgerReads);
  const [seen, setSeen] = useState<{ readonly of: string; readonly pace: PaceNow } | null>(null);
  const [set] = source?.surface.sets ?? [];
  const counts = source && set ? source.surface.counts(set) : null;
  const placedBy = useStore(session.slices).get(source?.tiling.sliceId ?? '')?.by;
  const helpers = [...people.values()].filter((person) => lendsTo(person, placedBy ?? '')).map(({ id }) => id);
  const all = counts?.work.all ?? 0;
  // What a list that was read whole tells anew was computed at other times: after each, the pace is measured from there.
  const watched = `${source?.sliceId} ${reads}`;
  const read = useEffectEvent(() => source && { by: returnedOf(session, source), present: new Set(helpers) });

  useEffect(() => {
    if (!source || reads === 0) return undefined;
    const pace = new Pace(all);
    const look = () => {
      const now = read();
      if (now) setSeen({ of: watched, pace: pace.look(performance.now(), now.by, now.present) });
    };
    look();
    const timer = setInterval(look, REFRESH_MS);
    return () => clearInterval(timer);
  }, [source, reads, all, watched]);

  if (!source || !counts) return null;
  const pace = seen?.of === watched ? seen.pace : null;
  // The numbers of a tile come before its line in the ledger.
  const computed = Math.max(counts.work.done, session.tallyOf(source.tiling).points);
  return {
    points: counts.points,
    measured: counts.measured,
    verified: counts.verified,
    notFinite: counts.notFinite,
    work: { ...counts.work, computed },
    isListed: reads > 0,
    levels: levelsOf(source.surface, source.recipe.samples),
    helpers: helpers.length,
    pointsPerSecond: pace?.perSecond ?? null,
    left: pace?.left ? spoken(pace.left) : null,
  };
}

const returnedOf = (session: Session, { tiling }: SurfaceSource) =>
  new Map([...session.tallyOf(tiling).shares()].map(([by, { points, tiles }]) => [by, { points, tiles: tiles.size }]));

function spoken(left: NonNullable<PaceNow['left']>): TimeLeft {
  if (left.kind === 'unknown') return left;
  const [low, high] = spokenRange(left.lowMs / 1000, left.highMs / 1000);
  return { kind: 'range', low, high, isLonger: left.isLonger };
}
