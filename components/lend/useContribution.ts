/** What this person has computed of a slice, counted from the ledger: the server's word, not this device's. */
import type { Session } from '#client/sessionTypes.ts';
import { formatCount, formatShare } from '#lib/session/words.ts';
import type { TileKey } from '#lib/work/tile.ts';
import { useStore } from '#components/useStore.ts';
import { useGrowth, useSurface } from '#components/session/useSurface.ts';

export type Contribution = {
  /** Live. */
  readonly tiles: ReadonlySet<TileKey>;
  readonly points: number;
  /** `412 points, 7 % of this picture, 380 of them verified`; null before the first. */
  readonly words: string | null;
};

const NONE: ReadonlySet<TileKey> = new Set();

export function useContribution(session: Session, sliceId: string | null): Contribution | null {
  const me = useStore(session.me);
  const source = useSurface(session.surfaces, sliceId);
  useGrowth(source);
  if (!me || !source || sliceId === null) return null;
  const mine = session.tallyOf(source.tiling).of(me.id);
  const [points, verified] = [mine?.points ?? 0, mine?.verified ?? 0];
  const [set] = source.surface.sets;
  const total = set ? source.surface.counts(set).work.all : 0;
  const words = points === 0 ? null : `${formatCount(points)} points, ${formatShare(points / total)} of this picture, ${verified === points ? 'all' : formatCount(verified)} verified`;
  return { tiles: mine?.tiles ?? NONE, points, words };
}
