/**
 * What is known of a slice, for scripts: how far it is, and its values with where they come from.
 *
 * Read from what is stored, so it is the same whether anybody is in the session. Nothing is estimated here.
 */
import type { SubjectManifest } from '#lib/network/subject.ts';
import { sayProblems } from '#lib/parsed.ts';
import type { HonestyFact } from '#lib/session/honesty/fact.ts';
import type { Storage, TileRecord } from '#lib/session/storage.ts';
import type { SliceRecipe } from '#lib/slice/recipe.ts';
import { createSurface, type Surface } from '#lib/work/surface.ts';
import { isTileOf, pointsOf, tileOfKey, tilesOf, tilingOf } from '#lib/work/tile.ts';
import { STATUS } from '#lib/work/tileResult.ts';
import type { SliceProgress, SurfaceJson } from '#lib/wire/api.ts';
import { surfaceHonesty, type AboutSlice } from '#lib/wire/surfaceHonesty.ts';
import { surfaceJson } from '#lib/wire/surfaceJson.ts';
import { decodeTileResult } from '#lib/wire/tileCodec.ts';

const TILES_PER_TURN = 64;

type Loaded = { readonly surface: Surface; readonly records: readonly TileRecord[] };

async function load(storage: Storage, recipe: SliceRecipe, manifest: SubjectManifest): Promise<Loaded> {
  const tiling = tilingOf(recipe, manifest);
  const surface = createSurface(tiling, recipe.samples.map(({ set }) => set));
  const records = (await storage.tiles(tiling.sliceId)).filter(({ tile }) => isTileOf(tiling, tileOfKey(tile)!));
  for (const [index, { tile, digest, isVerified }] of records.entries()) {
    // The database answers without leaving the event loop: others must have their turn in a long report.
    if (index % TILES_PER_TURN === TILES_PER_TURN - 1) await new Promise((resolve) => setImmediate(resolve));
    const bytes = await storage.blob(digest);
    if (!bytes) throw new Error(`the bytes of tile ${tile} are not in the store`);
    const result = decodeTileResult(bytes);
    if (!result.ok) throw new Error(`tile ${tile} in the store cannot be read: ${sayProblems(result.problems)}`);
    surface.insert(tileOfKey(tile)!, result.value, isVerified);
  }
  return { surface, records };
}

/** @param helpers people who lend compute to whoever placed it */
export async function reportProgress(storage: Storage, recipe: SliceRecipe, manifest: SubjectManifest, helpers: number): Promise<SliceProgress> {
  const { surface, records } = await load(storage, recipe, manifest);
  const { tiling, sets } = surface;
  const { points, measured, verified, work } = surface.counts(sets[0]!);
  let nonFinite = 0;
  for (const { tile } of records) {
    const { shard = 0, ...block } = tileOfKey(tile)!;
    if (shard > 0) continue;
    for (const { column, row, layer } of pointsOf(tiling, block)) {
      if (sets.some((set) => surface.valueAt(set, column, row, layer)?.status !== STATUS.finite)) nonFinite++;
    }
  }
  return {
    sliceId: tiling.sliceId,
    recipe,
    points,
    measured,
    verified,
    nonFinite,
    tiles: tilesOf(tiling).length,
    tilesDone: records.length,
    helpers,
    isComplete: work.done === work.all,
  };
}

export async function reportSurface(storage: Storage, about: AboutSlice): Promise<SurfaceJson> {
  const { surface, records } = await load(storage, about.recipe, about.network);
  return surfaceJson(surface, about, { backends: [...new Set(records.map(({ backend }) => backend))].sort(), computedBy: new Set(records.map(({ by }) => by)).size });
}

/** What is known of a slice in words. The server has no weights at hand, so norms, angles and errors are for who has. */
export async function reportHonesty(storage: Storage, about: AboutSlice): Promise<readonly HonestyFact[]> {
  const { surface, records } = await load(storage, about.recipe, about.network);
  return surfaceHonesty(surface, about, [...new Set(records.map(({ backend }) => backend))].sort());
}
