/** Computes every tile of a slice on one engine, coarse levels first. It says how far it is, and stops when it is told to. */
import { createSurface, type Surface } from '#lib/work/surface.ts';
import { tilesOf, tilingOf } from '#lib/work/tile.ts';
import type { TileEngine } from './engines.ts';
import type { Material } from './sources.ts';

/** @throws AbortError once `signal` is aborted, or what the engine throws */
export async function computeSurface(engine: TileEngine, { manifest: { recipe }, subject }: Material, signal: AbortSignal, onPoints: (done: number, all: number) => void): Promise<Surface> {
  const tiling = tilingOf(recipe, subject.manifest);
  const surface = createSurface(tiling, recipe.samples.map(({ set }) => set));
  const waiting = [...tilesOf(tiling)];
  const { all } = surface.counts(surface.sets[0]!).work;
  let done = 0;
  await Promise.all(
    Array.from({ length: engine.width }, async () => {
      for (let tile = waiting.shift(); tile; tile = waiting.shift()) {
        signal.throwIfAborted();
        const result = await engine.evaluate(tile);
        surface.insert(tile, result, false);
        done += result.points;
        onPoints(done, all);
      }
    }),
  );
  signal.throwIfAborted();
  return surface;
}
