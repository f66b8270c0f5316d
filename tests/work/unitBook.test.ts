import { describe, expect, it } from 'vitest';
import { SILENCE_MS, UnitBook, type Asker } from '#lib/work/unitBook.ts';

const [A, B] = ['a'.repeat(32), 'b'.repeat(32)];
const asker = (name: string, mayKeep = true): Asker => ({ connectionId: `c-${name}`, personId: name, mayKeep });

describe('unit book', () => {
  it('[U13] lends a unit to one page at a time, first of what fewest compute, and files only to who may keep them', () => {
    const book = new UnitBook();
    book.want(A, { total: 3, keepsFiles: false, done: [1], isPaused: false });
    book.want(B, { total: 2, keepsFiles: true, done: [], isPaused: false });
    const given = ['ada', 'bob', 'eve'].flatMap((name) => book.grant(asker(name), null, 1, 0)).map(({ analysis, unit }) => [analysis[0], unit]);
    expect(given).toEqual([['a', 0], ['b', 0], ['a', 2]]);
    expect(book.grant(asker('ada', false), null, 8, 0)).toEqual([]);
    expect(book.grant(asker('ada'), B, 8, 0).map(({ unit }) => unit)).toEqual([1]);
    expect(book.isWaiting).toBe(false);
  });

  it('[U14] lends again what a silent page held, and nothing of what is paused', () => {
    const book = new UnitBook();
    book.want(A, { total: 1, keepsFiles: false, done: [], isPaused: false });
    book.grant(asker('ada'), A, 1, 0);
    expect(book.renew(asker('ada'), A, 0, { share: 0.5, live: [] }, SILENCE_MS - 1)).toBe(true);
    expect(book.grant(asker('bob'), A, 1, SILENCE_MS + 1)).toEqual([]);
    expect(book.grant(asker('bob'), A, 1, 2 * SILENCE_MS)).toHaveLength(1);
    expect(book.renew(asker('ada'), A, 0, { share: 0.6, live: [] }, 2 * SILENCE_MS)).toBe(false);
    book.setPaused(A, true);
    expect(book.leases()).toEqual([]);
    expect(book.renew(asker('bob'), A, 0, { share: 0.1, live: [] }, 2 * SILENCE_MS)).toBe(false);
    expect(book.grant(asker('bob'), A, 1, 2 * SILENCE_MS)).toEqual([]);
    book.setPaused(A, false);
    expect(book.grant(asker('bob'), A, 1, 2 * SILENCE_MS)).toHaveLength(1);
  });

  it('[U15] takes the first result of a unit, also of one that was lent to another meanwhile; what was wrong is not lent to its author again', () => {
    const book = new UnitBook();
    book.want(A, { total: 1, keepsFiles: false, done: [], isPaused: false });
    book.grant(asker('ada'), A, 1, 0);
    expect([book.complete(A, 0), book.complete(A, 0), book.complete(A, 1), book.complete(B, 0)]).toEqual(['accepted', 'duplicate', 'unknown', 'unknown']);
    book.reopen(A, 0, 'ada');
    expect(book.grant(asker('ada'), A, 1, 0)).toEqual([]);
    expect(book.grant(asker('bob'), A, 1, 0)).toHaveLength(1);
  });

  it('[L23] who lends to some only is lent units of what those placed, and of what they name themselves', () => {
    const book = new UnitBook();
    for (const analysis of ['mine', 'theirs']) book.want(analysis, { total: 2, keepsFiles: false, done: [], isPaused: false });
    const asker = { connectionId: 'page', personId: 'ada', mayKeep: true };
    expect(book.grant(asker, null, 9, 0, (id) => id === 'mine').map(({ analysis }) => analysis)).toEqual(['mine', 'mine']);
    expect(book.grant(asker, 'theirs', 1, 0, (id) => id === 'mine').map(({ analysis }) => analysis)).toEqual(['theirs']);
  });
});
