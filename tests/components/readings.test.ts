/** What the Analyse tab reads off measured losses, on surfaces whose answers are known. */
import { describe, expect, it } from 'vitest';
import { bendTint } from '#components/analyse/bendTint.ts';
import { endFile, estimatedAlong, sectionRecipe, sectionSpots } from '#components/analyse/crossSection.ts';
import { readLine } from '#components/analyse/lineReading.ts';
import { finestOf, sampledOf } from '#components/analyse/measured.ts';
import { withEnd } from '#lib/session/overlays.ts';
import { sliceCurvature } from '#lib/analysis/sliceCurvature.ts';
import { readVectorFile } from '#lib/formats/vectorFile.ts';
import { frameOf } from '#lib/slice/frame.ts';
import { coordinateOf, gridOf } from '#lib/slice/grid.ts';
import { problemsOf } from '#lib/slice/recipe.ts';
import { createSurface, type Surface } from '#lib/work/surface.ts';
import { pointsOf, tilesOf, tilingOf } from '#lib/work/tile.ts';
import { say } from '#components/words.ts';
import { lineSubject, planeRecipe } from '#tests/support/subjects.ts';

const subject = lineSubject();

/** A surface measured throughout, but for tiles that `isLeftOut` names. */
function surfaceOf(axes: number, loss: (a: number, b: number) => number, isLeftOut: (level: number) => boolean = () => false): Surface {
  const whole = planeRecipe({}, [17, 17]);
  const recipe = { ...whole, axes: whole.axes.slice(0, axes) };
  const tiling = tilingOf(recipe, subject.manifest);
  const surface = createSurface(tiling, ['train']);
  const [alpha, beta] = gridOf(recipe.axes).axes;
  for (const tile of tilesOf(tiling)) {
    if (isLeftOut(tile.level)) continue;
    const points = pointsOf(tiling, tile);
    const lossSum = Float64Array.from(points, ({ column, row }) => 8 * loss(coordinateOf(alpha!, column), beta ? coordinateOf(beta, row) : 0));
    surface.insert(tile, { points: points.length, sets: [{ set: 'train', samples: 8, lossSum, correct: new Uint32Array(points.length) }] }, true);
  }
  return surface;
}

describe('what is read off a slice', () => {
  it('[J9] x⁴ − x² is proved not convex by three points, x² is not, and the words claim no more', () => {
    const bad = readLine(surfaceOf(1, (x) => 1 + x ** 4 - x ** 2), 'train');
    expect(bad.proof).not.toBeNull();
    expect(bad.proof!.middle.loss).toBeGreaterThan(bad.proof!.chord);
    expect(bad.shape?.class).toBe('w-peak');
    const good = readLine(surfaceOf(1, (x) => 1 + x ** 2), 'train');
    expect([good.proof, good.shape?.class, good.tangent?.slope]).toEqual([null, 'v-basin', 0]);
    expect(say('chord.bad')).toBe('Not convex along this line — so the full loss is not convex either.');
    expect(say('chord.ok')).toBe('No violation found on this line. That proves nothing about the rest.');
  });

  it('[J9] what is not measured is not guessed: no class before the line is whole, low points on the finest complete level', () => {
    const part = readLine(surfaceOf(1, (x) => 1 + x ** 2, (level) => level === 1), 'train');
    expect([part.isComplete, part.shape, part.tangent]).toEqual([false, null, null]);
    const coarse = surfaceOf(2, (a, b) => 1 + a * a + b * b, (level) => level === 1);
    expect(finestOf(coarse, 'train')).toMatchObject({ columns: 9, rows: 9 });
    expect(sampledOf(coarse, 'train').values[1]).toBeNaN();
  });

  it('[J9] a bowl, a saddle and a dome are tinted apart, strongest where both curvatures are equal', () => {
    const tintOf = (loss: (a: number, b: number) => number) => {
      const { colours } = bendTint(sliceCurvature(sampledOf(surfaceOf(2, loss), 'train'), { relative: 1e-12, absolute: 1e-12 }));
      return [...colours.subarray((8 * 17 + 8) * 4, (8 * 17 + 9) * 4)];
    };
    const [bowl, saddle, dome, valley] = [tintOf((a, b) => 9 + a * a + b * b), tintOf((a, b) => 9 + a * a - b * b), tintOf((a, b) => 9 - a * a - b * b), tintOf((a, b) => 9 + a * a + 0.01 * b * b)];
    expect(new Set([bowl, saddle, dome].map((each) => each!.slice(0, 3).join()))).toHaveProperty('size', 3);
    expect(bowl![3]).toBe(saddle![3]);
    expect(valley!.slice(0, 3)).toEqual(bowl!.slice(0, 3));
    expect(valley![3]).toBeLessThan(bowl![3]!);
  });

  it('[J10] a cross-section is estimated between measured points, and the slice it places runs from A to B', () => {
    const surface = surfaceOf(2, (a, b) => 5 + 2 * a + 3 * b);
    const [from, to] = [{ a: -0.5, b: 0 }, { a: 0.5, b: 1 }] as const;
    const spots = sectionSpots(from, to);
    expect([spots.length, spots[0], spots[50], spots[100]]).toEqual([101, from, { a: 0, b: 0.5 }, to]);
    estimatedAlong(surface, 'train', spots).forEach((loss, index) => expect(loss).toBeCloseTo(5 + 2 * spots[index]!.a + 3 * spots[index]!.b, 5));
    expect(estimatedAlong(surface, 'train', [{ a: 3, b: 0 }])).toEqual([NaN]);

    const frame = frameOf(planeRecipe(), subject);
    const ends = [from, to].map((spot, index) => {
      const file = readVectorFile(endFile('AB'.charAt(index), spot, frame, subject, 'ab'.repeat(16)));
      if (!file.ok) throw new Error('cannot be read');
      return file.value;
    });
    const digests = ['a', 'b'].map((letter) => letter.repeat(64));
    const line = sectionRecipe(planeRecipe(), { digest: digests[0]!, title: 'A' }, { digest: digests[1]!, title: 'B' });
    expect(problemsOf(line, subject.manifest)).toEqual([]);
    const made = frameOf(line, subject, (digest) => ends[digests.indexOf(digest)]?.values);
    expect([...made.origin]).toEqual([...ends[0]!.values]);
    made.origin.forEach((value, index) => expect(value + made.directions[0]![index]!).toBeCloseTo(ends[1]!.values[index]!, 6));
  });

  it('[J10] ends are chosen one after the other, and a third choice begins anew', () => {
    const [one, two, three] = [1, 2, 3].map((a) => ({ a, b: 0 })) as [{ a: number; b: number }, { a: number; b: number }, { a: number; b: number }];
    const whole = withEnd(withEnd(null, one), two);
    expect(whole).toEqual({ from: one, to: two });
    expect(withEnd(whole, three)).toEqual({ from: three, to: null });
  });
});
