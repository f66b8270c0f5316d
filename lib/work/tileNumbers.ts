/**
 * The tiles of a slice as numbers 0 … n − 1, in the order of `tilesOf`: eight bytes a tile, whatever there are of them.
 *
 * It knows nothing of what is in a tile.
 */
import { tilesOf, type Tile, type Tiling } from './tile.ts';

/** More blocks along an axis, or layers, than a tile's key can name. */
const SPAN = 10_000;

const codeOf = ({ level, layer = 0, row, column }: Tile): number => ((level * SPAN + layer) * SPAN + row) * SPAN + column;

export class TileNumbers {
  readonly #sliceId: string;
  readonly #isVolume: boolean;
  /** Ascending. */
  readonly #codes: Float64Array;

  constructor(tiling: Tiling) {
    const tiles = tilesOf(tiling);
    this.#sliceId = tiling.sliceId;
    this.#isVolume = tiles[0]?.layer !== undefined;
    this.#codes = Float64Array.from(tiles, codeOf).sort();
  }

  get count(): number {
    return this.#codes.length;
  }

  tile(number: number): Tile {
    const code = this.#codes[number]!;
    const layer = Math.floor(code / SPAN / SPAN) % SPAN;
    const tile = { sliceId: this.#sliceId, level: Math.floor(code / SPAN / SPAN / SPAN), row: Math.floor(code / SPAN) % SPAN, column: code % SPAN };
    return this.#isVolume ? { ...tile, layer } : tile;
  }

  /** −1 for what is no tile of this slice. */
  numberOf(tile: Tile): number {
    const code = codeOf(tile);
    let [low, high] = [0, this.#codes.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#codes[middle]! < code) low = middle + 1;
      else high = middle;
    }
    return this.#codes[low] === code ? low : -1;
  }
}
