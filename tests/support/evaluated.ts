/** What an honest volunteer returns for a tile: float64 rounded to float32, like a GPU's sums. */
import { createTruth } from '#server/truth.ts';
import type { Subject } from '#lib/network/subject.ts';
import type { SliceRecipe } from '#lib/slice/recipe.ts';
import { samplesOfShard } from '#lib/slice/shards.ts';
import { pointsOf, tileOfKey, tilingOf, type TileKey } from '#lib/work/tile.ts';
import { encodeTileResult } from '#lib/wire/tileCodec.ts';

export type Evaluate = (recipe: SliceRecipe, key: TileKey, distort?: (loss: number) => number) => Uint8Array;

export function evaluatorFor(subject: Subject): Evaluate {
  const truth = createTruth(() => subject);
  return (recipe, key, distort = (loss) => loss) => {
    const tile = tileOfKey(key)!;
    const points = pointsOf(tilingOf(recipe, subject.manifest), tile);
    const at = points.map(({ a, b, c }) => truth.at(recipe, a, b, c, tile.shard));
    return encodeTileResult({
      points: points.length,
      sets: samplesOfShard(recipe, tile.shard).map(({ set, count }, index) => ({
        set,
        samples: count,
        lossSum: Float64Array.from(at, (sets) => distort(Math.fround(sets[index]!.lossSum))),
        ...(tile.shard !== undefined && { lossSquares: Float64Array.from(at, (sets) => distort(Math.fround(sets[index]!.lossSquares))) }),
        correct: Uint32Array.from(at, (sets) => sets[index]!.correct),
      })),
    });
  };
}
