/**
 * How far returned points are from the truth: float64 is asked, and each difference is counted in tolerances of the kind of device it came from.
 *
 * It decides nothing about tiles and devices (lib/work/belief/trustBook.ts does) and keeps nothing but what trusted devices' differences usually are. Rules V3, V10.
 */
import type { TileRecord } from '#lib/session/storage.ts';
import { severityAt } from '#lib/work/agreement.ts';
import { ClassTolerances, type Tolerance } from '#lib/work/belief/tolerance.ts';
import type { Judgement } from '#lib/work/belief/trustBook.ts';
import { tileOfKey, type TileKey } from '#lib/work/tile.ts';
import type { TileResult } from '#lib/work/tileResult.ts';
import type { Prober } from './prober.ts';
import type { PointTruth } from './truth.ts';
import type { WatchedSlice } from './watchedSlice.ts';

/** The truth at points of a tile, by their indices. */
export type Truths = ReadonlyMap<number, readonly PointTruth[]>;

export class PointJudge {
  readonly #prober: Prober;
  readonly #classes = new ClassTolerances();

  constructor(prober: Prober) {
    this.#prober = prober;
  }

  async truthsAt(slice: WatchedSlice, tile: TileKey, indices: readonly number[]): Promise<Truths> {
    const points = slice.points(tile);
    const { shard } = tileOfKey(tile)!;
    const truths = new Map<number, readonly PointTruth[]>();
    for (const index of indices) {
      const { a, b, c } = points[index]!;
      truths.set(index, await this.#prober.truthAt(slice.recipe, a, b, c, shard));
    }
    return truths;
  }

  judge(slice: WatchedSlice, record: TileRecord, result: TileResult, truths: Truths): readonly Judgement[] {
    const tolerance = this.toleranceFor(slice, record);
    return [...truths].map(([index, truth]) => ({ index, severity: severityAt(result, index, truth, slice.recipe.loss, tolerance) }));
  }

  /** Learns from a trusted device how far its kind usually is from the truth. */
  learn(slice: WatchedSlice, record: TileRecord, { sets: [first] }: TileResult, truths: Truths): void {
    for (const [index, [truth]] of truths) this.#classes.note(classOf(slice, record), first!.lossSum[index]!, truth!.lossSum);
  }

  toleranceFor(slice: WatchedSlice, record: TileRecord): Tolerance {
    return this.#classes.of(classOf(slice, record), slice.tolerance);
  }
}

const classOf = ({ recipe }: WatchedSlice, { backend }: TileRecord): string => `${backend} on ${recipe.subject}`;
