import { describe, expect, it } from 'vitest';
import { createRandom } from '#lib/random.ts';
import { LeaseBook } from '#lib/work/leaseBook.ts';
import { tileKey, type Tile, type TileKey } from '#lib/work/tile.ts';

const LEASE_MS = 100;
const SLICES = ['a', 'b'].map((letter) => letter.repeat(32));
const tilesOf = (slice: number, count: number, levels = 1): Tile[] =>
  Array.from({ length: count }, (_, index) => ({ sliceId: SLICES[slice]!, level: Math.floor((index * levels) / count), row: 0, column: index }));
const open = (count = 4) => {
  const book = new LeaseBook();
  const tiles = tilesOf(0, count);
  book.want(tiles);
  return { book, tiles, keys: tiles.map(tileKey) };
};
const grant = (book: LeaseBook, who: string, room: number, now: number) => book.grant(who, room, now, () => LEASE_MS).map(({ tile }) => tile);

describe('lease book', () => {
  it('[L1] a tile is wanted once, in the order given, and not when it is done already', () => {
    const { book, tiles, keys } = open();
    book.want(tiles);
    book.alreadyDone(tilesOf(1, 2));
    book.want(tilesOf(1, 2));
    expect(book.counts()).toEqual({ waiting: 4, lent: 0, done: 2 });
    expect(grant(book, 'ann', 9, 0)).toEqual(keys);
    expect(grant(book, 'ann', 9, 0)).toEqual([]);
  });

  it('[L2] a lease ends, and then the tile is lent again', () => {
    const { book, keys } = open();
    grant(book, 'ann', 4, 0);
    expect(book.expire(LEASE_MS - 1)).toBe(0);
    expect(book.expire(LEASE_MS)).toBe(4);
    expect(new Set(grant(book, 'ben', 4, LEASE_MS))).toEqual(new Set(keys));
  });

  it('[L3] only someone it was lent to may return a tile', () => {
    const { book, keys } = open();
    grant(book, 'ann', 1, 0);
    expect(book.complete(keys[0]!, 'eve')).toBe('neverLent');
    expect(book.complete(keys[1]!, 'ann')).toBe('neverLent');
    expect(book.complete(keys[0]!, 'ann')).toBe('accepted');
    expect(book.complete(`${SLICES[1]}/0/0/7` as TileKey, 'ann')).toBe('neverLent');
  });

  it('[L4] a late result counts, even while the tile waits again or is with somebody else', () => {
    const { book, keys } = open();
    grant(book, 'ann', 2, 0);
    book.expire(LEASE_MS);
    expect(book.complete(keys[0]!, 'ann')).toBe('accepted');
    expect(grant(book, 'ben', 4, LEASE_MS)).not.toContain(keys[0]);
    expect(book.complete(keys[1]!, 'ann')).toBe('accepted');
    expect(book.complete(keys[1]!, 'ben')).toBe('duplicate');
    expect(book.counts()).toEqual({ waiting: 0, lent: 2, done: 2 });
  });

  it('[L4] a tile lent before the book was opened is recalled by its ticket', () => {
    const { book, keys } = open();
    book.recall(keys[2]!, 'ann');
    expect(book.complete(keys[2]!, 'ann')).toBe('accepted');
    expect(grant(book, 'ben', 9, 0)).not.toContain(keys[2]);
  });

  it('[L5] the same tile twice is harmless', () => {
    const { book, keys } = open();
    grant(book, 'ann', 1, 0);
    book.complete(keys[0]!, 'ann');
    expect(book.complete(keys[0]!, 'ann')).toBe('duplicate');
    expect(book.counts().done).toBe(1);
  });

  it('[L6] who leaves or hands back frees their tiles at once, and only theirs', () => {
    const { book, keys } = open();
    grant(book, 'ann', 2, 0);
    grant(book, 'ben', 2, 0);
    expect(book.handBack('ann', [keys[0]!, keys[2]!])).toBe(1);
    expect(book.release('ben')).toBe(2);
    expect(book.counts()).toEqual({ waiting: 3, lent: 1, done: 0 });
    expect(book.leasesOf('ann').map(({ tile }) => tile)).toEqual([keys[1]]);
  });

  it('[L7] every slice gets its coarse level first, then what people watch, then turn by turn', () => {
    const book = new LeaseBook();
    book.want(tilesOf(0, 8, 2));
    grant(book, 'ann', 5, 0);
    book.want(tilesOf(1, 8, 2));
    const levelsOf = (keys: readonly string[]) => keys.map((key) => [key[0], Number(key.split('/')[1])]);
    expect(levelsOf(grant(book, 'ben', 4, 0))).toEqual([['b', 0], ['b', 0], ['b', 0], ['b', 0]]);
    book.watch([SLICES[1]!]);
    expect(levelsOf(grant(book, 'ben', 2, 0))).toEqual([['b', 1], ['b', 1]]);
    const fair = new LeaseBook();
    fair.want(tilesOf(0, 8));
    fair.want(tilesOf(1, 8));
    expect(grant(fair, 'ben', 4, 0).map((key) => key[0])).toEqual(['a', 'b', 'a', 'b']);
  });

  it('[L8] when nothing waits, a tile long overdue is lent once more, to somebody else', () => {
    const { book, keys } = open(1);
    grant(book, 'ann', 1, 0);
    expect(grant(book, 'ben', 1, LEASE_MS / 2 - 1)).toEqual([]);
    expect(grant(book, 'ann', 1, LEASE_MS / 2)).toEqual([]);
    expect(grant(book, 'ben', 1, LEASE_MS / 2)).toEqual(keys);
    expect(grant(book, 'cat', 1, LEASE_MS / 2)).toEqual([]);
    expect(book.complete(keys[0]!, 'ben')).toBe('accepted');
    expect(book.complete(keys[0]!, 'ann')).toBe('duplicate');
  });

  it('[L9] a tile found wrong is wanted again, and not from who returned it', () => {
    const { book, keys } = open(1);
    grant(book, 'eve', 1, 0);
    book.complete(keys[0]!, 'eve');
    book.reopen(keys[0]!, 'eve');
    expect(book.complete(keys[0]!, 'eve')).toBe('neverLent');
    expect(grant(book, 'ann', 1, 0)).toEqual(keys);
  });

  it('[L1] a slice that is taken away leaves nothing behind', () => {
    const { book, keys } = open();
    grant(book, 'ann', 2, 0);
    book.forget(SLICES[0]!);
    expect(book.counts()).toEqual({ waiting: 0, lent: 0, done: 0 });
    expect(book.complete(keys[0]!, 'ann')).toBe('neverLent');
  });

  it.each([1, 2, 3, 4, 5, 6])('[L5] whatever people do, each tile is accepted once and none is lost (seed %i)', (seed) => {
    const random = createRandom(seed);
    const { book, keys } = open(40);
    const held = new Map<string, Set<TileKey>>();
    const accepted: TileKey[] = [];
    let now = 0;
    for (let step = 0; step < 4000 && accepted.length < keys.length; step++) {
      now += random.integer(20);
      const who = `person${random.integer(5)}`;
      const theirs = held.get(who) ?? new Set();
      held.set(who, theirs);
      const dice = random.uniform();
      if (dice < 0.4) for (const key of grant(book, who, 1 + random.integer(3), now)) theirs.add(key);
      else if (dice < 0.8 && theirs.size > 0) {
        const key = random.pick([...theirs]);
        if (book.complete(key, who) === 'accepted') accepted.push(key);
        if (random.uniform() < 0.8) theirs.delete(key);
      } else if (dice < 0.85) book.release(who);
      else if (dice < 0.9) book.handBack(who, [...theirs].slice(0, 1));
      const { waiting, lent, done } = book.counts();
      expect(waiting + lent + done).toBe(keys.length);
    }
    expect(accepted.toSorted()).toEqual(keys.toSorted());
  });
});
