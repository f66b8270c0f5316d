/** The lender's small picture: as it is where the plane is coarse, few pixels where it is fine, and one's own samples told from the others'. */
import { describe, expect, test } from 'vitest';
import { createSurfaceStore } from '#client/surfaceStore.ts';
import { createMiniPicture } from '#components/lend/miniPicture.ts';
import { digestOf } from '#lib/digest.ts';
import { sliceIdOf } from '#lib/slice/recipe.ts';
import { pointsOf, tileKey, tileOfKey, tilesOf, tilingOf, type TileKey } from '#lib/work/tile.ts';
import { evaluatorFor } from '#tests/support/evaluated.ts';
import { lineSubject, planeRecipe } from '#tests/support/subjects.ts';

const subject = lineSubject();

function opened(counts: [number, number]) {
  const recipe = planeRecipe({}, counts);
  const source = createSurfaceStore((work) => work()).open(sliceIdOf(recipe), recipe, subject.manifest);
  return { recipe, source, tiling: tilingOf(recipe, subject.manifest) };
}

describe('the lender’s small picture', () => {
  test('[P21] own samples are those of the tiles given, and no longer once a tile was taken back', () => {
    const { recipe, tiling } = opened([17, 33]);
    const surfaces = createSurfaceStore((work) => work());
    const source = surfaces.open(sliceIdOf(recipe), recipe, subject.manifest);
    const keys = tilesOf(tiling).map(tileKey);
    const evaluate = evaluatorFor(subject);
    for (const key of keys) {
      const bytes = evaluate(recipe, key);
      surfaces.insert(key, digestOf(bytes), bytes, true);
    }
    const picture = createMiniPicture(source);
    const mine = new Set<TileKey>([keys[0]!, keys.at(-1)!]);
    const expected = () => [...mine].flatMap((key) => pointsOf(tiling, tileOfKey(key)!)).map(({ row, column }) => row * 17 + column).toSorted((one, other) => one - other);
    const shown = () => [...picture.own.keys()].filter((at) => picture.own[at] === 1);
    picture.note(mine);
    expect(shown()).toEqual(expected());
    const { all, own } = picture.colours()!;
    for (let row = 0; row < 33; row++) {
      for (let column = 0; column < 17; column++) {
        const pixel = 4 * ((32 - row) * 17 + column) + 3;
        expect(all[pixel]).toBe(96);
        expect(own[pixel]).toBe(picture.own[row * 17 + column] ? 255 : 0);
      }
    }
    mine.delete(keys[0]!);
    mine.add(keys[1]!);
    picture.note(mine);
    expect(shown()).toEqual(expected());
  });

  test('[P21] a plane of a million samples has no more pixels than the picture shows, and its corners are in it', () => {
    const { source, tiling } = opened([1025, 1025]);
    const picture = createMiniPicture(source);
    expect([picture.columns, picture.rows]).toEqual([257, 257]);
    expect(picture.colours()).toBeNull();
    const corner = tilesOf(tiling).find((tile) => pointsOf(tiling, tile).some(({ row, column }) => row === 1024 && column === 1024))!;
    picture.note(new Set([tileKey(corner)]));
    expect(picture.own[257 * 257 - 1]).toBe(1);
  });
});
