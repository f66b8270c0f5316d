/**
 * Every tile of this installation: kept once, probed, then verified or struck; sessions that watch its slice are told.
 *
 * A tile is shown as measured when it is kept and as verified only after a secret point of it, recomputed in
 * float64, agreed. Who returns a wrong one is checked harder, and after two is no longer believed. Rules V3–V5, L9, K5.
 */
import { sayProblems } from '#lib/parsed.ts';
import { disagreement } from '#lib/work/agreement.ts';
import { endsAt } from '#lib/work/curvatureAgreement.ts';
import type { Storage, TileRecord } from '#lib/session/storage.ts';
import type { SliceRecipe } from '#lib/slice/recipe.ts';
import { pointsOf, tileOfKey, type TileKey, type Tiling } from '#lib/work/tile.ts';
import type { TileResult } from '#lib/work/tileResult.ts';
import { decodeTileResult } from '#lib/wire/tileCodec.ts';
import type { Dice } from './dice.ts';
import type { Log } from './log.ts';
import type { Prober } from './prober.ts';
import type { PointTruth } from './truth.ts';

export type TileNews =
  | { readonly kind: 'kept'; readonly record: TileRecord; readonly bytes: Uint8Array }
  | { readonly kind: 'verified'; readonly record: TileRecord }
  | { readonly kind: 'struck'; readonly record: TileRecord; readonly why: string };

type Listener = (news: TileNews) => void;

type WatchedSlice = {
  readonly recipe: SliceRecipe;
  readonly tiling: Tiling;
  readonly records: Map<TileKey, TileRecord>;
  readonly listeners: Set<Listener>;
  readonly loaded: Promise<void>;
};

type Probe = { readonly slice: WatchedSlice; readonly record: TileRecord };

/** Results found wrong before somebody is no longer lent to. */
export const MAX_FAILURES = 2;
/** Points recomputed of a tile by somebody who has returned a wrong one. */
const SUSPECT_POINTS = 4;
/** Otherwise as many points of a tile as cost this many multiply-adds, at least one and at most eight. */
const PROBE_COST = 2e7;
const MOST_POINTS = 8;

type Dependencies = { readonly storage: Storage; readonly prober: Prober; readonly dice: Dice; readonly log: Log };

export class TileBook {
  readonly #dependencies: Dependencies;
  readonly #slices = new Map<string, WatchedSlice>();
  /** Small records only: a tile's bytes are read again when its turn comes. Next one last. */
  #probes: Probe[] = [];
  readonly #failures = new Map<string, number>();
  #probing: Promise<void> | null = null;
  #isClosed = false;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  /** Tells `listener` of every change to the slice's tiles from now on; resolves to those there are, and how to stop. */
  async watch(recipe: SliceRecipe, tiling: Tiling, listener: Listener): Promise<{ readonly records: () => readonly TileRecord[]; readonly stop: () => void }> {
    const slice = this.#slices.get(tiling.sliceId) ?? this.#open(recipe, tiling);
    slice.listeners.add(listener);
    const stop = () => {
      slice.listeners.delete(listener);
      if (slice.listeners.size > 0) return;
      this.#slices.delete(tiling.sliceId);
      // They are asked for again when it is next opened; kept as well, each opening would ask once more.
      this.#probes = this.#probes.filter((probe) => probe.slice !== slice);
    };
    try {
      await slice.loaded;
    } catch (error) {
      stop();
      throw error;
    }
    return { records: () => [...slice.records.values()], stop };
  }

  /** Keeps a result whose form was checked; resolves to false when that tile is kept already. Durable either way. */
  async keep(record: TileRecord, bytes: Uint8Array): Promise<boolean> {
    if (!(await this.#dependencies.storage.putTile(record, bytes))) return false;
    const slice = this.#slices.get(tileOfKey(record.tile)!.sliceId);
    if (!slice) return true;
    slice.records.set(record.tile, record);
    tell(slice, { kind: 'kept', record, bytes });
    this.#probes.unshift({ slice, record });
    this.#startProbing();
    return true;
  }

  isBelieved(personId: string): boolean {
    return (this.#failures.get(personId) ?? 0) < MAX_FAILURES;
  }

  /** Somebody returned what cannot be right, whatever the truth is. */
  countFailure(personId: string): void {
    this.#failures.set(personId, (this.#failures.get(personId) ?? 0) + 1);
  }

  /** How many tiles wait for their probe. */
  get waiting(): number {
    return this.#probes.length;
  }

  /** Resolves when every tile kept so far was probed. */
  async settled(): Promise<void> {
    while (this.#probing) await this.#probing;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#probes = [];
    await this.#dependencies.prober.close();
    await this.settled();
  }

  #open(recipe: SliceRecipe, tiling: Tiling): WatchedSlice {
    const records = new Map<TileKey, TileRecord>();
    const load = async (): Promise<void> => {
      for (const record of await this.#dependencies.storage.tiles(tiling.sliceId)) {
        records.set(record.tile, record);
        // Kept just before the server ended.
        if (!record.isVerified) this.#probes.unshift({ slice, record });
      }
      this.#startProbing();
    };
    const slice: WatchedSlice = { recipe, tiling, records, listeners: new Set(), loaded: Promise.resolve().then(load) };
    this.#slices.set(tiling.sliceId, slice);
    return slice;
  }

  #startProbing(): void {
    if (this.#isClosed || this.#probes.length === 0) return;
    this.#probing ??= this.#probeAll().finally(() => {
      this.#probing = null;
      // What was kept after the last look.
      this.#startProbing();
    });
  }

  async #probeAll(): Promise<void> {
    let last: WatchedSlice | null = null;
    for (let next = this.#nextProbe(last); next && !this.#isClosed; next = this.#nextProbe(last)) {
      const { slice, record } = next;
      last = slice;
      if (slice.records.get(record.tile)?.digest !== record.digest) continue;
      try {
        await this.#probe(slice, record);
      } catch (error) {
        // Not verified and not struck: it is probed again when its slice is next opened.
        if (!this.#isClosed) this.#dependencies.log.error('probe.failed', error, { tile: record.tile });
      }
    }
  }

  /** The one that waits longest, of another slice than the last where there is one: a large slice does not hold up the others. */
  #nextProbe(last: WatchedSlice | null): Probe | undefined {
    const index = this.#probes.findLastIndex(({ slice }) => slice !== last);
    return index < 0 ? this.#probes.pop() : this.#probes.splice(index, 1)[0];
  }

  async #probe(slice: WatchedSlice, record: TileRecord): Promise<void> {
    const { storage } = this.#dependencies;
    const why = await this.#wrongWith(slice, record);
    if (why !== null) return this.#strike(slice, record, why);
    if (record.isVerified) return;
    await storage.markVerified(record.tile, record.digest);
    const verified = { ...record, isVerified: true };
    slice.records.set(record.tile, verified);
    tell(slice, { kind: 'verified', record: verified });
  }

  /** What a secret point says against a tile, or null. */
  async #wrongWith({ recipe, tiling }: WatchedSlice, { tile, digest, by }: TileRecord): Promise<string | null> {
    const { storage, prober, dice } = this.#dependencies;
    const bytes = await storage.blob(digest);
    if (!bytes) return 'its bytes are gone';
    const result = decodeTileResult(bytes);
    if (!result.ok) return sayProblems(result.problems);
    const points = pointsOf(tiling, tileOfKey(tile)!);
    const open = points.map((_, index) => index);
    const affordable = Math.min(MOST_POINTS, Math.max(1, Math.floor(PROBE_COST / Math.max(1, tiling.pointCost))));
    const probes = Math.min(points.length, this.#failures.has(by) ? Math.max(SUSPECT_POINTS, affordable) : affordable);
    for (let count = 0; count < probes; count++) {
      const [index] = open.splice(Math.floor(dice.uniform() * open.length), 1);
      const { a, b, c } = points[index!]!;
      const truths = await prober.truthAt(recipe, a, b, c);
      const why = firstDisagreement(recipe, result.value, index!, truths);
      if (why !== null) return why;
    }
    return null;
  }

  async #strike(slice: WatchedSlice, record: TileRecord, why: string): Promise<void> {
    const { storage, log } = this.#dependencies;
    await storage.strikeTile(record.tile, record.digest);
    slice.records.delete(record.tile);
    this.countFailure(record.by);
    log.warn('tile.struck', { tile: record.tile, by: record.by, backend: record.backend, why });
    this.#suspect(record.by);
    tell(slice, { kind: 'struck', record, why });
  }

  /** All that somebody returned is looked at again, harder and before anything else; first what is not verified. */
  #suspect(personId: string): void {
    this.#probes = this.#probes.filter(({ record }) => record.by !== personId);
    const theirs = [...this.#slices.values()].flatMap((slice) =>
      [...slice.records.values()].filter(({ by }) => by === personId).map((record): Probe => ({ slice, record })),
    );
    this.#probes.push(...theirs.sort((one, other) => Number(other.record.isVerified) - Number(one.record.isVerified)));
  }
}

function tell({ listeners }: WatchedSlice, news: TileNews): void {
  for (const listener of listeners) listener(news);
}

function firstDisagreement({ loss }: SliceRecipe, { sets }: TileResult, index: number, truths: readonly PointTruth[]): string | null {
  for (const [position, { samples, lossSum, correct, curvature }] of sets.entries()) {
    const returned = { lossSum: lossSum[index]!, correct: correct[index]!, curvature: curvature && endsAt(curvature, index) };
    const why = disagreement(loss, samples, returned, truths[position]!);
    if (why !== null) return why;
  }
  return null;
}
