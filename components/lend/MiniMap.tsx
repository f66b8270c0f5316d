/** A small flat picture of a slice, drawn on a plain canvas: what is measured, dimmed, and this person's own points glowing. */
import { useEffect, useRef } from 'react';
import type { SurfaceSource } from '#client/surfaceStore.ts';
import { DEFAULT_LOOK } from '#lib/session/look.ts';
import type { Point } from '#lib/work/tile.ts';
import { colourBytes } from '#components/landscape/colourMaps.ts';
import { lossScaleOf, rangeOf, type LossScale } from '#components/landscape/lossScale.ts';
import { useResolvedTheme } from '#components/session/useResolvedTheme.ts';
import styles from './Lend.module.css';

/** How much of the colour of what others computed is left. */
const DIMMED = 96;
const GLOW = { light: '#0b5a61', dark: '#8fe0d8' } as const;
const COLOURS = colourBytes(DEFAULT_LOOK.colourMap);

type MiniMapProps = { readonly source: SurfaceSource; /** Differs whenever the surface does. */ readonly version: number; readonly mine: readonly Point[] };

export function MiniMap({ source, version, mine }: MiniMapProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const theme = useResolvedTheme();
  const isLine = source.surface.tiling.grid.rows === 1;
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!canvas.current || !context) return;
    const { width, height } = canvas.current.getBoundingClientRect();
    const density = window.devicePixelRatio;
    canvas.current.width = Math.round(width * density);
    canvas.current.height = Math.round(height * density);
    if (isLine) drawLine(context, source, mine, GLOW[theme], density);
    else drawPlane(context, source, mine, GLOW[theme], density);
  }, [source, version, mine, theme, isLine]);
  return <canvas ref={canvas} className={styles.map} data-shape={isLine ? 'line' : 'plane'} role="img" aria-label={`A small picture of this slice; ${mine.length} points are yours.`} />;
}

function scaleOf({ surface, recipe }: SurfaceSource): { readonly scale: LossScale; readonly set: 'train' | 'test' } | null {
  const set = surface.sets[0] ?? recipe.samples[0]!.set;
  const range = rangeOf(DEFAULT_LOOK, surface.range(set));
  return range && { scale: lossScaleOf(range.min > 0 ? 'log' : 'linear', range), set };
}

function drawPlane(context: CanvasRenderingContext2D, source: SurfaceSource, mine: readonly Point[], glow: string, density: number): void {
  const found = scaleOf(source);
  if (!found) return;
  const { columns, rows, values } = source.surface.field(found.set);
  const own = new Uint8Array(columns * rows);
  for (const { column, row } of mine) own[row * columns + column] = 1;
  const layer = (alphaOf: (at: number) => number): OffscreenCanvas => {
    const image = new ImageData(columns, rows);
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const at = row * columns + column;
        const value = values[at]!;
        // Row 0 is the lower end of β; a picture begins at its upper edge.
        const pixel = 4 * ((rows - 1 - row) * columns + column);
        if (Number.isNaN(value)) continue;
        const step = 4 * Math.round(255 * found.scale.fraction(value));
        image.data.set(COLOURS.subarray(step, step + 3), pixel);
        image.data[pixel + 3] = alphaOf(at);
      }
    }
    const canvas = new OffscreenCanvas(columns, rows);
    canvas.getContext('2d')!.putImageData(image, 0, 0);
    return canvas;
  };
  const { width, height } = context.canvas;
  context.imageSmoothingEnabled = columns > 60;
  context.drawImage(layer(() => DIMMED), 0, 0, width, height);
  context.imageSmoothingEnabled = false;
  context.shadowColor = glow;
  context.shadowBlur = 10 * density;
  context.drawImage(layer((at) => (own[at] ? 255 : 0)), 0, 0, width, height);
}

function drawLine(context: CanvasRenderingContext2D, source: SurfaceSource, mine: readonly Point[], glow: string, density: number): void {
  const found = scaleOf(source);
  if (!found) return;
  const { columns, values } = source.surface.field(found.set);
  const { width, height } = context.canvas;
  const pad = 12 * density;
  const x = (column: number): number => pad + (column / (columns - 1)) * (width - 2 * pad);
  const y = (value: number): number => height - pad - found.scale.fraction(value) * (height - 2 * pad);
  context.strokeStyle = glow;
  context.globalAlpha = 0.4;
  context.lineWidth = 2 * density;
  context.beginPath();
  for (let column = 0; column < columns; column++) {
    const value = values[column]!;
    if (Number.isNaN(value)) continue;
    context.lineTo(x(column), y(value));
  }
  context.stroke();
  context.globalAlpha = 1;
  context.fillStyle = glow;
  context.shadowColor = glow;
  context.shadowBlur = 8 * density;
  for (const { column } of mine) {
    if (Number.isNaN(values[column]!)) continue;
    context.beginPath();
    context.arc(x(column), y(values[column]!), 3 * density, 0, 2 * Math.PI);
    context.fill();
  }
}
