/** Turns and rests of a worker. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createPace } from '#workers/pace.ts';

describe('createPace', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'performance'] }));
  afterEach(() => void vi.useRealTimers());

  test('[C4] a turn is due after a stretch of work, and not before', async () => {
    const pace = createPace();
    pace.begin();
    expect(pace.isDue()).toBe(false);
    vi.advanceTimersByTime(20);
    expect(pace.isDue()).toBe(true);
    await pace.rest();
    expect(pace.isDue()).toBe(false);
  });

  test('[C4] a quarter of the time means resting three times as long as working', async () => {
    const pace = createPace(0.25);
    pace.begin();
    vi.advanceTimersByTime(20);
    let isBack = false;
    const resting = pace.rest().then(() => (isBack = true));
    await vi.advanceTimersByTimeAsync(59);
    expect(isBack).toBe(false);
    await vi.advanceTimersByTimeAsync(2);
    await resting;
    expect(pace.rested()).toBeGreaterThanOrEqual(60);
  });

  test('[P20] pieces of work are counted, and those that others felt apart', () => {
    const pace = createPace();
    for (const ms of [12, 100, 101, 450]) pace.dispatched(ms);
    expect(pace.dispatches()).toEqual({ count: 4, long: 2, longestMs: 450 });
    pace.begin();
    vi.advanceTimersByTime(7);
    expect(pace.stretch()).toBe(7);
  });

  test('[C4] a share outside (0, 1] is refused', () => {
    expect(() => createPace().setShare(0)).toThrow('a share of 0');
    expect(() => createPace().setShare(1.5)).toThrow('a share of 1.5');
  });
});
