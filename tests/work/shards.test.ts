/** A dataset in shards: what is divided, that sums do not depend on who came first, and what the picture takes in when. */
import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { spreadOf, spreadOfSums } from '#lib/analysis/sampleSpread.ts';
import { lossesAt } from '#lib/network/forward.ts';
import { frameOf, parametersAt } from '#lib/slice/frame.ts';
import { SHARD_SAMPLES, samplesIn, samplesOfShard, sharesOf, shardsOf } from '#lib/slice/shards.ts';
import { sliceIdOf, type SliceRecipe } from '#lib/slice/recipe.ts';
import { checkForm } from '#lib/work/agreement.ts';
import { costOfSlice, costProblems } from '#lib/work/costCaps.ts';
import { createSurface, type Surface } from '#lib/work/surface.ts';
import { blocksOf, isTileOf, pointsOf, tileKey, tileOfKey, tilesOf, tilingOf, type Tile } from '#lib/work/tile.ts';
import { addResults, withoutSquares, type TileResult } from '#lib/work/tileResult.ts';
import { TileNumbers } from '#lib/work/tileNumbers.ts';
import { decodeTileResult, encodeTileResult } from '#lib/wire/tileCodec.ts';
import { createTruth } from '#server/truth.ts';
import { evaluatorFor } from '#tests/support/evaluated.ts';
import { lineSubject, planeRecipe, strayingSubject } from '#tests/support/subjects.ts';

const subject = strayingSubject(2500, 1100);
const { manifest } = subject;
const recipe = planeRecipe({ subject: subject.id, samples: [{ set: 'train', count: 2500 }, { set: 'test', count: 1100 }] }, [5, 5]);
const tiling = tilingOf(recipe, manifest);
const evaluate = evaluatorFor(subject);

function resultOf(tile: Tile): TileResult {
  const result = decodeTileResult(evaluate(recipe, tileKey(tile)));
  if (!result.ok) throw new Error('unreadable');
  return result.value;
}

const results = new Map(tilesOf(tiling).map((tile) => [tileKey(tile), { tile, result: resultOf(tile) }]));

const pictureOf = (surface: Surface) =>
  surface.sets.map((set) => ({
    values: [...surface.field(set).values],
    states: [...surface.field(set).states],
    range: surface.range(set),
    counts: surface.counts(set),
    // Every bit of the doubles, which the field rounds.
    measured: Array.from({ length: 25 }, (_, at) => surface.valueAt(set, at % 5, Math.floor(at / 5))),
  }));

function filled(tiles: Iterable<{ readonly tile: Tile; readonly result: TileResult }>): Surface {
  const surface = createSurface(tiling, ['train', 'test']);
  for (const { tile, result } of tiles) surface.insert(tile, result, false);
  return surface;
}

describe('the shards of a slice', () => {
  it('[G6] are runs of 1024 samples in file order, which hold every sample once', () => {
    expect(shardsOf(recipe)).toBe(3);
    expect([0, 1, 2].map((shard) => samplesOfShard(recipe, shard))).toEqual([
      [{ set: 'train', first: 0, count: 1024 }, { set: 'test', first: 0, count: 1024 }],
      [{ set: 'train', first: 1024, count: 1024 }, { set: 'test', first: 1024, count: 76 }],
      [{ set: 'train', first: 2048, count: 452 }],
    ]);
    expect(sharesOf(recipe)).toEqual([1, 1100 / 2048, 452 / 2048]);
    const second = samplesIn(subject.sets.train, { first: 1024, count: 1024 });
    expect([second.count, second.inputs.length, second.inputs[0], second.targets.at(-1)]).toEqual([1024, 1024, subject.sets.train.inputs[1024], subject.sets.train.targets[2047]]);
  });

  it('[G6] are one where the samples fit, or where a loss depends on other samples: then tiles are named and cost as ever', () => {
    const small = planeRecipe();
    const plain = tilingOf(small, lineSubject().manifest);
    expect(plain.shards).toBeUndefined();
    expect(tilesOf(plain).map(tileKey)).toContain(`${sliceIdOf(small)}/0/0/0`);
    expect(isTileOf(plain, { sliceId: plain.sliceId, level: 0, row: 0, column: 0, shard: 0 })).toBe(false);
    const many = (change: Partial<SliceRecipe>): SliceRecipe => ({ ...recipe, ...change });
    expect(shardsOf(many({ samples: [{ set: 'train', count: SHARD_SAMPLES }] }))).toBe(1);
    expect(shardsOf(many({ mode: { batchNorm: { policy: 'batch', batch: 64 }, dropout: 'off' } }))).toBe(1);
    expect(shardsOf(many({ mode: { batchNorm: { policy: 'recomputed', samples: 64, batch: 32 }, dropout: 'off' } }))).toBe(1);
    expect(shardsOf(many({ mode: { batchNorm: 'frozen', dropout: { seed: 1 } } }))).toBe(1);
    expect(shardsOf(many({ measure: { kind: 'convexity', parameters: 'all', tolerance: 0.1, steps: 4 } }))).toBe(1);
  });

  it('[T3] a tile of a shard has a key of its own, and a number after those of the shard before', () => {
    const tiles = tilesOf(tiling);
    expect(tiles.length).toBe(3 * blocksOf(tiling).length);
    for (const tile of tiles) expect(tileOfKey(tileKey(tile))).toEqual(tile);
    expect(tileKey({ sliceId: tiling.sliceId, level: 0, row: 1, column: 2, layer: 3, shard: 12 })).toBe(`${tiling.sliceId}/0/1/2/3:12`);
    const numbers = new TileNumbers(tiling);
    expect(numbers.count).toBe(tiles.length);
    expect(new Set(tiles.map((tile) => numbers.numberOf(tile))).size).toBe(tiles.length);
    for (const tile of tiles) expect(numbers.tile(numbers.numberOf(tile))).toEqual(tile);
    const { shard: _, ...block } = tiles[0]!;
    expect([numbers.numberOf(block), numbers.numberOf({ ...block, shard: 3 })]).toEqual([-1, -1]);
    expect([isTileOf(tiling, block), isTileOf(tiling, { ...block, shard: 3 }), isTileOf(tiling, { ...block, shard: 2 })]).toEqual([false, false, true]);
  });

  it('[V1] a result over another shard, or without its squares, is refused in words', () => {
    const [{ tile, result }] = [...results.values()] as [{ tile: Tile; result: TileResult }];
    const form = (of: TileResult, shard?: number) => checkForm(of, recipe, pointsOf(tiling, tile).length, shard);
    expect(form(result, 0).ok).toBe(true);
    expect(form(result, 1)).toMatchObject({ ok: false, problems: [{ message: '1024 test samples, asked for 76 test' }] });
    expect(form(withoutSquares(result), 0)).toMatchObject({ ok: false, problems: [{ message: 'no squares of losses' }] });
    expect(form({ ...result, sets: result.sets.map((sums) => ({ ...sums, lossSquares: sums.lossSquares!.map((value) => value / 4) })) }, 0).ok).toBe(false);
  });

  it('[W4] a result with squares reads back as it was', () => {
    for (const { result } of results.values()) expect(decodeTileResult(encodeTileResult(result))).toEqual({ ok: true, value: result });
  });

  it('[V14] a device fetches a dataset whole, and is asked to hold that; more than a thousand shards are refused', () => {
    const all = { ...recipe, samples: [{ set: 'train' as const, count: 2500 }] };
    expect(costOfSlice(all, manifest).bytes).toBe(4 * (2 * 3 + 2500));
    expect(costProblems({ ...recipe, samples: [{ set: 'train', count: 1_024_001 }] }, manifest)).toContainEqual({ path: 'samples.0.count', message: 'choose at most 1,024,000 samples of a set' });
  });
});

describe('a picture over shards', () => {
  it('[T6] [F1] has the same bits in whatever order its tiles came, which are those of the sums in the order of the shards', () => {
    const all = [...results.values()];
    const reference = pictureOf(filled(all));
    fc.assert(
      fc.property(fc.shuffledSubarray(all, { minLength: all.length }), (order) => {
        expect(pictureOf(filled(order))).toEqual(reference);
      }),
      { seed: 3, numRuns: 40 },
    );
    const whole = filled(all);
    for (const block of blocksOf(tiling)) {
      const merged = [1, 2].reduce((sum, shard) => addResults(sum, results.get(tileKey({ ...block, shard }))!.result), results.get(tileKey({ ...block, shard: 0 }))!.result);
      for (const [index, { column, row }] of pointsOf(tiling, block).entries()) {
        for (const { set, samples, lossSum } of merged.sets) expect(whole.valueAt(set, column, row)).toMatchObject({ loss: lossSum[index]! / samples, samples });
      }
    }
  });

  it('[F9] takes a shard in when every tile of it is here, and lets go of it when one is taken back', () => {
    const surface = createSurface(tiling, ['train', 'test']);
    const of = (shard: number) => [...results.values()].filter(({ tile }) => tile.shard === shard);
    const shown = () => surface.valueAt('train', 2, 2)?.samples;
    for (const { tile, result } of of(0)) surface.insert(tile, result, true);
    const first = pictureOf(surface);
    expect([shown(), surface.counts('train').samples]).toEqual([1024, 1024]);
    const [last, ...others] = of(1);
    for (const { tile, result } of others) expect(surface.insert(tile, result, true)).toMatchObject({ columns: 0, rows: 0 });
    expect(pictureOf(surface).map(({ values }) => values)).toEqual(first.map(({ values }) => values));
    expect(surface.counts('train').work).toEqual({ done: 50 - last!.result.points, all: 75 });
    expect(surface.insert(last!.tile, last!.result, true)).toMatchObject({ columns: 5, rows: 5 });
    expect([shown(), surface.valueAt('test', 2, 2)?.samples]).toEqual([2048, 1100]);
    expect(surface.insert(last!.tile, last!.result, true)).toBeNull();
    // What one shard of a point is not, the point is not.
    expect(surface.counts('train').verified).toBe(25);
    surface.setVerified(last!.tile, false);
    expect(surface.counts('train').verified).toBe(25 - last!.result.points);
    surface.setRechecked(last!.tile);
    expect(surface.counts('train').rechecked).toBe(last!.result.points);
    surface.remove(last!.tile);
    expect(shown()).toBe(1024);
    const { counts: _, ...back } = pictureOf(surface)[0]!;
    expect(back).toMatchObject({ values: first[0]!.values, range: first[0]!.range, measured: first[0]!.measured });
    surface.insert(last!.tile, last!.result, true);
    expect([shown(), surface.counts('train').verified]).toEqual([2048, 25]);
  });

  it('[J6] its standard error is that of the losses of the samples, computed one by one, and falls as about 1/√n', () => {
    const frame = frameOf(recipe, subject, () => undefined);
    const surface = createSurface(tiling, ['train', 'test']);
    const errors: number[] = [];
    for (const shard of [0, 1, 2]) {
      for (const { tile, result } of results.values()) if (tile.shard === shard) surface.insert(tile, result, false);
      const { loss, samples, standardError } = surface.valueAt('train', 3, 1)!;
      const point = tilesOf(tiling).flatMap((tile) => pointsOf(tiling, tile)).find(({ column, row }) => column === 3 && row === 1)!;
      const theta = parametersAt(frame, point.a, point.b, new Float64Array(2));
      const sets = [{ set: 'train' as const, samples: samplesIn(subject.sets.train, { first: 0, count: samples }) }];
      const direct = spreadOf(lossesAt({ network: manifest.network, loss: recipe.loss, buffers: [], sets }, theta)[0]!.losses);
      expect(loss / direct.mean).toBeCloseTo(1, 6);
      expect(standardError! / direct.standardError).toBeCloseTo(1, 5);
      errors.push(standardError!);
    }
    expect(errors).toEqual(errors.toSorted((one, other) => other - one));
    expect(errors[2]! / errors[0]!).toBeCloseTo(Math.sqrt(1024 / 2500), 1);
  });

  it('[J6] a standard error from sums is none below zero, and none where a loss is not finite', () => {
    expect(spreadOfSums(4, 4.4, 4 * 1.1 * 1.1).standardError).toBeLessThan(1e-8);
    expect(spreadOfSums(4, Infinity, Infinity).standardError).toBeNaN();
    expect(spreadOfSums(2, 1, 1)).toEqual(spreadOf(Float64Array.of(0, 1)));
  });

  it('[V3] float64 says what one shard is', () => {
    const truth = createTruth(() => subject);
    const at = (shard?: number) => truth.at(recipe, 0.5, -0.5, 0, shard);
    const parts = [0, 1, 2].map(at);
    expect(parts.map((sets) => sets.map(({ set, samples }) => `${samples} ${set}`))).toEqual([['1024 train', '1024 test'], ['1024 train', '76 test'], ['452 train']]);
    expect(parts.reduce((sum, [train]) => sum + train!.lossSum, 0)).toBeCloseTo(at()[0]!.lossSum, 9);
  });
});
