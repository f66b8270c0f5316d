/** Token buckets on a clock moved by hand. */
import { describe, expect, it } from 'vitest';
import { createBucket, createBuckets } from '#server/rateLimit.ts';

describe('rate limit', () => {
  it('[W3] so many at once, and so many a second after that', () => {
    let now = 0;
    const bucket = createBucket({ burst: 3, perSecond: 2 }, () => now);
    expect([1, 2, 3, 4].map(() => bucket.take())).toEqual([0, 0, 0, null]);
    expect(bucket.isEmpty()).toBe(true);
    now = 500;
    expect(bucket.isEmpty()).toBe(false);
    expect([bucket.take(), bucket.take()]).toEqual([0, null]);
    now = 60_000;
    expect([1, 2, 3, 4].map(() => bucket.take())).toEqual([0, 0, 0, null]);
  });

  it('[W3] what may wait is told how long, in turn, up to a limit', () => {
    const bucket = createBucket({ burst: 1, perSecond: 10 }, () => 0, 250);
    expect([1, 2, 3, 4].map(() => bucket.take())).toEqual([0, 100, 200, null]);
  });

  it('[W3] each key has its own, and the longest unused are forgotten', () => {
    const buckets = createBuckets({ burst: 1, perSecond: 1 }, () => 0, 2);
    expect(buckets('a').take()).toBe(0);
    expect(buckets('b').take()).toBe(0);
    expect(buckets('a').take()).toBeNull();
    expect(buckets('c').take()).toBe(0);
    expect(buckets('a').take()).toBeNull();
    expect(buckets('b').take()).toBe(0);
  });
});
