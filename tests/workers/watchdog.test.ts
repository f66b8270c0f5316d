/** Work that a device does not finish is given up, in computing time: rests do not count. */
import { describe, expect, test } from 'vitest';
import type { Pace } from '#workers/pace.ts';
import { watched } from '#workers/watchdog.ts';

const NEVER = new Promise<never>(() => {});
const paceThatRested = (rested: () => number): Pace => ({ setShare: () => {}, begin: () => {}, isDue: () => false, rest: async () => {}, rested, stretch: () => 0, dispatched: () => {}, dispatches: () => ({ count: 0, long: 0, longestMs: 0 }) });
const awake = paceThatRested(() => 0);
const patience = { least: 40, factor: 20 };
const after = <T>(ms: number, value: T) => new Promise<T>((resolve) => setTimeout(() => resolve(value), ms));

describe('watched', () => {
  test('[C12] work that ends gives its result, and its own failure', async () => {
    expect(await watched(awake, 0, after(5, 'done'), patience)).toBe('done');
    await expect(watched(awake, 0, Promise.reject(new Error('its own')), patience)).rejects.toThrow('its own');
  });

  test('[C12] work that does not end is given up as hung', async () => {
    await expect(watched(awake, 0, NEVER, patience)).rejects.toMatchObject({ name: 'DeviceFault', kind: 'hung' });
  });

  test('[C12] work that should take long is given twenty times as long', async () => {
    expect(await watched(awake, 10, after(120, 'slow'), patience)).toBe('slow');
  });

  test('[C12] rests are no part of it', async () => {
    const start = performance.now();
    // All of the first tenth of a second is a rest.
    const resting = paceThatRested(() => Math.min(100, performance.now() - start));
    expect(await watched(resting, 0, after(110, 'rested'), patience)).toBe('rested');
    await expect(watched(resting, 0, NEVER, patience)).rejects.toMatchObject({ kind: 'hung' });
    expect(performance.now() - start).toBeGreaterThan(140);
  });
});
