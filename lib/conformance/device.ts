/** What evaluates tiles where the checks run: a page's own workers, or an evaluator under Node. It is given, never looked for. */
import { tilesOf, tilingOf, type Tile } from '#lib/work/tile.ts';
import type { TileResult } from '#lib/work/tileResult.ts';
import { createSurface, type Surface } from '#lib/work/surface.ts';
import { evaluateAt } from '#lib/network/forward.ts';
import { firstOf, type Subject } from '#lib/network/subject.ts';
import { evaluationModeOf } from '#lib/slice/evaluationMode.ts';
import { buffersAt, frameOf, parametersAt } from '#lib/slice/frame.ts';
import type { SliceRecipe } from '#lib/slice/recipe.ts';

export type Device = {
  readonly evaluate: (recipe: SliceRecipe, subject: Subject, tile: Tile) => Promise<TileResult>;
};

/** The whole slice as the device measures it. */
export async function measuredOn(device: Device, recipe: SliceRecipe, subject: Subject): Promise<Surface> {
  const tiling = tilingOf(recipe, subject.manifest);
  const surface = createSurface(tiling, recipe.samples.map(({ set }) => set));
  for (const tile of tilesOf(tiling)) surface.insert(tile, await device.evaluate(recipe, subject, tile), true);
  return surface;
}

/** The mean loss over the first set at (a, b), in float64. */
export function trueLossAt(recipe: SliceRecipe, subject: Subject, a: number, b: number): number {
  const frame = frameOf(recipe, subject);
  const { set, count } = recipe.samples[0]!;
  const [sums] = evaluateAt(
    {
      network: subject.manifest.network,
      loss: recipe.loss,
      mode: evaluationModeOf(recipe, subject),
      buffers: buffersAt(frame, a, b),
      sets: [{ set, samples: firstOf(subject.sets[set], count) }],
    },
    parametersAt(frame, a, b, new Float64Array(frame.origin.length)),
  );
  return sums!.lossSum / sums!.samples;
}
