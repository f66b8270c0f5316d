/** Who computed the shown slice, while somebody wants to know: people with their points, and the tint of the replay. */
import { useMemo } from 'react';
import type { SurfaceSource } from '#client/surfaceStore.ts';
import type { LayerSource } from '#components/landscape/layerSource.ts';
import type { Tint } from '#components/landscape/heightFieldLayer.ts';
import { useRoomView, useSession } from '#components/session/SessionContext.ts';
import { useResolvedTheme } from '#components/session/useResolvedTheme.ts';
import { useGrowth } from '#components/session/useSurface.ts';
import { useStore } from '#components/useStore.ts';
import { makersOf, type Maker } from './makers.ts';
import { MakersPaint } from './makersPaint.ts';

export type Made = { readonly makers: readonly Maker[]; readonly tint: Tint | null };

const NOBODY: Made = { makers: [], tint: null };

export function useMakers(source: SurfaceSource | LayerSource | null): Made {
  const session = useSession();
  const { overlays } = useRoomView();
  const { helpers } = useStore(session.settings);
  const me = useStore(session.me);
  const theme = useResolvedTheme();
  const version = useGrowth(source);
  const { replay } = overlays;
  const isAsked = replay !== null;
  // People are counted when tiles come, and not for every picture of the replay.
  const known = useMemo(() => {
    void version;
    if (!source || !isAsked) return null;
    const { sliceId, surface } = 'setLayer' in source ? source.whole : source;
    const entries = session.tilesOf(sliceId);
    const makers = makersOf(session.tallyOf(surface.tiling).shares(), ({ by, byName }, index) => (helpers === 'named' ? byName : by === me?.id ? 'You' : `Helper ${index + 1}`));
    return { tiling: surface.tiling, entries, makers, layer: 'setLayer' in source ? source.layer : null };
  }, [session, source, version, isAsked, helpers, me]);
  const paint = useMemo(() => known && new MakersPaint({ ...known, isDark: theme === 'dark' }), [known, theme]);
  return useMemo(() => (known && paint && replay !== null ? { makers: known.makers, tint: paint.at(replay) } : NOBODY), [known, paint, replay]);
}
