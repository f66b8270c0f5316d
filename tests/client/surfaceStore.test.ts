import { describe, expect, it } from 'vitest';
import { createSurfaceStore } from '#client/surfaceStore.ts';
import { digestOf } from '#lib/digest.ts';
import { pointsOf, tileKey, tilesOf, tilingOf } from '#lib/work/tile.ts';
import { encodeTileResult } from '#lib/wire/tileCodec.ts';
import { sliceIdOf } from '#lib/slice/recipe.ts';
import { lineSubject, planeRecipe } from '#tests/support/subjects.ts';

const { manifest } = lineSubject();
const recipe = planeRecipe({}, [17, 17]);
const tiling = tilingOf(recipe, manifest);
const tiles = tilesOf(tiling);
const bytesOf = (index: number, loss = 8) => {
  const points = pointsOf(tiling, tiles[index]!).length;
  return encodeTileResult({ points, sets: [{ set: 'train', samples: 8, lossSum: new Float64Array(points).fill(loss), correct: new Uint32Array(points) }] });
};

function start() {
  const frames: (() => void)[] = [];
  const store = createSurfaceStore((work) => frames.push(work));
  const source = store.open(sliceIdOf(recipe), recipe, manifest);
  return { store, source, nextFrame: () => frames.splice(0).forEach((work) => work()) };
}

describe('surface store', () => {
  it('[F7] tells once per frame however many tiles came, and of every rectangle at once', () => {
    const { store, source, nextFrame } = start();
    let renders = 0;
    let rectangles = 0;
    source.subscribe(() => renders++);
    source.onRectangle(() => rectangles++);
    for (const [index, tile] of tiles.entries()) store.insert(tileKey(tile), digestOf(bytesOf(index)), bytesOf(index), false);
    expect(rectangles).toBe(tiles.length);
    expect(renders).toBe(0);
    nextFrame();
    expect(renders).toBe(1);
    expect(source.surface.counts('train').measured).toBe(17 * 17);
  });

  it('[F7] the same tile twice changes nothing; another digest replaces it; a struck tile is gone', () => {
    const { store, source, nextFrame } = start();
    const key = tileKey(tiles[0]!);
    const insert = (loss: number) => store.insert(key, digestOf(bytesOf(0, loss)), bytesOf(0, loss), true);
    insert(8);
    nextFrame();
    const before = source.getSnapshot();
    insert(8);
    nextFrame();
    expect(source.getSnapshot()).toBe(before);
    insert(16);
    const [point] = pointsOf(tiling, tiles[0]!);
    expect(source.surface.valueAt('train', point!.column, point!.row)?.loss).toBe(2);
    expect(store.has(key, digestOf(bytesOf(0, 16)))).toBe(true);
    store.strike(key);
    expect(source.surface.valueAt('train', point!.column, point!.row)).toBeNull();
    expect(store.has(key, digestOf(bytesOf(0, 16)))).toBe(false);
  });

  it('[F7] bytes that do not fit the slice are refused', () => {
    const { store } = start();
    expect(store.insert(tileKey(tiles[0]!), 'x', Uint8Array.of(1, 2, 3), true)).toBe(false);
    expect(store.insert(tileKey({ ...tiles[0]!, level: 9 }), 'x', bytesOf(0), true)).toBe(false);
    expect(store.insert(tileKey({ ...tiles[0]!, sliceId: '0'.repeat(32) }), 'x', bytesOf(0), true)).toBe(false);
  });
});
