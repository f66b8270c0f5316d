/** On which layer of a volume a note stands, and how far that is from the one that is shown. Pure. */
import { gridOf, nearestIndex } from '#lib/slice/grid.ts';
import { rangesOf, type SliceRecipe } from '#lib/slice/recipe.ts';

export type PinLayer = {
  /** The layer nearest to the note; null on what has no layers. */
  readonly layer: number | null;
  /** Layers between it and the one that is shown; 0 on what has no layers, infinite above and below the volume. */
  readonly layersAway: number;
};

/** @param shown the layer that is looked at; null for the one through the centre. @param gamma of the note */
export function pinLayerOf(recipe: Pick<SliceRecipe, 'axes' | 'cut' | 'curve'>, shown: number | null, gamma: number): PinLayer {
  const axis = gridOf(rangesOf(recipe)).axes[2];
  if (!axis) return { layer: null, layersAway: 0 };
  const half = (axis.max - axis.min) / (axis.count - 1) / 2;
  const layer = nearestIndex(axis, gamma);
  if (gamma < axis.min - half || gamma > axis.max + half) return { layer, layersAway: Infinity };
  return { layer, layersAway: Math.abs(layer - (shown ?? axis.anchor)) };
}
