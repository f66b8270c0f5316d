/**
 * The witness test: a loss landscape is smooth, so the samples around a point that others computed foretell it roughly.
 *
 * How roughly is learnt from the slice itself, level by level: a residual counts against the slice's own roughness. A
 * single point far out is pointed at; a device whose residuals lean to one side, each too small to be seen, is found by
 * their sum. It proves nothing and costs nothing: what it points at is recomputed. Rule V8.
 */
import { strideOf } from '#lib/slice/grid.ts';
import { pointsOf, type Point, type Tile, type Tiling } from '#lib/work/tile.ts';

/** Times the usual residual from which a point is striking, at least. */
const STRIKING = 12;
/**
 * A smooth surface bends more in some places than in others, and there honest points stand out: the limit rises by a quarter
 * with every tile that has a striking point and falls back slowly, so that about one tile in 128 has one. A level begins
 * where the one before stands, for it is the same surface.
 */
const RISE = 1.25;
const FALL = RISE ** (-1 / 128);
/** Residuals of a level before they say what is usual there. */
const ENOUGH = 24;
/** Tiles of a device before their sum says anything, and how many times its usual size it may be. */
const ENOUGH_TILES = 4;
const LEANING = 6;
/** How much one residual moves what is usual: little, or one wrong tile would become it. */
const WEIGHT = 1 / 4096;
/** A residual counts for at most so many usual ones in a sum, so that one wild point is not a bias. */
const CLIP = 4;

/** What is usual: the mean, and the mean absolute distance from it. */
type Usual = { count: number; mean: number; size: number };

/** Of one level: what is usual of a point, and of the mean over a tile, whose points lie together and are not independent. */
type Level = { readonly point: Usual; readonly tile: Usual; limit: number };

/** What the neighbours say of a tile. `doubtful` are indices of its points, the most striking first. */
export type Witnessed = { readonly doubtful: readonly number[]; readonly isLeaning: boolean };

export class Witness {
  readonly #tiling: Tiling;
  readonly #values: Float64Array;
  /** 1 where nothing is known; a loss that is not a number is known to be none. */
  readonly #unknown: Uint8Array;
  readonly #levels = new Map<number, Level>();
  readonly #leaning = new Map<string, { sum: number; tiles: number }>();

  constructor(tiling: Tiling) {
    this.#tiling = tiling;
    this.#values = new Float64Array(tiling.grid.columns * tiling.grid.rows * tiling.grid.layers).fill(NaN);
    this.#unknown = new Uint8Array(this.#values.length).fill(1);
  }

  /** Looks at a tile's mean losses, in the order of its points, and takes them in. */
  look(tile: Tile, means: ArrayLike<number>, device: string): Witnessed {
    const points = pointsOf(this.#tiling, tile);
    const level = this.#levelOf(tile.level);
    const isKnown = level.point.count >= ENOUGH;
    const { mean, size } = level.point;
    const striking: { readonly index: number; readonly by: number }[] = [];
    let sum = 0;
    let count = 0;
    for (const [index, point] of points.entries()) {
      const foretold = this.#foretell(point, tile.level);
      if (foretold === null) continue;
      const found = means[index]!;
      if (Number.isFinite(found) !== Number.isFinite(foretold)) {
        striking.push({ index, by: Infinity });
        continue;
      }
      if (!Number.isFinite(found)) continue;
      const residual = relative(found, foretold);
      if (isKnown) {
        const by = (residual - mean) / size;
        if (Math.abs(by) > level.limit) striking.push({ index, by: Math.abs(by) });
        sum += Math.max(-CLIP, Math.min(CLIP, by));
        count++;
      }
      learn(level.point, residual, isKnown ? size * CLIP : Infinity);
    }
    level.limit = Math.max(STRIKING, level.limit * (striking.length > 0 ? RISE : FALL));
    this.take(tile, means);
    return {
      doubtful: striking.toSorted((one, other) => other.by - one.by).map(({ index }) => index),
      isLeaning: count > 0 && this.#leans(device, level.tile, sum / count),
    };
  }

  /** Whether the sum over a device's tiles has become too large; it then begins anew, for it was said. */
  #leans(device: string, usual: Usual, mean: number): boolean {
    const lean = this.#leaning.get(device) ?? { sum: 0, tiles: 0 };
    if (usual.count >= ENOUGH) {
      lean.sum += (mean - usual.mean) / usual.size;
      lean.tiles++;
    }
    learn(usual, mean, usual.count >= ENOUGH ? usual.size * CLIP : Infinity);
    const isLeaning = lean.tiles >= ENOUGH_TILES && Math.abs(lean.sum) > LEANING * Math.sqrt(lean.tiles);
    this.#leaning.set(device, isLeaning ? { sum: 0, tiles: 0 } : lean);
    return isLeaning;
  }

  /** Takes a tile in without judging it: it was looked at before. */
  take(tile: Tile, means: ArrayLike<number>): void {
    this.#write(tile, (index) => means[index]!, 0);
  }

  /** A tile was found wrong. */
  forget(tile: Tile): void {
    this.#write(tile, () => NaN, 1);
  }

  #write(tile: Tile, valueOf: (index: number) => number, unknown: 0 | 1): void {
    const { columns, rows } = this.#tiling.grid;
    for (const [index, { column, row, layer }] of pointsOf(this.#tiling, tile).entries()) {
      const at = (layer * rows + row) * columns + column;
      this.#values[at] = valueOf(index);
      this.#unknown[at] = unknown;
    }
  }

  #levelOf(level: number): Level {
    let known = this.#levels.get(level);
    if (!known) this.#levels.set(level, (known = { point: { count: 0, mean: 0, size: 0 }, tile: { count: 0, mean: 0, size: 0 }, limit: this.#levels.get(level - 1)?.limit ?? STRIKING }));
    return known;
  }

  /** The mean of the samples on both sides along an axis, one step away; null where no pair is known. NaN where what is known is no number. */
  #foretell({ column, row, layer }: Point, level: number): number | null {
    const { grid } = this.#tiling;
    const { columns, rows, axes } = grid;
    const stride = strideOf(grid, level);
    const at = (layer * rows + row) * columns + column;
    let sum = 0;
    let pairs = 0;
    let isMissing = false;
    for (let number = 0; number < axes.length; number++) {
      const index = number === 0 ? column : number === 1 ? row : layer;
      if (index - stride < 0 || index + stride >= axes[number]!.count) continue;
      const away = stride * (number === 0 ? 1 : number === 1 ? columns : rows * columns);
      if (this.#unknown[at - away]! || this.#unknown[at + away]!) continue;
      const between = (this.#values[at - away]! + this.#values[at + away]!) / 2;
      if (!Number.isFinite(between)) isMissing = true;
      sum += between;
      pairs++;
    }
    if (pairs === 0) return null;
    return isMissing ? NaN : sum / pairs;
  }
}

/** A difference against the size of the loss, so that steep and flat parts of a slice can be compared. */
const relative = (found: number, foretold: number): number => (found - foretold) / (Math.abs(found) + Math.abs(foretold) + Number.MIN_VALUE);

/** Follows the mean and the mean absolute deviation; `most` keeps a wild residual from moving them. */
function learn(usual: Usual, residual: number, most: number): void {
  usual.count++;
  const weight = Math.max(WEIGHT, 1 / usual.count);
  const off = Math.max(-most, Math.min(most, residual - usual.mean));
  usual.mean += weight * off;
  usual.size += weight * (Math.abs(off) - usual.size);
  usual.size = Math.max(usual.size, Number.EPSILON);
}
