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
  /** Something of this picture is still to be computed. */
  readonly isMore: boolean;
};

const NONE: ReadonlySet<TileKey> = new Set();

export function useContribution(session: Session, sliceId: string | null): Contribution | null {
  const me = useStore(session.me);
  const slice = useStore(session.slices).get(sliceId ?? '');
  const source = useSurface(session.surfaces, sliceId);
  useGrowth(source);
  if (!me || !source || sliceId === null) return null;
  const mine = session.tallyOf(source.tiling).of(me.id);
  const [points, verified] = [mine?.points ?? 0, mine?.verified ?? 0];
  const [set] = source.surface.sets;
  const { done, all: total } = set ? source.surface.counts(set).work : { done: 0, all: 0 };
  const isMore = done < total && slice !== undefined && slice.halt === undefined && !slice.isPutAway;
  const words = points === 0 ? null : `${formatCount(points)} points, ${formatShare(points / total)} of this picture, ${verified === points ? 'all' : formatCount(verified)} verified`;
  return { tiles: mine?.tiles ?? NONE, points, words, isMore };
}
