/** What changes with every tile is heard a few times a second, once for all who listen, and at once where it must be. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createStore } from '#client/store.ts';
import { slowly } from '#components/slowly.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('hearing slowly', () => {
  test('[P21] a hundred changes are one piece of news to each listener, and the last of them is not lost', () => {
    const store = createStore(0);
    const heard: string[] = [];
    const stops = ['one', 'other'].map((name) => slowly(store)(() => heard.push(`${name} ${store.getSnapshot()}`)));
    for (let value = 1; value <= 100; value++) store.set(value);
    expect(heard).toEqual([]);
    vi.advanceTimersByTime(250);
    expect(heard).toEqual(['one 100', 'other 100']);
    store.set(101);
    vi.advanceTimersByTime(250);
    expect(heard.slice(2)).toEqual(['one 101', 'other 101']);
    for (const stop of stops) stop();
    store.set(102);
    vi.advanceTimersByTime(1000);
    expect(heard).toHaveLength(4);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('[P21] what is urgent is heard at once, with what waited', () => {
    const store = createStore(0);
    const heard: number[] = [];
    const stop = slowly(store, () => store.getSnapshot() % 10 === 0)(() => heard.push(store.getSnapshot()));
    store.set(9);
    store.set(10);
    expect(heard).toEqual([10]);
    vi.advanceTimersByTime(1000);
    expect(heard).toEqual([10]);
    stop();
  });
});
