/** Who computed what: counted from the ledger, in the order in which it came, named only where the session says so. */
import { describe, expect, test } from 'vitest';
import type { LedgerEntry } from '#lib/session/ledger.ts';
import { tallyOf } from '#lib/session/tally.ts';
import { pointsOf, tileKey, tilesOf, tilingOf, type TileKey } from '#lib/work/tile.ts';
import { makersOf } from '#components/lend/makers.ts';
import { MakersPaint } from '#components/lend/makersPaint.ts';
import { lineSubject, planeRecipe } from '#tests/support/subjects.ts';

const tiling = tilingOf(planeRecipe({}, [17, 33]), lineSubject().manifest);
const keys = tilesOf(tiling).map(tileKey);
const entry = (by: string, at: number, isVerified = true): LedgerEntry => ({ digest: 'a'.repeat(64), by, byName: by, backend: 'CPU', isVerified, proof: null, isRechecked: false, at });

describe('who computed this', () => {
  // The last tile came first.
  const entries = new Map<TileKey, LedgerEntry>(keys.map((key, index) => [key, entry(index % 2 === 0 ? 'ada' : 'ben', 1000 - index, index % 2 === 0)]));

  test('[P18] every point is somebody’s, first come first, and what is verified is counted apart', () => {
    const makers = makersOf(tallyOf(tiling, entries).shares(), ({ byName }) => byName);
    expect(makers.map(({ name }) => name)).toEqual(keys.length % 2 === 0 ? ['ben', 'ada'] : ['ada', 'ben']);
    expect(makers.reduce((sum, { points }) => sum + points, 0)).toBe(17 * 33);
    for (const { name, points, verified } of makers) expect(verified).toBe(name === 'ada' ? points : 0);
  });

  test('[P18] without names they are numbered', () => {
    expect(makersOf(tallyOf(tiling, entries).shares(), (_, index) => `Helper ${index + 1}`).map(({ name }) => name)).toEqual(['Helper 1', 'Helper 2']);
  });

  describe('the replay', () => {
    const makers = makersOf(tallyOf(tiling, entries).shares(), ({ byName }) => byName);
    const paint = () => new MakersPaint({ tiling, entries, makers, layer: null, isDark: false });
    const hidden = ({ colours }: ReturnType<MakersPaint['at']>) => Array.from({ length: 17 * 33 }, (_, at) => at).filter((at) => colours[4 * at + 3] === 235).length;

    test('[P18] hides what had not come yet, and at its end shows each point in its maker’s colour', () => {
      expect(hidden(paint().at(0))).toBe(17 * 33);
      expect(17 * 33 - hidden(paint().at(1 / keys.length))).toBe(pointsOf(tiling, tilesOf(tiling).at(-1)!).length);
      const whole = paint().at(1);
      expect(hidden(whole)).toBe(0);
      const { column, row } = pointsOf(tiling, tilesOf(tiling)[0]!)[0]!;
      expect([...whole.colours.subarray(4 * (row * 17 + column), 4 * (row * 17 + column) + 3)]).toEqual([...makers.find(({ by }) => by === 'ada')!.colour]);
    });

    test('[P18] looks the same wherever it came from: on, back, to the end and anew', () => {
      const played = paint();
      for (const share of [0, 0.2, 0.5, 0.5, 0.9, 1, 0.4, 0.1, 1, 0, 0.7]) expect(played.at(share).colours).toEqual(paint().at(share).colours);
    });

    test('[P18] draws a new picture for every look, since what is drawn is told apart by its object', () => {
      const played = paint();
      expect(played.at(0.5)).not.toBe(played.at(0.6));
    });
  });
});
