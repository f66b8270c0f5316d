/** One core of `tarn compute --engine float64`: given a slice when it starts, then tiles of it, it answers with their sums. */
import { parentPort, workerData } from 'node:worker_threads';
import type { SliceRecipe } from '#lib/slice/recipe.ts';
import { samplesOfShard } from '#lib/slice/shards.ts';
import type { Subject } from '#lib/network/subject.ts';
import { pointsOf, tilingOf, type Tile } from '#lib/work/tile.ts';
import type { Ends } from '#lib/work/curvatureAgreement.ts';
import type { PointCurvature, TileResult } from '#lib/work/tileResult.ts';
import { createTruth } from '#server/truth.ts';

export type TruthData = { readonly subject: Subject; readonly recipe: SliceRecipe; readonly vectors: ReadonlyMap<string, Float32Array> };

if (!parentPort) throw new Error('truthThread.ts runs as a worker thread');
const port = parentPort;
const { subject, recipe, vectors } = workerData as TruthData;
const truth = createTruth(() => subject, (digest) => vectors.get(digest));
const tiling = tilingOf(recipe, subject.manifest);

function evaluate(tile: Tile): TileResult {
  const points = pointsOf(tiling, tile);
  const found = points.map(({ a, b, c }) => truth.at(recipe, a, b, c, tile.shard));
  return {
    points: points.length,
    sets: samplesOfShard(recipe, tile.shard).map(({ set, count }, index) => ({
      set,
      samples: count,
      lossSum: Float64Array.from(found, (sets) => sets[index]!.lossSum),
      ...(tile.shard !== undefined && { lossSquares: Float64Array.from(found, (sets) => sets[index]!.lossSquares) }),
      correct: Uint32Array.from(found, (sets) => sets[index]!.correct),
      ...(recipe.measure ? { curvature: curvatureOf(found.map((sets) => sets[index]!.curvature!)) } : {}),
    })),
  };
}

function curvatureOf(ends: readonly (Ends & { readonly products: number })[]): PointCurvature {
  const of = (name: keyof Ends): Float64Array => Float64Array.from(ends, (each) => each[name]);
  return { min: of('min'), max: of('max'), minError: of('minError'), maxError: of('maxError'), products: Uint32Array.from(ends, ({ products }) => products) };
}

port.on('message', (tile: Tile) => port.postMessage(evaluate(tile)));
