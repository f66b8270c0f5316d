/** The plane that this person moves through a volume: its surface, and the measuring of it on this device once it rests. */
import { useEffect, useEffectEvent, useMemo, useState } from 'react';
import type { Session } from '#client/sessionTypes.ts';
import type { WholeSource } from '#client/surfaceStore.ts';
import { canonicalJson } from '#lib/digest.ts';
import type { Cut } from '#lib/slice/cut.ts';
import { cutAt, type Pose } from '#lib/slice/pose.ts';
import type { SubjectManifest } from '#lib/network/subject.ts';
import { createCutSource, type CutSource } from './cutSource.ts';

/** A plane that rests this long is measured. */
const REST_MS = 220;

/** What is known of the plane as it stands. */
export type Measuring = { readonly kind: 'estimated' | 'measuring' | 'done' } | { readonly kind: 'failed'; readonly reason: string };

const ESTIMATED: Measuring = { kind: 'estimated' };

export function useCutPlane(session: Session, whole: WholeSource, manifest: SubjectManifest, pose: Pose, ranges: Cut['ranges'], isWanted: boolean): { readonly plane: CutSource; readonly measuring: Measuring } {
  const cut = useMemo(() => cutAt(pose, ranges), [pose, ranges]);
  const key = canonicalJson(cut);
  const [plane] = useState(() => createCutSource(whole, manifest, cut));
  const [found, setFound] = useState<{ readonly key: string; readonly measuring: Measuring }>({ key, measuring: ESTIMATED });
  const follow = useEffectEvent(() => plane.setCut(cut));

  useEffect(() => {
    follow();
    if (!isWanted) return undefined;
    const stop = new AbortController();
    const say = (measuring: Measuring) => !stop.signal.aborted && setFound({ key, measuring });
    const timer = setTimeout(() => {
      say({ kind: 'measuring' });
      session.measureHere(plane.current(), plane.insert, stop.signal).then(
        () => say({ kind: 'done' }),
        (error: unknown) => say({ kind: 'failed', reason: error instanceof Error ? error.message : String(error) }),
      );
    }, REST_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [session, plane, key, isWanted]);

  return { plane, measuring: found.key === key && isWanted ? found.measuring : ESTIMATED };
}
