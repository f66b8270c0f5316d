/**
 * Free checks on the numbers alone: memory of a graphics card that is stuck shows as one value everywhere, as a block that
 * repeats, or as the numbers of another tile. None of it proves anything, for a dead network is constant too; what is
 * found is recomputed harder before it may count as verified. Rule V8.
 */
import type { TileResult } from '#lib/work/tileResult.ts';

/** Fewer points say nothing. */
const LEAST_POINTS = 4;
/** Tiles whose numbers are remembered. */
const REMEMBERED = 4096;

export type Repeat = 'constant' | 'repeated' | 'replayed';

/** Remembers the numbers of late tiles, so that the same numbers for another place are noticed. */
export class Repeats {
  /** Place of a tile by its first numbers. */
  readonly #seen = new Map<string, string>();

  /** What is striking about a tile's numbers, or null; the tile is remembered. @param place names the tile */
  check(place: string, { points, sets }: TileResult): Repeat | null {
    const losses = sets[0]?.lossSum;
    if (!losses || points < LEAST_POINTS || losses.every((loss) => !Number.isFinite(loss))) return null;
    if (losses.every((loss) => Object.is(loss, losses[0]))) return 'constant';
    const half = Math.floor(points / 2);
    if (half >= LEAST_POINTS && losses.subarray(0, half).every((loss, index) => Object.is(loss, losses[half + index]))) return 'repeated';
    const print = losses.subarray(0, LEAST_POINTS * 2).join();
    const before = this.#seen.get(print);
    this.#seen.delete(print);
    this.#seen.set(print, before ?? place);
    if (this.#seen.size > REMEMBERED) this.#seen.delete(this.#seen.keys().next().value!);
    return before !== undefined && before !== place ? 'replayed' : null;
  }
}
