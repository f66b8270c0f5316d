/**
 * Token buckets: so many at once, and so many a second after that. Rule W3.
 *
 * A bucket may go into debt up to a limit, which the caller waits off; what is beyond is refused. No clock of its own.
 */
export type Rate = { readonly burst: number; readonly perSecond: number };

export type Bucket = {
  /** Milliseconds to wait before going on (0: none), or null when it is too much and nothing was taken. */
  readonly take: () => number | null;
  /** Whether taking would be refused now. */
  readonly isEmpty: () => boolean;
};

/** @param maxWaitMs debt that may be waited off; 0 refuses at once */
export function createBucket({ burst, perSecond }: Rate, now: () => number, maxWaitMs = 0): Bucket {
  let tokens = burst;
  let at = now();
  const waitNow = (): number => {
    const time = now();
    tokens = Math.min(burst, tokens + ((time - at) / 1000) * perSecond);
    at = time;
    return tokens >= 1 ? 0 : ((1 - tokens) / perSecond) * 1000;
  };
  return {
    isEmpty: () => waitNow() > maxWaitMs,
    take: () => {
      const waitMs = waitNow();
      if (waitMs > maxWaitMs) return null;
      tokens -= 1;
      return waitMs;
    },
  };
}

/** A bucket per key, such as an address; the longest unused are forgotten. */
export function createBuckets(rate: Rate, now: () => number, maxKeys = 10_000): (key: string) => Bucket {
  const buckets = new Map<string, Bucket>();
  return (key) => {
    const bucket = buckets.get(key) ?? createBucket(rate, now);
    buckets.delete(key);
    buckets.set(key, bucket);
    if (buckets.size > maxKeys) buckets.delete(buckets.keys().next().value!);
    return bucket;
  };
}
