/** Which samples the picture shows now: those of the look, where the slice has them. */
import type { SurfaceSource } from '#client/surfaceStore.ts';
import type { SetName } from '#lib/network/subject.ts';
import { useRoomView } from '#components/session/SessionContext.ts';

export function useShownSet(source: SurfaceSource): SetName {
  const { look } = useRoomView();
  const { sets } = source.surface;
  return sets.includes(look.set) ? look.set : sets[0]!;
}
