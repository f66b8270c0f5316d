/** Moves through the layers of a volume: by slider, by one, or by itself. */
import { useEffect, useEffectEvent, useState } from 'react';
import { coordinateOf } from '#lib/slice/grid.ts';
import { formatCoordinate } from '#lib/session/words.ts';
import type { LayerSource } from '#components/landscape/layerSource.ts';
import { Button } from '#components/ui/Button.tsx';
import { useRoomView } from './SessionContext.ts';
import styles from './LayerControls.module.css';

/** Layers a second while playing. */
const PLAY_MS = 160;

export function LayerControls({ source }: { readonly source: LayerSource }) {
  const view = useRoomView();
  const [isPlaying, setPlaying] = useState(false);
  const gamma = source.whole.tiling.grid.axes[2]!;
  const { layer } = source;
  const show = (next: number) => {
    source.setLayer(next);
    view.setLayer(source.layer);
  };
  const step = useEffectEvent(() => show((source.layer + 1) % gamma.count));
  useEffect(() => {
    if (!isPlaying) return undefined;
    const timer = setInterval(() => step(), PLAY_MS);
    return () => clearInterval(timer);
  }, [isPlaying]);

  const words = `γ ${formatCoordinate(coordinateOf(gamma, layer))}`;
  return (
    <div className={styles.layers} role="group" aria-label="Layer of the volume">
      <Button size="small" icon={isPlaying ? 'pause' : 'play'} label={isPlaying ? 'Stop at this layer' : 'Play through the layers'} aria-pressed={isPlaying} onClick={() => setPlaying(!isPlaying)} />
      <Button size="small" icon="minus" label="One layer down" disabled={layer === 0} onClick={() => show(layer - 1)} />
      <input
        type="range"
        aria-label="Layer, by γ"
        aria-valuetext={words}
        min={0}
        max={gamma.count - 1}
        value={layer}
        onChange={(event) => show(Number(event.target.value))}
      />
      <Button size="small" icon="plus" label="One layer up" disabled={layer === gamma.count - 1} onClick={() => show(layer + 1)} />
      <output className={styles.value}>{words}</output>
    </div>
  );
}
