/** What fits into what, and what is said of it. */
import { describe, expect, it } from 'vitest';
import { fitsIn, largerOf, leastTooLarge, smallerOf } from '#lib/work/capacity.ts';
import { formatCapacity } from '#lib/session/words.ts';

const [small, long, wide] = [{ piece: 10, all: 20 }, { piece: 10, all: 90 }, { piece: 50, all: 60 }];

describe('capacity', () => {
  it('[L25] a slice fits where there is room for its largest piece and for all of it', () => {
    expect(fitsIn(small, small)).toBe(true);
    expect([fitsIn(long, wide), fitsIn(wide, long)]).toEqual([false, false]);
    expect(fitsIn(long, largerOf(long, wide)) && fitsIn(wide, largerOf(long, wide))).toBe(true);
    expect(smallerOf(long, wide)).toEqual({ piece: 10, all: 60 });
  });

  it('[L25] where nothing fits, the least that is wanted is named', () => {
    expect(leastTooLarge([long, wide], small)).toEqual(wide);
    expect(leastTooLarge([long, small], small)).toBeNull();
    expect(leastTooLarge([], small)).toBeNull();
  });

  it('[L25] is said with its largest piece, where that is not all', () => {
    expect(formatCapacity({ piece: 12e6, all: 614e6 })).toBe('614 MB, 12 MB of it in one piece');
    expect(formatCapacity({ piece: 2 ** 30, all: 2 ** 30 })).toBe('1.07 GB');
  });
});
