/** The surface that is drawn: a slice's own, or of a volume the layer that this person looks at. */
import { useEffect, useMemo } from 'react';
import type { SurfaceSource, WholeSource } from '#client/surfaceStore.ts';
import { createLayerSource, type LayerSource } from '#components/landscape/layerSource.ts';
import type { View } from './useView.ts';

export function useShownSource(whole: WholeSource | null, { layer }: View): SurfaceSource | LayerSource | null {
  const source = useMemo(() => (whole && whole.tiling.grid.layers > 1 ? createLayerSource(whole) : whole), [whole]);
  // Whoever moves the layer moves the source at once; this follows what a link or another slice brought.
  useEffect(() => {
    if (source && 'setLayer' in source) source.setLayer(layer ?? source.whole.tiling.grid.axes[2]!.anchor);
  }, [source, layer]);
  return source;
}
