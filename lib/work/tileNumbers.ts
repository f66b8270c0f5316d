/**
 * The tiles of a slice as numbers 0 … n − 1, in the order of `tilesOf`: eight bytes a block, whatever there are of them.
 *
 * It knows nothing of what is in a tile.
 */
import { blocksOf, type Tile, type Tiling } from './tile.ts';

/** More blocks along an axis, or layers, than a tile's key can name. */
const SPAN = 10_000;

const codeOf = ({ level, layer = 0, row, column }: Tile): number => ((level * SPAN + layer) * SPAN + row) * SPAN + column;

export class TileNumbers {
  readonly #sliceId: string;
  readonly #isVolume: boolean;
  /** Null where the dataset is not divided. */
  readonly #shards: number | null;
  /** Of the blocks, ascending; the tiles of the next shard have the numbers after those of the first. */
  readonly #codes: Float64Array;

  constructor(tiling: Tiling) {
    const tiles = blocksOf(tiling);
    this.#sliceId = tiling.sliceId;
    this.#isVolume = tiles[0]?.layer !== undefined;
    this.#shards = tiling.shards ?? null;
    this.#codes = Float64Array.from(tiles, codeOf).sort();
  }

  get count(): number {
    return this.#codes.length * (this.#shards ?? 1);
  }

  /** Tiles of one shard. */
  get blocks(): number {
    return this.#codes.length;
  }

  tile(number: number): Tile {
    const code = this.#codes[number % this.#codes.length]!;
    const layer = Math.floor(code / SPAN / SPAN) % SPAN;
    const tile = { sliceId: this.#sliceId, level: Math.floor(code / SPAN / SPAN / SPAN), row: Math.floor(code / SPAN) % SPAN, column: code % SPAN };
    return { ...tile, ...(this.#isVolume && { layer }), ...(this.#shards !== null && { shard: Math.floor(number / this.#codes.length) }) };
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
    if (this.#codes[low] !== code) return -1;
    if (this.#shards === null) return tile.shard === undefined ? low : -1;
    return tile.shard !== undefined && tile.shard < this.#shards ? tile.shard * this.#codes.length + low : -1;
  }
}
