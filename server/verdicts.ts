/**
 * What was decided of tiles, made durable and only then told to whoever watches their slice.
 *
 * It decides nothing (lib/work/belief/trustBook.ts does) and asks nobody. Rules V4, V9, K5, K11 in docs/SPEC.md.
 */
import type { Storage, TileRecord } from '#lib/session/storage.ts';
import type { Proof } from '#lib/work/belief/decision.ts';
import type { TileKey } from '#lib/work/tile.ts';
import type { Log } from './log.ts';
import type { WatchedSlice } from './watchedSlice.ts';

type Options = {
  readonly storage: Storage;
  readonly log: Log;
  /** The slice of a tile, while somebody watches it. */
  readonly sliceOf: (tile: TileKey) => WatchedSlice | undefined;
  /** A tile was taken from the picture. */
  readonly onStruck: (slice: WatchedSlice, tile: TileKey) => void;
};

export class Verdicts {
  readonly #options: Options;
  /** What is being written, or looked at. */
  readonly #pending = new Set<Promise<void>>();
  #isClosed = false;

  constructor(options: Options) {
    this.#options = options;
  }

  verify(tile: TileKey, proof: Proof): void {
    const { storage } = this.#options;
    this.#change(tile, (record) => storage.markVerified(record.tile, record.digest, proof), (record, slice) => {
      const verified = { ...record, isVerified: true, proof };
      slice.records.set(record.tile, verified);
      slice.tell({ kind: 'verified', record: verified });
    });
  }

  strike(tile: TileKey, notTo: readonly string[]): void {
    const { storage, log, onStruck } = this.#options;
    this.#change(tile, (record) => storage.strikeTile(tile, record.digest), (record, slice) => {
      log.warn('tile.struck', { tile, by: record.by, backend: record.backend, device: record.device });
      slice.remove(tile);
      slice.tell({ kind: 'struck', record, notTo });
      onStruck(slice, tile);
    });
  }

  rollBack(device: string, notTo: readonly string[]): void {
    this.track(this.#rollBack(device, notTo));
  }

  /** Work that has to be over before everything is known of what was kept. */
  track(work: Promise<void>): void {
    const tracked: Promise<void> = work
      .catch((error: unknown) => {
        if (!this.#isClosed) this.#options.log.error('belief.notKept', error);
      })
      .finally(() => this.#pending.delete(tracked));
    this.#pending.add(tracked);
  }

  get isPending(): boolean {
    return this.#pending.size > 0;
  }

  /** Resolves when what is under way now is over. */
  async settled(): Promise<void> {
    await Promise.all(this.#pending);
  }

  /** What fails from now on fails because everything ends. */
  close(): void {
    this.#isClosed = true;
  }

  async #rollBack(device: string, notTo: readonly string[]): Promise<void> {
    const { storage, log, sliceOf } = this.#options;
    const tiles = await storage.recheckTiles(device);
    log.warn('device.caught', { device, tiles: tiles.length });
    for (const tile of tiles) {
      const slice = sliceOf(tile);
      const record = slice?.records.get(tile);
      if (!slice || record?.device !== device) continue;
      slice.remove(tile);
      const rechecked = { ...record, isVerified: false, proof: null, isRechecked: true };
      slice.records.set(tile, rechecked);
      slice.tell({ kind: 'rechecked', record: rechecked, notTo });
    }
  }

  /** Does what storage is asked, and then tells, unless the tile has changed meanwhile. */
  #change(tile: TileKey, write: (record: TileRecord) => Promise<void>, tell: (record: TileRecord, slice: WatchedSlice) => void): void {
    const slice = this.#options.sliceOf(tile);
    const record = slice?.records.get(tile);
    if (!slice || !record) return;
    this.track(
      write(record).then(() => {
        if (slice.records.get(tile) === record) tell(record, slice);
      }),
    );
  }
}
