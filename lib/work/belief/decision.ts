/** What the trust book decides, as data: whoever keeps tiles, asks float64 and lends does it. */
import type { TileKey } from '#lib/work/tile.ts';
import type { DeviceRecord } from './device.ts';
import type { Domain } from './domain.ts';

/**
 * Why a tile counts as verified. `points`: secret points of it were recomputed and agreed, and so were enough of its
 * device's. `everyPoint`: all of it was recomputed. `secondOpinion`: somebody else's device found the same at every point.
 * `agreed` is how many of its points were recomputed.
 */
export type Proof = { readonly kind: 'points' | 'everyPoint' | 'secondOpinion'; readonly agreed: number };

/** What goes first: a newcomer’s first verdict, for which a device stands idle; then what something speaks against; then the rest. */
export const URGENCIES = ['verdict', 'doubt', 'usual'] as const;
export type Urgency = (typeof URGENCIES)[number];

export type Decision =
  /**
   * Recompute these points of a tile, and where one of them does not match those `closer` as well, before it is judged; nobody
   * is told which.
   */
  | { readonly kind: 'probe'; readonly tile: TileKey; readonly points: readonly number[]; readonly closer: readonly number[]; readonly urgency: Urgency }
  | { readonly kind: 'verify'; readonly tile: TileKey; readonly proof: Proof }
  /** Wrong: taken from the picture, and lent again to anybody but those named. */
  | { readonly kind: 'strike'; readonly tile: TileKey; readonly device: string; readonly notTo: readonly string[] }
  /** Unproven, of a device that was caught: shown as being rechecked until somebody not named has computed it again. */
  | { readonly kind: 'rollBack'; readonly device: string; readonly tiles: readonly TileKey[]; readonly notTo: readonly string[] }
  /** Lend the tile a second time, to none of those named; for so long to whoever of those here is furthest away from these domains; of a newcomer's first tile before others. */
  | { readonly kind: 'secondOpinion'; readonly tile: TileKey; readonly notTo: readonly string[]; readonly awayFrom: readonly Domain[]; readonly patienceMs: number; readonly isFirst: boolean }
  /** The record changed so that it is worth keeping; `before` is the state it had. */
  | { readonly kind: 'device'; readonly record: DeviceRecord; readonly before: DeviceRecord['state'] }
  /** One device's numbers spoke against another's. */
  | { readonly kind: 'vote'; readonly tile: TileKey; readonly by: string; readonly against: string };
