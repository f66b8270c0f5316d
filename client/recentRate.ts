/** How many points were computed a second, over the last ten seconds. The caller brings `now`, in milliseconds. */
const WINDOW_MS = 10_000;
/** Less than this says nothing, in seconds. */
const SHORTEST = 0.2;

export type RecentRate = {
  readonly add: (points: number, now: number) => void;
  /** Points a second; 0 until that can be said. */
  readonly perSecond: (now: number) => number;
  readonly clear: () => void;
};

export function createRecentRate(): RecentRate {
  const recent: { readonly at: number; readonly points: number }[] = [];
  return {
    add: (points, now) => void recent.push({ at: now, points }),
    perSecond(now) {
      while (recent.length > 0 && now - recent[0]!.at > WINDOW_MS) recent.shift();
      const span = recent.length > 1 ? (now - recent[0]!.at) / 1000 : 0;
      return span > SHORTEST ? recent.reduce((sum, each) => sum + each.points, 0) / span : 0;
    },
    clear: () => void (recent.length = 0),
  };
}
