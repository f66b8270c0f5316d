/**
 * How many points of a returned tile are recomputed, and which: secretly, after the tile is here, so that nobody can prepare for it.
 *
 * Points and not tiles are the unit, since a tile that is wrong in a share c of its points passes p points with (1 − c)^p.
 * Rules V3, V12 in docs/SPEC.md.
 */

/** What float64 on the server may cost: multiply-adds a second, over all slices. */
export type TruthBudget = { readonly perSecond: number };

/** A tile may take so much of the budget unless something speaks against it. */
const TILE_SECONDS = 1;
/** A point that takes longer is dear: most of a tile's points are out of reach, so a second device is asked as well. */
const DEAR_SECONDS = 5;
/** A point that takes longer is not recomputed at all: only other devices can speak for or against it. */
const UNAFFORDABLE_SECONDS = 600;
/** Points of a tile that something speaks against: of those the free checks point at, the most striking half. */
const DOUBTED_POINTS = 4;

/** The most points of one tile that the budget allows; 0 where not even one can be had. */
export const affordable = ({ perSecond }: TruthBudget, pointCost: number): number =>
  pointCost > perSecond * UNAFFORDABLE_SECONDS ? 0 : Math.max(1, Math.floor((perSecond * TILE_SECONDS) / Math.max(1, pointCost)));

export const isDear = ({ perSecond }: TruthBudget, pointCost: number): boolean => pointCost > perSecond * DEAR_SECONDS;

export type PlanRequest = {
  readonly points: number;
  readonly pointCost: number;
  /** The share of its points that this device's standing asks for, 0 … 1. */
  readonly share: number;
  /** Points that the free checks point at, the most striking first. */
  readonly doubtful: readonly number[];
  readonly isSuspicious: boolean;
};

/** Which points to recompute: at least one where one can be had. `dice` in [0, 1). */
export function planProbes({ points, pointCost, share, doubtful, isSuspicious }: PlanRequest, budget: TruthBudget, dice: () => number): readonly number[] {
  const most = affordable(budget, pointCost);
  if (most === 0) return [];
  const wanted = share * points;
  const whole = Math.floor(wanted) + Number(dice() < wanted % 1);
  const usual = Math.min(most, Math.max(1, whole));
  const count = Math.min(points, isSuspicious ? Math.max(usual, isDear(budget, pointCost) ? 2 : DOUBTED_POINTS) : usual);
  // Half of them where the finger points, the rest where nobody can foresee.
  const pointed = doubtful.slice(0, Math.ceil(count / 2));
  return drawPoints(points, count, dice, pointed);
}

/** `count` different indices below `points`, `first` among them; none of `except`. */
export function drawPoints(points: number, count: number, dice: () => number, first: readonly number[] = [], except: ReadonlySet<number> = new Set()): readonly number[] {
  const chosen = new Set(first);
  if ((count + except.size) * 4 < points) {
    // Few of many: a roll that falls on a chosen one is thrown again.
    while (chosen.size < count) {
      const at = Math.floor(dice() * points);
      if (!except.has(at)) chosen.add(at);
    }
    return [...chosen];
  }
  const open: number[] = [];
  for (let index = 0; index < points; index++) if (!chosen.has(index) && !except.has(index)) open.push(index);
  while (chosen.size < count && open.length > 0) {
    const at = Math.floor(dice() * open.length);
    chosen.add(open[at]!);
    open[at] = open.at(-1)!;
    open.pop();
  }
  return [...chosen];
}
