/** How much memory a device says it can lend, by what its browser tells of itself. */
import { describe, expect, it } from 'vitest';
import { heldBy, pageBytes } from '#client/deviceMemory.ts';

const GB = 2 ** 30;
const CHROME = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/147.0.0.0 Safari/537.36';
const ANDROID = 'Mozilla/5.0 (Linux; Android 15; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/147.0.0.0 Mobile Safari/537.36';
const IPHONE = 'Mozilla/5.0 (iPhone; CPU iPhone OS 26_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1';
const MAC = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15';

describe('the memory of a device', () => {
  it.each([
    ['a laptop', { userAgent: CHROME, maxTouchPoints: 10, deviceMemory: 8, userAgentData: { mobile: false } }, GB],
    ['a laptop that says nothing more', { userAgent: MAC, maxTouchPoints: 0 }, GB],
    ['a laptop with 2 GB', { userAgent: CHROME, maxTouchPoints: 0, deviceMemory: 2 }, GB / 4],
    ['an Android phone', { userAgent: ANDROID, maxTouchPoints: 5, deviceMemory: 8 }, GB / 4],
    ['a phone that hides it in its name', { userAgent: CHROME, maxTouchPoints: 5, userAgentData: { mobile: true } }, GB / 4],
    ['an iPhone', { userAgent: IPHONE, maxTouchPoints: 5 }, GB / 4],
    ['an iPad that calls itself a Macintosh', { userAgent: MAC, maxTouchPoints: 5 }, GB / 4],
  ])('[L25] of %s', (_, told, bytes) => {
    expect(pageBytes(told)).toBe(bytes);
  });

  it('[L25] is shared by its workers, and no engine holds more than it can', () => {
    expect(heldBy({}, GB, 7)).toEqual({ piece: Math.floor(GB / 7), all: Math.floor(GB / 7) });
    expect(heldBy({ holds: { piece: 2 ** 31, all: 2 ** 31 } }, GB, 1)).toEqual({ piece: GB, all: GB });
    expect(heldBy({ holds: { piece: 2 ** 26, all: Infinity } }, GB, 1)).toEqual({ piece: 2 ** 26, all: GB });
    expect(heldBy({ holds: { piece: 2 ** 31, all: 2 ** 31 } }, 64 * GB, 1)).toEqual({ piece: 2 ** 31, all: 2 ** 31 });
    // No worker is there for a moment while one takes the place of another.
    expect(heldBy({}, GB, 0)).toEqual({ piece: GB, all: GB });
  });
});
