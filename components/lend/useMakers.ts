/** Who computed the shown slice, while somebody wants to know: people with their points, and the tint of the replay. */
import { useMemo } from 'react';
import type { SurfaceSource } from '#client/surfaceStore.ts';
import type { LayerSource } from '#components/landscape/layerSource.ts';
import type { Tint } from '#components/landscape/heightFieldLayer.ts';
import { useRoomView, useSession } from '#components/session/SessionContext.ts';
import { useResolvedTheme } from '#components/session/useResolvedTheme.ts';
import { useGrowth } from '#components/session/useSurface.ts';
import { useStore } from '#components/useStore.ts';
import { makersOf, makersTint, type Maker } from './makers.ts';

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
  return useMemo(() => {
    void version;
    if (!source || replay === null) return NOBODY;
    const whole = 'setLayer' in source ? source.whole : source;
    const entries = session.tilesOf(whole.sliceId);
    const makers = makersOf(whole.surface.tiling, entries, ({ by, byName }, index) => (helpers === 'named' ? byName : by === me?.id ? 'You' : `Helper ${index + 1}`));
    const layer = 'setLayer' in source ? source.layer : null;
    return { makers, tint: makersTint(whole.surface.tiling, entries, makers, replay, layer, theme === 'dark') };
  }, [session, source, version, replay, helpers, me, theme]);
}
