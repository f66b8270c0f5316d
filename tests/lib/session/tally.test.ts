/** Who computed how much, counted line by line as the ledger changes: the same as what it lists in the end, counted at once. */
import { describe, expect, test } from 'vitest';
import { createRandom } from '#lib/random.ts';
import type { LedgerEntry } from '#lib/session/ledger.ts';
import { Tally, tallyOf } from '#lib/session/tally.ts';
import { tileKey, tilesOf, tilingOf, type TileKey } from '#lib/work/tile.ts';
import { lineSubject, planeRecipe } from '#tests/support/subjects.ts';

const tiling = tilingOf(planeRecipe({}, [33, 17]), lineSubject().manifest);
const keys = tilesOf(tiling).map(tileKey);

const line = (by: string, at: number, isVerified: boolean): LedgerEntry => ({ digest: 'a'.repeat(64), by, byName: `${by} at ${at}`, backend: 'CPU', isVerified, proof: null, isRechecked: false, at });

const told = (tally: Tally) => [...tally.shares().values()].map(({ by, byName, points, verified, tiles }) => ({ by, byName, points, verified, tiles: [...tiles].toSorted() }));

describe('a tally', () => {
  test('[P18] [P21] tiles that come, are verified, struck and computed by others are counted as the ledger has them in the end', () => {
    const { integer } = createRandom(7);
    const people = ['ada', 'ben', 'cy'];
    const ledger = new Map<TileKey, LedgerEntry>();
    const tally = new Tally(tiling);
    for (let change = 0; change < 600; change++) {
      const key = keys[integer(keys.length)]!;
      const entry = integer(4) === 0 ? null : line(people[integer(3)]!, integer(50), integer(2) === 0);
      if (entry) ledger.set(key, entry);
      else ledger.delete(key);
      tally.note(key, entry);
      expect(tally.points).toBe([...tally.shares().values()].reduce((sum, { points }) => sum + points, 0));
      if (change % 20 === 0 || change > 580) expect(told(tally)).toEqual(told(tallyOf(tiling, ledger)));
    }
    for (const key of keys) tally.note(key, null);
    expect(tally.shares().size).toBe(0);
    expect(tally.points).toBe(0);
    expect(tally.of('ada')).toBeNull();
  });

  test('[P18] who came first stands first, under the name of that first tile', () => {
    const tally = new Tally(tiling);
    tally.note(keys[0]!, line('ada', 9, true));
    tally.note(keys[1]!, line('ben', 5, true));
    tally.note(keys[2]!, line('ada', 3, true));
    expect([...tally.shares().values()].map(({ byName }) => byName)).toEqual(['ada at 3', 'ben at 5']);
    tally.note(keys[2]!, null);
    expect([...tally.shares().values()].map(({ byName }) => byName)).toEqual(['ben at 5', 'ada at 9']);
  });
});
