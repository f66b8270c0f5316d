/** One slice while somebody watches it: its tiles, and what is needed to judge a new one. It decides nothing; tileBook.ts does. */
import type { TileRecord } from '#lib/session/storage.ts';
import type { SliceRecipe } from '#lib/slice/recipe.ts';
import type { Network } from '#lib/network/program.ts';
import type { Domain } from '#lib/work/belief/domain.ts';
import type { Repeats } from '#lib/work/belief/repeats.ts';
import { toleranceOf, type Tolerance } from '#lib/work/belief/tolerance.ts';
import { Witness } from '#lib/work/belief/witness.ts';
import { pointsOf, tileOfKey, type Point, type TileKey, type Tiling } from '#lib/work/tile.ts';
import type { TileResult } from '#lib/work/tileResult.ts';

/** `notTo`: people of whom the tile is not asked again. */
export type TileNews =
  | { readonly kind: 'kept'; readonly record: TileRecord; readonly bytes: Uint8Array }
  | { readonly kind: 'verified'; readonly record: TileRecord }
  | { readonly kind: 'struck'; readonly record: TileRecord; readonly notTo: readonly string[] }
  /** Believed no more, and shown as being rechecked until somebody else has computed it. */
  | { readonly kind: 'rechecked'; readonly record: TileRecord; readonly notTo: readonly string[] }
  /** Somebody else is to compute it too, for so long whoever is furthest away from those who have; `isFirst`: before it is asked about other tiles. */
  | { readonly kind: 'secondOpinion'; readonly record: TileRecord; readonly notTo: readonly string[]; readonly awayFrom: readonly Domain[]; readonly patienceMs: number; readonly isFirst: boolean };

export type TileListener = (news: TileNews) => void;

/** What another device returned for a tile that is disputed. */
export type Disputed = { readonly record: TileRecord; readonly bytes: Uint8Array; readonly result: TileResult };

export class WatchedSlice {
  readonly recipe: SliceRecipe;
  readonly tiling: Tiling;
  readonly tolerance: Tolerance;
  readonly records = new Map<TileKey, TileRecord>();
  readonly listeners = new Set<TileListener>();
  readonly disputes = new Map<TileKey, Disputed[]>();
  /** By shard: neighbours foretell each other over the same samples only. */
  readonly #witnesses = new Map<number, Witness>();
  loaded: Promise<void> = Promise.resolve();

  constructor(recipe: SliceRecipe, tiling: Tiling, network: Network) {
    this.recipe = recipe;
    this.tiling = tiling;
    this.tolerance = toleranceOf(network);
  }

  get id(): string {
    return this.tiling.sliceId;
  }

  points(key: TileKey): readonly Point[] {
    return pointsOf(this.tiling, tileOfKey(key)!);
  }

  tell(news: TileNews): void {
    for (const listener of this.listeners) listener(news);
  }

  /** What is striking about a new result, for free: points to look at, and whether anything is. */
  examine({ tile, device }: TileRecord, result: TileResult, repeats: Repeats): { readonly doubtful: readonly number[]; readonly isSuspicious: boolean } {
    const [first] = result.sets;
    const repeat = repeats.check(tile, result);
    const { doubtful, isLeaning } = this.#witnessOf(tile).look(tileOfKey(tile)!, first!.lossSum.map((sum) => sum / first!.samples), device);
    return { doubtful, isSuspicious: repeat !== null || doubtful.length > 0 || isLeaning };
  }

  /** A tile was found wrong: its neighbours are not measured by it. */
  remove(key: TileKey): void {
    this.records.delete(key);
    this.#witnessOf(key).forget(tileOfKey(key)!);
  }

  #witnessOf(key: TileKey): Witness {
    const { shard = 0 } = tileOfKey(key)!;
    const witness = this.#witnesses.get(shard) ?? new Witness(this.tiling);
    this.#witnesses.set(shard, witness);
    return witness;
  }
}
