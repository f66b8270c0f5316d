/**
 * A plane in few pixels: its losses in colours, and which of them are one person's own.
 *
 * Drawing it again costs as much as it has pixels, and taking in a tile as much as that tile has points, however fine the plane is.
 */
import type { SurfaceSource } from '#client/surfaceStore.ts';
import { DEFAULT_LOOK } from '#lib/session/look.ts';
import { pointsOf, tileOfKey, type TileKey, type Tiling } from '#lib/work/tile.ts';
import { colourBytes } from '#components/landscape/colourMaps.ts';
import { strideWithin } from '#components/landscape/heightFieldLayer.ts';
import { lossScaleOf, rangeOf, type LossScale } from '#components/landscape/lossScale.ts';

/** Along the longer side. */
const MOST_PIXELS = 257;
/** How much of the colour of what others computed is left. */
const DIMMED = 96;
const COLOURS = colourBytes(DEFAULT_LOOK.colourMap);

export type MiniPicture = {
  readonly columns: number;
  readonly rows: number;
  /** Row 0 is the lower end of β. 1 where a sample is one's own. Live. */
  readonly own: Uint8Array;
  /** Takes in what is one's own now. */
  note(tiles: ReadonlySet<TileKey>): void;
  /** RGBA, the upper end of β first: everybody's samples dimmed, and one's own alone; null while nothing is measured. */
  colours(): { readonly all: Uint8ClampedArray<ArrayBuffer>; readonly own: Uint8ClampedArray<ArrayBuffer> } | null;
};

/** @param source whose plane, or whose first layer, it is */
export function createMiniPicture(source: SurfaceSource): MiniPicture {
  const { tiling } = source.surface;
  const stride = strideWithin(tiling.grid.columns, tiling.grid.rows, MOST_PIXELS);
  const columns = pixelsOf(tiling.grid.columns, stride);
  const rows = pixelsOf(tiling.grid.rows, stride);
  const own = new Uint8Array(columns * rows);
  const noted = new Set<TileKey>();

  function note(tiles: ReadonlySet<TileKey>): void {
    // A tile that was taken back shares pixels with others where the picture is thinned.
    if ([...noted].some((key) => !tiles.has(key))) {
      noted.clear();
      own.fill(0);
    }
    for (const key of tiles) {
      if (noted.has(key)) continue;
      noted.add(key);
      for (const at of pixelsIn(tiling, key)) own[at] = 1;
    }
  }

  const pixelsIn = (of: Tiling, key: TileKey): readonly number[] =>
    pointsOf(of, tileOfKey(key)!).flatMap(({ column, row, layer }) => (layer === 0 ? [Math.round(row / stride) * columns + Math.round(column / stride)] : []));

  function colours(): ReturnType<MiniPicture['colours']> {
    const found = miniScale(source);
    if (!found) return null;
    const { columns: across, rows: up, values } = source.surface.field(found.set);
    const [all, mine] = [new Uint8ClampedArray(4 * columns * rows), new Uint8ClampedArray(4 * columns * rows)];
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const value = values[Math.min(up - 1, row * stride) * across + Math.min(across - 1, column * stride)]!;
        if (Number.isNaN(value)) continue;
        const step = 4 * Math.round(255 * found.scale.fraction(value));
        const pixel = 4 * ((rows - 1 - row) * columns + column);
        for (let channel = 0; channel < 3; channel++) all[pixel + channel] = mine[pixel + channel] = COLOURS[step + channel]!;
        all[pixel + 3] = DIMMED;
        mine[pixel + 3] = own[row * columns + column] ? 255 : 0;
      }
    }
    return { all, own: mine };
  }

  return { columns, rows, own, note, colours };
}

/** The scale that a small picture is drawn with, and of which samples; null while nothing is measured. */
export function miniScale({ surface, recipe }: SurfaceSource): { readonly scale: LossScale; readonly set: 'train' | 'test' } | null {
  const set = surface.sets[0] ?? recipe.samples[0]!.set;
  const range = rangeOf(DEFAULT_LOOK, surface.range(set));
  return range && { scale: lossScaleOf(range.min > 0 ? 'log' : 'linear', range), set };
}

/** The last sample has a pixel of its own, whatever is left out between. */
const pixelsOf = (samples: number, stride: number): number => Math.ceil((samples - 1) / stride) + 1;
