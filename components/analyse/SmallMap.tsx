/** A surface as a small flat picture, one square for each sample; β points up. */
import { useEffect, useRef } from 'react';
import type { SampledSurface } from '#lib/analysis/sampledSurface.ts';
import type { LossRange } from '#lib/work/surface.ts';
import { COLOUR_STEPS, colourBytes, type DrawnMap } from '#components/landscape/colourMaps.ts';
import { lossScaleOf } from '#components/landscape/lossScale.ts';
import styles from './Analyse.module.css';

type SmallMapProps = { readonly title: string; readonly surface: SampledSurface; readonly range: LossRange; readonly colourMap: DrawnMap; readonly isLog: boolean };

export function SmallMap({ title, surface, range, colourMap, isLog }: SmallMapProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { columns, rows, values } = surface;

  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!context) return;
    const scale = lossScaleOf(isLog ? 'log' : 'linear', range);
    const colours = colourBytes(colourMap);
    const image = context.createImageData(columns, rows);
    for (let at = 0; at < values.length; at++) {
      const value = values[at]!;
      if (!Number.isFinite(value)) continue;
      const step = Math.round(scale.fraction(value) * (COLOUR_STEPS - 1)) * 4;
      // Row 0 is the lower end of β, and the bottom of the picture.
      const to = ((rows - 1 - Math.floor(at / columns)) * columns + (at % columns)) * 4;
      image.data.set(colours.subarray(step, step + 4), to);
    }
    context.putImageData(image, 0, 0);
  }, [columns, rows, values, range, colourMap, isLog]);

  return (
    <figure className={styles.smallMap}>
      <canvas ref={canvas} width={columns} height={rows} role="img" aria-label={`The surface, ${title}`} />
      <figcaption>{title}</figcaption>
    </figure>
  );
}
