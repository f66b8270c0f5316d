/**
 * Every tile of this installation: kept once, judged, then verified, struck or rechecked; sessions that watch its slice are told.
 *
 * What is believed is decided by lib/work/belief/trustBook.ts; here its decisions are done: float64 is asked through the
 * desk, and what follows from its answers is written and told by verdicts.ts. Rules V3–V12, V17, L9, K5, K11.
 */
import { differencesOf } from '#lib/work/agreement.ts';
import type { Storage, TileRecord } from '#lib/session/storage.ts';
import type { SliceRecipe } from '#lib/slice/recipe.ts';
import type { Network } from '#lib/network/program.ts';
import type { Decision } from '#lib/work/belief/decision.ts';
import type { DeviceRecord, DeviceState } from '#lib/work/belief/device.ts';
import type { Bystanders, Domain } from '#lib/work/belief/domain.ts';
import type { TruthBudget } from '#lib/work/belief/probePlan.ts';
import { Repeats } from '#lib/work/belief/repeats.ts';
import { TrustBook } from '#lib/work/belief/trustBook.ts';
import { isTileOf, tileOfKey, type TileKey, type Tiling } from '#lib/work/tile.ts';
import type { TileResult } from '#lib/work/tileResult.ts';
import { decodeTileResult } from '#lib/wire/tileCodec.ts';
import type { Clock } from './clock.ts';
import type { Dice } from './dice.ts';
import type { Log } from './log.ts';
import { PointJudge } from './pointJudge.ts';
import type { Prober } from './prober.ts';
import { TruthDesk } from './truthDesk.ts';
import { Verdicts } from './verdicts.ts';
import { WatchedSlice, type Disputed, type TileListener } from './watchedSlice.ts';

export type DeviceListener = (record: DeviceRecord, before: DeviceState) => void;

/** Multiply-adds a second that float64 may take, where nothing else is said: about what one core does. */
const TRUTH_BUDGET: TruthBudget = { perSecond: 1e9 };

export type TileBookDependencies = {
  readonly storage: Storage;
  readonly prober: Prober;
  readonly dice: Dice;
  readonly clock: Clock;
  readonly log: Log;
  readonly budget?: TruthBudget;
};

export class TileBook {
  readonly #dependencies: TileBookDependencies;
  readonly #book: TrustBook;
  readonly #desk: TruthDesk;
  readonly #slices = new Map<string, WatchedSlice>();
  readonly #repeats = new Repeats();
  readonly #judge: PointJudge;
  readonly #deviceListeners = new Set<DeviceListener>();
  readonly #verdicts: Verdicts;
  #isClosed = false;

  constructor(dependencies: TileBookDependencies) {
    const { budget = TRUTH_BUDGET, prober, clock, dice, storage, log } = dependencies;
    this.#dependencies = dependencies;
    this.#book = new TrustBook(budget, dice.uniform);
    this.#judge = new PointJudge(prober);
    this.#verdicts = new Verdicts({ storage, log, sliceOf: (tile) => this.#sliceOf(tile), onStruck: (slice, tile) => this.#standIn(slice, tile) });
    this.#desk = new TruthDesk({ budget, width: prober.width, clock, onIdle: () => this.#audit() });
  }

  /** Tells `listener` of every change to the slice's tiles from now on; resolves to those there are, and how to stop. */
  async watch(recipe: SliceRecipe, tiling: Tiling, network: Network, listener: TileListener): Promise<{ readonly records: () => readonly TileRecord[]; readonly stop: () => void }> {
    const slice = this.#slices.get(tiling.sliceId) ?? this.#open(new WatchedSlice(recipe, tiling, network));
    slice.listeners.add(listener);
    const stop = () => {
      slice.listeners.delete(listener);
      if (slice.listeners.size > 0) return;
      this.#slices.delete(slice.id);
      // They are asked for again when it is next opened; kept as well, each opening would ask once more.
      this.#desk.forget(slice.id);
      for (const tile of slice.records.keys()) this.#book.forget(tile);
    };
    try {
      await slice.loaded;
    } catch (error) {
      stop();
      throw error;
    }
    return { records: () => [...slice.records.values()], stop };
  }

  /** Tells `listener` when a device comes into another state; returns the way to stop. */
  watchDevices(listener: DeviceListener): () => void {
    this.#deviceListeners.add(listener);
    return () => this.#deviceListeners.delete(listener);
  }

  /** Recalls what is believed of a device, or begins with it. @param domain where its page came from, which is kept nowhere */
  async meet(device: string, person: string, domain: Domain | null = null): Promise<void> {
    if (domain) this.#book.cameFrom(device, domain);
    if (this.#book.device(device)) return;
    const earlier = await this.#dependencies.storage.device(device);
    this.#book.admit(device, person, this.#now(), earlier);
  }

  /** With how many tiles in hand a device is lent no more, null where nothing of it is taken; one that was not met yet is a newcomer. */
  mostHeld(device: string, person: string, workers: number): number | null {
    return this.#book.mostHeld(device, person, workers, this.#now());
  }

  /** Whether what a device returns is taken; of one that was not met yet it is. */
  isBelieved(device: string): boolean {
    return !this.#book.device(device) || this.#book.mayReturn(device, this.#now());
  }

  /** Returned what cannot be right, whatever the truth is. */
  broken(device: string): void {
    this.#perform(this.#book.broken(device, this.#now()));
  }

  /**
   * Keeps a result whose form was checked, of a device that was met; resolves to false when that tile is kept already,
   * with which it is then compared. Durable either way.
   *
   * @param bystanders who else is here that could be asked
   */
  async keep(record: TileRecord, bytes: Uint8Array, result: TileResult, bystanders?: Bystanders): Promise<boolean> {
    const slice = this.#sliceOf(record.tile);
    const before = slice?.records.get(record.tile);
    if (slice && before && !before.isRechecked) {
      this.#verdicts.track(this.#compare(slice, before, { record, bytes, result }, bystanders));
      return false;
    }
    if (!(await this.#dependencies.storage.putTile(record, bytes))) return false;
    if (!slice || this.#slices.get(slice.id) !== slice) return true;
    slice.records.set(record.tile, record);
    slice.tell({ kind: 'kept', record, bytes });
    this.#arrived(slice, record, result);
    return true;
  }

  /** How many tiles wait for float64. */
  get waiting(): number {
    return this.#desk.size;
  }

  /** Resolves when all that can be known of every tile kept so far is known. */
  async settled(): Promise<void> {
    for (;;) {
      if (this.#verdicts.isPending) await this.#verdicts.settled();
      else if (this.#desk.size > 0) await this.#desk.step();
      else return;
      // A step ends before what follows from it was noted.
      await Promise.resolve();
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#verdicts.close();
    await this.#dependencies.prober.close();
    await this.#desk.close();
    await this.#verdicts.settled();
  }

  #now(): number {
    return this.#dependencies.clock.date();
  }

  #sliceOf(tile: TileKey): WatchedSlice | undefined {
    return this.#slices.get(tileOfKey(tile)!.sliceId);
  }

  #open(slice: WatchedSlice): WatchedSlice {
    const load = async (): Promise<void> => {
      const { storage } = this.#dependencies;
      for (const record of await storage.tiles(slice.id)) {
        // Kept by an earlier version, which divided this slice in another way.
        if (!isTileOf(slice.tiling, tileOfKey(record.tile)!)) continue;
        slice.records.set(record.tile, record);
        // Kept just before the server ended.
        if (!record.isVerified && !record.isRechecked) this.#verdicts.track(this.#recall(slice, record));
      }
    };
    slice.loaded = Promise.resolve().then(load);
    this.#slices.set(slice.id, slice);
    return slice;
  }

  async #recall(slice: WatchedSlice, record: TileRecord): Promise<void> {
    await this.meet(record.device, record.by);
    const result = await this.#resultOf(record);
    if (result && slice.records.get(record.tile) === record) this.#arrived(slice, record, result);
  }

  #arrived(slice: WatchedSlice, record: TileRecord, result: TileResult): void {
    const free = slice.examine(record, result, this.#repeats);
    this.#perform(this.#book.arrived({ tile: record.tile, device: record.device, points: result.points, pointCost: slice.tiling.pointCost, ...free }, this.#now()));
    // Where nothing is asked of it yet, what stands open may be audited.
    this.#desk.pump();
  }

  async #compare(slice: WatchedSlice, before: TileRecord, other: Disputed, bystanders?: Bystanders): Promise<void> {
    const own = await this.#resultOf(before);
    if (!own || slice.records.get(before.tile) !== before) return;
    const differing = differencesOf(own, other.result, slice.recipe.loss, this.#judge.toleranceFor(slice, before));
    if (differing.length > 0) slice.disputes.set(before.tile, [...(slice.disputes.get(before.tile) ?? []), other]);
    this.#perform(this.#book.opinion(before.tile, other.record.device, differing, this.#now(), bystanders));
  }

  /** As TruthDesk asks: 0 when there was something to recompute, else in how many ms there may be. */
  #audit(): number {
    if (this.#isClosed) return Infinity;
    const decisions = this.#book.audit(this.#now());
    this.#perform(decisions);
    return decisions.length > 0 ? 0 : this.#book.auditIn(this.#now());
  }

  #perform(decisions: readonly Decision[]): void {
    const { storage } = this.#dependencies;
    for (const decision of decisions) {
      switch (decision.kind) {
        case 'probe': {
          const { tile, points, closer, urgency } = decision;
          const slice = this.#sliceOf(tile);
          if (slice) this.#desk.push({ slice: slice.id, cost: points.length * slice.tiling.pointCost, urgency, tag: () => this.#inquire(slice, tile, points, closer) });
          break;
        }
        case 'verify':
          this.#verdicts.verify(decision.tile, decision.proof);
          break;
        case 'strike':
          this.#verdicts.strike(decision.tile, decision.notTo);
          break;
        case 'rollBack':
          this.#verdicts.rollBack(decision.device, decision.notTo);
          break;
        case 'secondOpinion': {
          const { tile, ...another } = decision;
          const slice = this.#sliceOf(tile);
          const record = slice?.records.get(tile);
          if (slice && record) slice.tell({ ...another, record });
          break;
        }
        case 'device': {
          const { record, before } = decision;
          this.#verdicts.track(storage.saveDevice(record));
          if (record.state !== before) for (const listener of this.#deviceListeners) listener(record, before);
          break;
        }
        case 'vote':
          this.#verdicts.track(storage.addVote({ tile: decision.tile, by: decision.by, against: decision.against, at: this.#now() }));
      }
    }
  }

  /** Where another device's numbers were right, its work is not done again. */
  #standIn(slice: WatchedSlice, tile: TileKey): void {
    const others = slice.disputes.get(tile) ?? [];
    slice.disputes.delete(tile);
    const [right] = others.filter(({ record }) => this.isBelieved(record.device));
    if (right) this.#verdicts.track(this.keep(right.record, right.bytes, right.result).then(() => {}));
  }

  /** Asks float64 about points of a tile, and heeds what it says. @param closer points to look at as well before anything is said, where one does not match */
  async #inquire(slice: WatchedSlice, tile: TileKey, indices: readonly number[], closer: readonly number[]): Promise<void> {
    const record = slice.records.get(tile);
    try {
      const result = record && (await this.#resultOf(record));
      if (!record || !result) return this.#book.notJudged(tile, indices.length);
      let truths = await this.#judge.truthsAt(slice, tile, indices);
      if (closer.length > 0 && this.#judge.judge(slice, record, result, truths).some(({ severity }) => !(severity <= 1))) {
        truths = new Map([...truths, ...(await this.#judge.truthsAt(slice, tile, closer))]);
      }
      // Meanwhile it may have been verified, which changes nothing, or replaced.
      if (slice.records.get(tile)?.digest !== record.digest) return;
      const judgements = this.#judge.judge(slice, record, result, truths);
      if (this.#book.device(record.device)?.state === 'trusted') this.#judge.learn(slice, record, result, truths);
      for (const other of slice.disputes.get(tile) ?? []) this.#perform(this.#book.judgedWitness(other.record.device, this.#judge.judge(slice, other.record, other.result, truths), this.#now()));
      this.#perform(this.#book.judged(tile, judgements, this.#now()));
    } catch (error) {
      this.#book.notJudged(tile, indices.length);
      // Not verified and not struck: it is asked again when its slice is next opened.
      if (!this.#isClosed) this.#dependencies.log.error('probe.failed', error, { tile });
    }
  }

  /** A tile's numbers; null where its bytes are gone, which is no fault of who computed it. */
  async #resultOf({ tile, digest }: TileRecord): Promise<TileResult | null> {
    const bytes = await this.#dependencies.storage.blob(digest);
    const result = bytes && decodeTileResult(bytes);
    if (result?.ok) return result.value;
    this.#book.forget(tile);
    this.#verdicts.strike(tile, []);
    return null;
  }
}
