/**
 * How long work still takes, as an honest range: from what each present device returned lately, wide where that was little.
 *
 * What was said before is a promise: it may only be kept, come true sooner, or be taken back in words. No clock: the caller brings `now`
 * and what it has seen. Times are milliseconds on any one clock. Rule L19 in docs/SPEC.md.
 */

/** What one lender had returned of the work by some time. */
export type Returned = { readonly points: number; readonly tiles: number };

/** A look at the work. `by`: everything returned so far, by lender; who is not in it has returned nothing. */
export type Look = { readonly at: number; readonly by: ReadonlyMap<string, Returned> };

export type Outlook =
  | { readonly kind: 'done' }
  /** Nothing was measured of who is here now, so nothing can be said. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'range'; readonly lowMs: number; readonly highMs: number };

/** Standard deviations on each side: about nine times in ten the time lies between. */
const SPREAD = 1.64;
/** Devices slow down and speed up by so much without having been asked: no range is narrower. */
const LEAST_SPREAD = 0.2;
/** Of the rate that was measured, at least this share is reckoned with. */
const LEAST_RATE = 0.25;

/**
 * @param present lenders that compute now: what others returned says nothing about the time to come
 * @param looks oldest first; two at least tell of a speed
 */
export function outlook(pointsLeft: number, looks: readonly Look[], present: ReadonlySet<string>): Outlook {
  if (pointsLeft <= 0) return { kind: 'done' };
  let [rate, variance, measured] = [0, 0, 0];
  for (const lender of present) {
    const speed = speedOf(lender, looks);
    if (!speed) continue;
    measured++;
    rate += speed.rate;
    variance += speed.variance;
  }
  if (rate <= 0) return { kind: 'unknown' };
  const spread = Math.max(LEAST_SPREAD * rate, SPREAD * Math.sqrt(variance));
  // Who was not measured yet may turn out as quick as the others, or be of no help.
  const most = (rate + spread) * (present.size / measured);
  const least = Math.max(LEAST_RATE * rate, rate - spread);
  return { kind: 'range', lowMs: pointsLeft / most, highMs: pointsLeft / least };
}

/**
 * Points a millisecond of one lender, and the variance of that; null where it returned nothing.
 *
 * Tiles are taken to come independently (a compound Poisson process), so of n tiles with p points together the variance is p²/n.
 */
function speedOf(lender: string, looks: readonly Look[]): { readonly rate: number; readonly variance: number } | null {
  const [first, last] = [looks[0], looks.at(-1)];
  if (!first || !last || last.at <= first.at) return null;
  const after = last.by.get(lender) ?? NOTHING;
  // Whoever came in between is measured from its first tile on, which also opened its engine; and where there is no other, from the look before.
  const seen = first.by.has(lender) ? first : looks.find(({ by }) => by.has(lender));
  if (!seen) return null;
  const isMore = (seen.by.get(lender)?.tiles ?? 0) < after.tiles;
  const from = isMore ? seen : (looks.findLast(({ by }) => !by.has(lender)) ?? first);
  const before = from.by.get(lender) ?? NOTHING;
  const [points, tiles, ms] = [after.points - before.points, after.tiles - before.tiles, last.at - from.at];
  return points > 0 && tiles > 0 && ms > 0 ? { rate: points / ms, variance: points ** 2 / tiles / ms ** 2 } : null;
}

const NOTHING: Returned = { points: 0, tiles: 0 };

/** What people were told: between when it will be done. */
export type Promised = {
  readonly lowAt: number;
  readonly highAt: number;
  /** When it was last found to take longer than was said; −∞ for never. */
  readonly longerAt: number;
};

/** So much of the time left an estimate may tremble before it counts as another one. */
const TREMBLE = 0.1;
/** So long a range that grew is marked, so that it can be read. */
const MARKED_MS = 10_000;

/** Keeps what was promised while it holds; where it does not, promises anew and remembers that it grew. @param before null where nothing was said */
export function promise(before: Promised | null, { lowMs, highMs }: { readonly lowMs: number; readonly highMs: number }, now: number): Promised {
  const fresh = { lowAt: now + lowMs, highAt: now + highMs };
  if (!before) return { ...fresh, longerAt: -Infinity };
  const slack = TREMBLE * Math.max(0, before.highAt - now);
  if (fresh.highAt > before.highAt + slack) return { ...fresh, longerAt: now };
  if (fresh.highAt < before.highAt - slack) return { ...fresh, longerAt: before.longerAt };
  return { ...before, lowAt: Math.min(Math.max(before.lowAt, fresh.lowAt), before.highAt) };
}

/** What is left of a promise, and whether it grew just now. */
export function leftOf({ lowAt, highAt, longerAt }: Promised, now: number): { readonly lowMs: number; readonly highMs: number; readonly isLonger: boolean } {
  return { lowMs: Math.max(0, lowAt - now), highMs: Math.max(0, highAt - now), isLonger: now - longerAt < MARKED_MS };
}
