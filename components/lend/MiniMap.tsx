/** A small flat picture of a slice, drawn on a plain canvas: what is measured, dimmed, and this person's own points glowing. */
import { useEffect, useMemo, useRef } from 'react';
import type { SurfaceSource } from '#client/surfaceStore.ts';
import type { TileKey } from '#lib/work/tile.ts';
import { useResolvedTheme } from '#components/session/useResolvedTheme.ts';
import { plural } from '#components/words.ts';
import { createMiniPicture, miniScale, type MiniPicture } from './miniPicture.ts';
import styles from './Lend.module.css';

const GLOW = { light: '#0b5a61', dark: '#8fe0d8' } as const;
/** Fewer pixels than this are seen as squares. */
const SQUARES = 60;

type MiniMapProps = {
  readonly source: SurfaceSource;
  /** Differs whenever the surface does. */
  readonly version: number;
  /** Tiles that are this person's, live, and how many points they have. */
  readonly mine: ReadonlySet<TileKey>;
  readonly points: number;
};

export function MiniMap({ source, version, mine, points }: MiniMapProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const theme = useResolvedTheme();
  const picture = useMemo(() => createMiniPicture(source), [source]);
  const isLine = source.surface.tiling.grid.rows === 1;
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!canvas.current || !context) return;
    const { width, height } = canvas.current.getBoundingClientRect();
    const density = window.devicePixelRatio;
    canvas.current.width = Math.round(width * density);
    canvas.current.height = Math.round(height * density);
    picture.note(mine);
    if (isLine) drawLine(context, source, picture, GLOW[theme], density);
    else drawPlane(context, picture, GLOW[theme], density);
  }, [picture, source, version, mine, points, theme, isLine]);
  return <canvas ref={canvas} className={styles.map} data-shape={isLine ? 'line' : 'plane'} role="img" aria-label={`A small picture of this slice; ${plural(points, 'point')} of it ${points === 1 ? 'is' : 'are'} yours.`} />;
}

function drawPlane(context: CanvasRenderingContext2D, picture: MiniPicture, glow: string, density: number): void {
  const { columns, rows } = picture;
  const found = picture.colours();
  if (!found) return;
  const layer = (colours: Uint8ClampedArray<ArrayBuffer>): OffscreenCanvas => {
    const canvas = new OffscreenCanvas(columns, rows);
    canvas.getContext('2d')!.putImageData(new ImageData(colours, columns, rows), 0, 0);
    return canvas;
  };
  const { width, height } = context.canvas;
  context.imageSmoothingEnabled = columns > SQUARES;
  context.drawImage(layer(found.all), 0, 0, width, height);
  context.imageSmoothingEnabled = false;
  context.shadowColor = glow;
  context.shadowBlur = 10 * density;
  context.drawImage(layer(found.own), 0, 0, width, height);
}

function drawLine(context: CanvasRenderingContext2D, source: SurfaceSource, { columns: pixels, own }: MiniPicture, glow: string, density: number): void {
  const found = miniScale(source);
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
  for (let pixel = 0; pixel < pixels; pixel++) {
    const column = Math.min(columns - 1, Math.round((pixel * (columns - 1)) / (pixels - 1)));
    if (!own[pixel] || Number.isNaN(values[column]!)) continue;
    context.beginPath();
    context.arc(x(column), y(values[column]!), 3 * density, 0, 2 * Math.PI);
    context.fill();
  }
}
