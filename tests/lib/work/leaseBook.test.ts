/** The lease book, rule by rule, and by seed. */
import { describe, expect, it } from 'vitest';
import { createRandom } from '#lib/random.ts';
import { LeaseBook } from '#lib/work/leaseBook.ts';
import { tileKey, type Tile, type TileKey } from '#lib/work/tile.ts';

const SLICE_A = 'a'.repeat(32);
const SLICE_B = 'b'.repeat(32);
const tilesOf = (sliceId: string, count: number, level = 0): Tile[] => Array.from({ length: count }, (_, column) => ({ sliceId, level, row: 0, column }));
const tenSeconds = () => 10_000;

function bookOf(...tiles: Tile[]): LeaseBook {
  const book = new LeaseBook();
  book.want(tiles);
  return book;
}

describe('lease book', () => {
  it('[L1] wants each tile once, lends in the order given, and never what was done before', () => {
    const [one, two, three] = tilesOf(SLICE_A, 3) as [Tile, Tile, Tile];
    const book = new LeaseBook();
    book.alreadyDone([two]);
    book.want([one, two]);
    book.want([one, three]);
    expect(book.grant('ada', 9, 0, tenSeconds).map(({ tile }) => tile)).toEqual([tileKey(one), tileKey(three)]);
    expect(book.counts()).toEqual({ waiting: 0, lent: 2, done: 1 });
  });

  it('[L2] a lease ends when its time is over, and the tile is lent again', () => {
    const book = bookOf(...tilesOf(SLICE_A, 1));
    book.grant('ada', 1, 0, tenSeconds);
    expect(book.expire(9_999)).toBe(0);
    expect(book.expire(10_000)).toBe(1);
    expect(book.grant('bob', 1, 10_000, tenSeconds)).toHaveLength(1);
  });

  it('[L5] the first result counts, every later one is a duplicate', () => {
    const book = bookOf(...tilesOf(SLICE_A, 1));
    const [lease] = book.grant('ada', 1, 0, tenSeconds);
    expect(book.complete(lease!.tile, 'ada')).toBe('accepted');
    expect(book.complete(lease!.tile, 'ada')).toBe('duplicate');
    expect(book.counts()).toEqual({ waiting: 0, lent: 0, done: 1 });
  });

  it('[L4] a late result counts, whether the tile waits again or is lent to another', () => {
    for (const isLentAgain of [false, true]) {
      const book = bookOf(...tilesOf(SLICE_A, 1));
      const [lease] = book.grant('ada', 1, 0, tenSeconds);
      book.expire(10_000);
      if (isLentAgain) book.grant('bob', 1, 10_000, tenSeconds);
      expect(book.complete(lease!.tile, 'ada')).toBe('accepted');
      expect(book.grant('eve', 1, 10_001, tenSeconds)).toEqual([]);
      if (isLentAgain) expect(book.complete(lease!.tile, 'bob')).toBe('duplicate');
    }
  });

  it('[L4] a tile lent before the book was opened is taken from who shows its ticket', () => {
    const [tile] = tilesOf(SLICE_A, 1) as [Tile];
    const book = bookOf(tile);
    book.recall(tileKey(tile), 'ada');
    expect(book.complete(tileKey(tile), 'ada')).toBe('accepted');
  });

  it('[L3] nobody returns what was never lent to them', () => {
    const book = bookOf(...tilesOf(SLICE_A, 1));
    const [lease] = book.grant('ada', 1, 0, tenSeconds);
    expect(book.complete(lease!.tile, 'eve')).toBe('neverLent');
    expect(book.complete(`${SLICE_B}/0/0/0`, 'ada')).toBe('neverLent');
    expect(book.counts().lent).toBe(1);
  });

  it('[L6] who leaves gives back everything, who hands back gives what they name, and only their own', () => {
    const book = bookOf(...tilesOf(SLICE_A, 3));
    const [first, second] = book.grant('ada', 2, 0, tenSeconds);
    const [theirs] = book.grant('bob', 1, 0, tenSeconds);
    expect(book.handBack('ada', [first!.tile, theirs!.tile])).toBe(1);
    expect(book.leasesOf('bob')).toHaveLength(1);
    expect(book.release('ada')).toBe(1);
    expect(book.grant('eve', 9, 1, tenSeconds).map(({ tile }) => tile).sort()).toEqual([first!.tile, second!.tile].sort());
  });

  it('[L7] every slice gets its coarse level first, then those people watch, then turn by turn', () => {
    const book = new LeaseBook();
    book.want([...tilesOf(SLICE_A, 1), ...tilesOf(SLICE_A, 4, 1)]);
    book.want([...tilesOf(SLICE_B, 1), ...tilesOf(SLICE_B, 4, 1)]);
    book.watch([SLICE_B]);
    const order = book.grant('ada', 10, 0, tenSeconds).map(({ tile }) => `${tile[0]}${tile.split('/')[1]}`);
    expect(order).toEqual(['a0', 'b0', 'b1', 'b1', 'b1', 'b1', 'a1', 'a1', 'a1', 'a1']);
    const fair = new LeaseBook();
    fair.want(tilesOf(SLICE_A, 3, 1));
    fair.want(tilesOf(SLICE_B, 3, 1));
    expect(fair.grant('ada', 6, 0, tenSeconds).map(({ tile }) => tile[0])).toEqual(['a', 'b', 'a', 'b', 'a', 'b']);
  });

  it('[L7] a slice placed later starts level with the others: it does not take all until it has caught up', () => {
    const book = new LeaseBook();
    book.want(tilesOf(SLICE_A, 9, 1));
    book.grant('ada', 4, 0, tenSeconds);
    book.want(tilesOf(SLICE_B, 9, 1));
    expect(book.grant('ada', 4, 0, tenSeconds).map(({ tile }) => tile[0])).toEqual(['a', 'b', 'a', 'b']);
  });

  it('[L1] a slice that was put away and brought back is wanted anew, whatever was known of it', () => {
    const [one, two] = tilesOf(SLICE_A, 2) as [Tile, Tile];
    const book = bookOf(one, two);
    book.grant('ada', 2, 0, tenSeconds);
    book.complete(tileKey(one), 'ada');
    book.complete(tileKey(two), 'ada');
    book.reopen(tileKey(two), 'ada');
    book.forget(SLICE_A);
    expect(book.counts()).toEqual({ waiting: 0, lent: 0, done: 0 });
    book.want([one, two]);
    expect(book.grant('ada', 9, 1, tenSeconds)).toHaveLength(2);
    expect(book.complete(tileKey(one), 'ada')).toBe('accepted');
  });

  it('[L7] a new order holds for what waits', () => {
    const book = bookOf(...tilesOf(SLICE_A, 3));
    book.reorder(SLICE_A, (waiting) => [...waiting].reverse());
    expect(book.grant('ada', 3, 0, tenSeconds).map(({ tile }) => tile.at(-1))).toEqual(['2', '1', '0']);
  });

  it('[L8] when nothing waits, a tile past half its lease is lent a second time, to somebody else, once', () => {
    const book = bookOf(...tilesOf(SLICE_A, 1));
    book.grant('ada', 1, 0, tenSeconds);
    expect(book.grant('bob', 1, 4_999, tenSeconds)).toEqual([]);
    expect(book.grant('ada', 1, 5_000, tenSeconds)).toEqual([]);
    expect(book.grant('bob', 1, 5_000, tenSeconds)).toHaveLength(1);
    expect(book.grant('eve', 1, 9_000, tenSeconds)).toEqual([]);
  });

  it('[L8] nor is a tile left long with a device whose lease is longer still', () => {
    const book = bookOf(...tilesOf(SLICE_A, 1));
    book.grant('ada', 1, 0, () => 300_000);
    expect(book.grant('bob', 1, 9_999, tenSeconds)).toEqual([]);
    expect(book.grant('bob', 1, 10_000, tenSeconds)).toHaveLength(1);
  });

  it('[L9] a tile found wrong is wanted again, and not lent to who returned it, nor taken from them', () => {
    const [tile] = tilesOf(SLICE_A, 1) as [Tile];
    const key = tileKey(tile);
    const book = bookOf(tile);
    book.grant('liar', 1, 0, tenSeconds);
    book.complete(key, 'liar');
    book.reopen(key, 'liar');
    expect(book.counts()).toEqual({ waiting: 1, lent: 0, done: 0 });
    expect(book.grant('liar', 1, 1, tenSeconds)).toEqual([]);
    book.recall(key, 'liar');
    expect(book.complete(key, 'liar')).toBe('neverLent');
    expect(book.grant('ada', 1, 1, tenSeconds)).toHaveLength(1);
    expect(book.grant('liar', 1, 8_000, tenSeconds)).toEqual([]);
    expect(book.complete(key, 'ada')).toBe('accepted');
  });

  it.each([1, 2, 3, 728_608])('[L2] loses no tile and accepts each once when volunteers come and go at random (seed %i)', (seed) => {
    const { integer, pick, uniform } = createRandom(seed);
    const all = [...tilesOf(SLICE_A, 20), ...tilesOf(SLICE_A, 20, 1), ...tilesOf(SLICE_B, 30)];
    const book = bookOf(...all);
    const people = ['ada', 'bob', 'eve', 'kim'];
    const lent: { readonly tile: TileKey; readonly volunteer: string }[] = [];
    const accepted = new Map<TileKey, number>();
    let now = 0;
    for (let step = 0; step < 3000; step++) {
      now += integer(2000);
      const person = pick(people);
      const roll = uniform();
      if (roll < 0.4) lent.push(...book.grant(person, 1 + integer(4), now, tenSeconds));
      else if (roll < 0.75 && lent.length > 0) {
        // Some results come again and again, long after their lease.
        const { tile, volunteer } = pick(lent);
        if (book.complete(tile, volunteer) === 'accepted') accepted.set(tile, (accepted.get(tile) ?? 0) + 1);
      } else if (roll < 0.85) book.release(person);
      else book.expire(now);
      const { waiting, lent: out, done } = book.counts();
      expect(waiting + out + done).toBe(all.length);
    }
    for (let lease = book.grant('last', 1, (now += 60_000), tenSeconds)[0]; lease; lease = book.grant('last', 1, (now += 60_000), tenSeconds)[0]) {
      expect(book.complete(lease.tile, 'last')).toBe('accepted');
      accepted.set(lease.tile, (accepted.get(lease.tile) ?? 0) + 1);
    }
    expect([...accepted.values()].every((count) => count === 1)).toBe(true);
    expect(accepted.size).toBe(all.length);
  });
});
