/** One pane of a comparison: a slice with its caption, its crosshair read-out and its scale. It changes nothing of its own slice. */
import { useState } from 'react';
import { isClassification, LOSS_TITLES } from '#lib/network/loss.ts';
import type { Camera } from '#lib/session/camera.ts';
import { rangesOf, type SliceRecipe } from '#lib/slice/recipe.ts';
import type { LossRange } from '#lib/work/surface.ts';
import type { DrawnLook } from '#components/landscape/colourMaps.ts';
import { ColourBar } from '#components/landscape/ColourBar.tsx';
import { CurveView } from '#components/landscape/CurveView.tsx';
import { LandscapeView } from '#components/landscape/LandscapeView.tsx';
import { readoutWords } from '#components/landscape/readoutWords.ts';
import type { SurfaceSource } from '#components/landscape/surfaceSource.ts';
import { useMedia } from '#components/useMedia.ts';
import { useRoomView } from '#components/session/SessionContext.ts';
import { useResolvedTheme } from '#components/session/useResolvedTheme.ts';
import styles from './ComparePanes.module.css';

type PaneViewProps = {
  readonly title: string;
  readonly caption: string;
  readonly source: SurfaceSource;
  readonly recipe: SliceRecipe;
  readonly look: DrawnLook;
  readonly range: LossRange | null;
  readonly barTitle?: string;
  readonly isFront?: boolean;
};

const NOTHING = [] as const;

export function PaneView({ title, caption, source, recipe, look, range, barTitle, isFront = true }: PaneViewProps) {
  const { camera, setCamera, crosshair, setCrosshair, comparison } = useRoomView();
  const [own, setOwn] = useState<Camera>(camera);
  const theme = useResolvedTheme();
  const reducedMotion = useMedia('(prefers-reduced-motion: reduce)');
  const hasAccuracy = isClassification(recipe.loss);
  // Two views side by side in every pane would leave no room for either.
  const locked = camera.view === 'both' ? { ...camera, view: '3d' as const } : camera;
  const shared = { source, cursor: crosshair, onCursor: setCrosshair, pins: NOTHING, onPin: () => {}, people: NOTHING, checkpoints: NOTHING, hasAccuracy };
  const words = crosshair && readoutWords(source.surface, look.set, crosshair, hasAccuracy);
  const isLine = rangesOf(recipe).length === 1;
  const fixed: DrawnLook = { ...look, range: range ?? look.range };
  return (
    <figure className={styles.pane} data-front={isFront ? '' : undefined} aria-hidden={isFront ? undefined : true}>
      <figcaption className={styles.caption}>
        <strong>{title}</strong> <span>{caption}</span>
      </figcaption>
      <div className={styles.picture} data-picture>
        {isLine ? (
          <CurveView {...shared} look={{ ...fixed, colourMap: 'viridis' }} axisLabel="α" />
        ) : (
          <LandscapeView
            {...shared}
            look={fixed}
            camera={comparison.isCameraLocked ? locked : own}
            onCamera={comparison.isCameraLocked ? setCamera : setOwn}
            trajectory={NOTHING}
            theme={theme}
            reducedMotion={reducedMotion}
            axisLabels={['α', 'β']}
          />
        )}
      </div>
      <div className={styles.under}>
        <span>{words ? `${words.coordinates.map(({ axis, value }) => `${axis} ${value}`).join(' ')} · ${words.what} ${words.value} · ${words.state}` : ' '}</span>
        {!isLine && <ColourBar title={barTitle ?? `Mean ${LOSS_TITLES[recipe.loss]}`} look={fixed} range={range} />}
      </div>
    </figure>
  );
}
