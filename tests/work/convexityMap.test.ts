/** A convexity map from the worker's job to the surface: what is computed, carried, checked and drawn. */
import { beforeAll, describe, expect, test } from 'vitest';
import { eigenvaluesOf, denseMatrix } from '#lib/analysis/denseMatrix.ts';
import { groupOf, restricted } from '#lib/analysis/parameterGroup.ts';
import { solve } from '#lib/analysis/productMethod.ts';
import { layeredSubject, randomRecipe } from '#lib/conformance/specimens.ts';
import { hessianAt } from '#lib/network/derivatives/derivatives.ts';
import { layoutOf } from '#lib/network/layout.ts';
import { buffersAt, frameOf, parametersAt } from '#lib/slice/frame.ts';
import { problemsOf, type SliceRecipe } from '#lib/slice/recipe.ts';
import { checkForm, severityAt } from '#lib/work/agreement.ts';
import { endsAt, endsSeverity } from '#lib/work/curvatureAgreement.ts';
import { createSurface } from '#lib/work/surface.ts';
import { pointsOf, tileKey, tilesOf, tilingOf, type Tile } from '#lib/work/tile.ts';
import type { TileResult } from '#lib/work/tileResult.ts';
import { decodeTileResult, encodeTileResult, MAX_TILE_BYTES } from '#lib/wire/tileCodec.ts';
import type { FromWorker } from '#lib/wire/workerMessages.ts';
import { NODE_FILES } from '#scripts/engineFiles.ts';
import { createTruth } from '#server/truth.ts';
import { createEvaluateJobs } from '#workers/evaluateJobs.ts';

const subject = layeredSubject();
const { network } = subject.manifest;
const layout = layoutOf(network);
const recipe: SliceRecipe = { ...randomRecipe(subject, { seeds: [5, 6], count: 3, reach: 1 }), measure: { kind: 'convexity', parameters: 'matrices', tolerance: 1e-5, steps: 60 } };
const tiling = tilingOf(recipe, subject.manifest);
const tiles = tilesOf(tiling);

async function computed(wanted: readonly Tile[]): Promise<readonly TileResult[]> {
  const answers: FromWorker[] = [];
  let wake = (): void => {};
  const jobs = createEvaluateJobs({ ...NODE_FILES, say: (message) => (answers.push(message), wake()) });
  jobs.hear({ kind: 'start', wish: 'wasm' });
  jobs.hear({ kind: 'subject', subject });
  for (const [job, tile] of wanted.entries()) jobs.hear({ kind: 'evaluate', job, recipe, tile: tileKey(tile) });
  while (answers.filter((each) => each.kind !== 'started').length < wanted.length) await new Promise<void>((resolve) => (wake = resolve));
  return answers
    .filter((each) => each.kind !== 'started')
    .map((answer) => {
      if (answer.kind !== 'evaluated') throw new Error(JSON.stringify(answer));
      const result = decodeTileResult(answer.bytes);
      if (!result.ok) throw new Error(JSON.stringify(result.problems));
      return result.value;
    });
}

let results: readonly TileResult[];
beforeAll(async () => {
  results = await computed(tiles);
});

/** Both ends by writing the whole matrix out. */
function exactEnds(a: number, b: number): readonly [number, number] {
  const frame = frameOf(recipe, subject);
  const theta = parametersAt(frame, a, b, new Float64Array(layout.size));
  const multiply = hessianAt({ network, loss: recipe.loss, buffers: buffersAt(frame, a, b), samples: subject.sets.train }, theta);
  const group = groupOf(layout, 'matrices');
  const values = eigenvaluesOf(solve(denseMatrix(group.size), restricted(group, multiply)), group.size);
  return [values[0]!, values.at(-1)!];
}

describe('a convexity map', () => {
  test('[C13] a worker returns the loss and both ends of the spectrum of every point, as the written-out Hessian has them', () => {
    for (const [index, tile] of tiles.entries()) {
      for (const [point, { a, b }] of pointsOf(tiling, tile).entries()) {
        const { curvature, lossSum, samples } = results[index]!.sets[0]!;
        const [min, max] = exactEnds(a, b);
        expect(Math.abs(curvature!.min[point]! - min) / max).toBeLessThan(1e-5);
        expect(Math.abs(curvature!.max[point]! - max) / max).toBeLessThan(1e-5);
        expect(lossSum[point]! / samples).toBeGreaterThan(0);
        expect(curvature!.products[point]).toBeGreaterThan(4);
      }
    }
  });

  test('[E10] the server’s own steps in float64 find the same, and a point that is not is told', () => {
    const truth = createTruth(() => subject);
    const [tile] = tiles;
    const { a, b } = pointsOf(tiling, tile!)[0]!;
    const [found] = truth.at(recipe, a, b);
    const { curvature } = results[0]!.sets[0]!;
    expect(endsSeverity(endsAt(curvature!, 0), found!.curvature!)).toBeLessThan(0.2);
    const one = (changed: typeof curvature) => severityAt({ points: 1, sets: [{ ...results[0]!.sets[0]!, curvature: changed }] }, 0, [found!], recipe.loss, { absolute: 1e-6, relative: 1e-4 });
    expect(one(curvature)).toBeLessThanOrEqual(1);
    expect(one({ ...curvature!, min: curvature!.min.map((min, point) => min - 0.01 * curvature!.max[point]!) })).toBeGreaterThan(1);
    expect(one(undefined)).toBe(Infinity);
  });

  test('[W3] its bytes come back as they were, and have room at their largest', () => {
    const bytes = encodeTileResult(results[0]!);
    expect(decodeTileResult(bytes)).toEqual({ ok: true, value: results[0] });
    expect(bytes.byteLength).toBeLessThanOrEqual(MAX_TILE_BYTES);
    expect(decodeTileResult(bytes.subarray(0, -1)).ok).toBe(false);
    const plain: TileResult = { points: results[0]!.points, sets: results[0]!.sets.map((sums) => ({ ...sums, curvature: undefined })) };
    expect(encodeTileResult(plain).byteLength).toBeLessThan(bytes.byteLength);
  });

  test('[V13] a result of the wrong form is refused in words', () => {
    const points = results[0]!.points;
    const changed = (change: (curvature: NonNullable<TileResult['sets'][number]['curvature']>) => object): TileResult => ({
      points,
      sets: results[0]!.sets.map((sums) => ({ ...sums, curvature: { ...sums.curvature!, ...change(sums.curvature!) } })),
    });
    const why = (result: TileResult, of = recipe): string | null => {
      const outcome = checkForm(result, of, points);
      return outcome.ok ? null : outcome.problems[0]!.message;
    };
    expect(why(results[0]!)).toBeNull();
    expect(why(results[0]!, { ...recipe, measure: undefined })).toMatch(/not asked for/);
    expect(why({ points, sets: results[0]!.sets.map((sums) => ({ ...sums, curvature: undefined })) })).toMatch(/asked for/);
    expect(why(changed(({ min, max }) => ({ min: max, max: min })))).toMatch(/above the greatest/);
    expect(why(changed(({ products }) => ({ products: products.map(() => 61) })))).toMatch(/61 products, asked for at most 60/);
    expect(why(changed(({ minError }) => ({ minError: minError.map(() => -1) })))).toMatch(/below zero/);
  });

  test('[F8] a surface draws −λmin/λmax from 0 to 0.5, and reads both eigenvalues with the loss', () => {
    const surface = createSurface(tiling, ['train']);
    expect(surface.range('train')).toBeNull();
    for (const [index, tile] of tiles.entries()) surface.insert(tile, results[index]!, false);
    expect(surface.range('train')).toEqual({ min: 0, max: 0.5 });
    const { convexity, loss } = surface.valueAt('train', 1, 1)!;
    expect(convexity!.nonConvexity).toBeCloseTo(Math.max(0, -convexity!.min / convexity!.max), 12);
    expect(surface.field('train').values[4]).toBeCloseTo(convexity!.nonConvexity, 6);
    expect(loss).toBeGreaterThan(0);
    expect(surface.insert(tiles[0]!, results[0]!, false)).toBeNull();
  });

  test('[S10] it is refused with statistics of batches or with dropout, beside the field', () => {
    expect(problemsOf(recipe, subject.manifest)).toEqual([]);
    const batched = { ...recipe, mode: { batchNorm: { policy: 'batch', batch: 8 }, dropout: { seed: 1 } } } as const;
    expect(problemsOf(batched, subject.manifest).map(({ path }) => path)).toEqual(['mode.batchNorm', 'mode.dropout']);
  });
});
