/**
 * The colours of who computed what over the samples of a picture, as far as a replay has come.
 *
 * A replay asks many times a second: going on, it paints what came since; going back, and at its end, all anew. Whoever asks twice for the same
 * place gets the same colours. It knows no React.
 */
import type { LedgerEntry } from '#lib/session/ledger.ts';
import { byTime } from '#lib/session/tally.ts';
import { pointsOf, tileOfKey, type TileKey, type Tiling } from '#lib/work/tile.ts';
import type { Rgb } from '#components/hues.ts';
import type { Tint } from '#components/landscape/heightFieldLayer.ts';
import type { Maker } from './makers.ts';

const STRENGTH = 170;
/** Of what a pattern leaves as it is. */
const LEFT = 40;
/** What is not there yet in the replay is hidden under the colour of the paper. */
const HIDDEN = 235;
const LIGHT_PAPER: Rgb = [251, 252, 250];
const DARK_PAPER: Rgb = [17, 28, 29];

type MakersPaintOptions = {
  readonly tiling: Tiling;
  readonly entries: ReadonlyMap<TileKey, LedgerEntry>;
  readonly makers: readonly Maker[];
  /** Of a volume; null for what has one. */
  readonly layer: number | null;
  readonly isDark: boolean;
};

export class MakersPaint {
  readonly #options: MakersPaintOptions;
  readonly #ordered: readonly (readonly [TileKey, LedgerEntry])[];
  readonly #makers: ReadonlyMap<string, Maker>;
  /** Red, green, blue and strength of a sample in one number, as bytes in this order. */
  readonly #pixels: Uint32Array;
  readonly #colours: Uint8Array;
  #isWhole: boolean | null = null;
  #painted = 0;

  constructor(options: MakersPaintOptions) {
    const { columns, rows } = options.tiling.grid;
    this.#options = options;
    this.#ordered = byTime(options.entries);
    this.#makers = new Map(options.makers.map((maker) => [maker.by, maker]));
    this.#pixels = new Uint32Array(columns * rows);
    this.#colours = new Uint8Array(this.#pixels.buffer);
  }

  /** @param share of the tiles, in the order in which they came, that are there already. The colours hold until the next call. */
  at(share: number): Tint {
    const { columns, rows } = this.#options.tiling.grid;
    const shown = Math.round(share * this.#ordered.length);
    const isWhole = share >= 1;
    if (isWhole !== this.#isWhole || shown < this.#painted) {
      this.#pixels.fill(isWhole ? 0 : pixelOf(this.#paper, HIDDEN));
      this.#isWhole = isWhole;
      this.#painted = 0;
    }
    for (; this.#painted < shown; this.#painted++) this.#paint(...this.#ordered[this.#painted]!);
    return { columns, rows, colours: this.#colours };
  }

  #paint(key: TileKey, { by }: LedgerEntry): void {
    const { tiling, layer } = this.#options;
    const maker = this.#makers.get(by);
    const colour = maker?.colour ?? this.#paper;
    const [full, left] = [pixelOf(colour, STRENGTH), pixelOf(colour, maker?.isPatterned === true ? LEFT : STRENGTH)];
    for (const point of pointsOf(tiling, tileOfKey(key)!)) {
      if (layer === null || point.layer === layer) this.#pixels[point.row * tiling.grid.columns + point.column] = (point.column + point.row) % 2 === 1 ? left : full;
    }
  }

  get #paper(): Rgb {
    return this.#options.isDark ? DARK_PAPER : LIGHT_PAPER;
  }
}

const pixelOf = (colour: Rgb, strength: number): number => new Uint32Array(Uint8Array.of(...colour, strength).buffer)[0]!;
