/**
 * Follows the server's ledger and fetches every tile it lists that this page does not have.
 *
 * Tiles accepted while we are here come with their bytes; the rest are fetched by digest, a few at a time,
 * those of the slice that is open first. A new epoch means the server started anew: our copy is thrown away.
 */
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { messageYjsSyncStep2, messageYjsUpdate, writeSyncStep1 } from 'y-protocols/sync';
import * as Y from 'yjs';
import { digestOf } from '#lib/digest.ts';
import { keptOf, unitsOf, watchUnits, type KeptEntry, type UnitEntry } from '#lib/session/analysisLedger.ts';
import { entryOf, watchLedger, type LedgerEntry } from '#lib/session/ledger.ts';
import { sliceOfKey, tileOfKey, type TileKey } from '#lib/work/tile.ts';
import type { UnitKey } from '#lib/work/unit.ts';
import { fetchTile } from './api.ts';
import type { LiveSocket } from './connection.ts';
import { createLedgerLines, type LedgerLines } from './ledgerLines.ts';
import { createStore, type Store } from './store.ts';
import type { SurfaceStore } from './surfaceStore.ts';

const ANSWER_MS = 15_000;
const FETCHES = 6;

export type LedgerLink = {
  readonly join: (epoch: string) => Promise<void>;
  readonly lines: Pick<LedgerLines, 'of' | 'ofSlice' | 'tally'>;
  /** What is done of analyses, and what was kept of the rest. */
  readonly units: Store<ReadonlyMap<UnitKey, UnitEntry>>;
  readonly kept: Store<ReadonlyMap<UnitKey, KeptEntry>>;
  /** Grows whenever the ledger changes. */
  readonly version: Store<number>;
  /** How often it was read whole: when this page came, and whenever it came back. 0 until then. */
  readonly reads: Store<number>;
  /** Looks again for tiles to fetch: a slice was opened, or another one is looked at. */
  readonly fetchMissing: (firstSlice: string | null) => void;
  readonly close: () => void;
};

export function linkLedger(socket: LiveSocket, surfaces: SurfaceStore): LedgerLink {
  let ledger = new Y.Doc();
  let epoch: string | null = null;
  const lines = createLedgerLines();
  const units = createStore<ReadonlyMap<UnitKey, UnitEntry>>(new Map());
  const kept = createStore<ReadonlyMap<UnitKey, KeptEntry>>(new Map());
  let stopWatching = watch();
  const version = createStore(0);
  const reads = createStore(0);
  const wanted = createWanted();
  let fetching = 0;
  let firstSlice: string | null = null;
  const ended = new AbortController();

  function watch(): () => void {
    const stopTiles = watchLedger(ledger, (keys) => {
      for (const key of keys) {
        lines.set(key, entryOf(ledger, key));
        note(key);
      }
      version.set(version.getSnapshot() + 1);
      fetchNext();
    });
    const readUnits = () => {
      units.set(unitsOf(ledger));
      kept.set(keptOf(ledger));
    };
    const stopUnits = watchUnits(ledger, readUnits);
    readUnits();
    return () => {
      stopTiles();
      stopUnits();
    };
  }

  /** Makes the surface agree with one line of the ledger. */
  function note(key: TileKey): void {
    const entry = lines.of(key);
    if (!entry) {
      wanted.delete(key);
      surfaces.strike(key);
    } else if (surfaces.has(key, entry.digest)) showStanding(key, entry);
    else if (surfaces.of(tileOfKey(key)?.sliceId ?? '')) wanted.set(key, entry.digest);
  }

  function showStanding(key: TileKey, { isVerified, isRechecked }: LedgerEntry): void {
    if (isRechecked) surfaces.setRechecked(key);
    else surfaces.setVerified(key, isVerified);
  }

  function noteAll(): void {
    for (const key of lines.keys()) note(key);
    fetchNext();
  }

  function fetchNext(): void {
    while (fetching < FETCHES && !ended.signal.aborted) {
      const next = wanted.take(firstSlice);
      if (!next) return;
      const [key, digest] = next;
      fetching++;
      void fetchOne(key, digest).finally(() => {
        fetching--;
        fetchNext();
      });
    }
  }

  async function fetchOne(key: TileKey, digest: string): Promise<void> {
    if (surfaces.has(key, digest)) return;
    let bytes: Uint8Array | null;
    try {
      bytes = await fetchTile(digest, ended.signal);
    } catch {
      // Offline: everything still missing is looked for again at the next join.
      return;
    }
    // Meanwhile it may have been struck, and another tile may stand in its place.
    if (bytes && digestOf(bytes) === digest && lines.of(key)?.digest === digest) take(key, digest, bytes);
  }

  /** Only the very bytes that the ledger calls verified are. V4 */
  const take = (key: TileKey, digest: string, bytes: Uint8Array) => {
    const entry = lines.of(key);
    surfaces.insert(key, digest, bytes, entry?.digest === digest && entry.isVerified);
    if (entry?.digest === digest) showStanding(key, entry);
  };

  const receive = (channel: string, message: Uint8Array) => {
    if (channel === 'ledger') apply(message);
  };

  function apply(message: Uint8Array): void {
    const decoder = decoding.createDecoder(new Uint8Array(message));
    while (decoding.hasContent(decoder)) {
      const type = decoding.readVarUint(decoder);
      const content = decoding.readVarUint8Array(decoder);
      if (type === messageYjsSyncStep2 || type === messageYjsUpdate) Y.applyUpdate(ledger, content, 'server');
    }
  }

  const receiveTile = (key: TileKey, digest: string, bytes: Uint8Array) => take(key, digest, new Uint8Array(bytes));
  socket.on('sync', receive);
  socket.on('tile', receiveTile);

  return {
    join: async (nextEpoch) => {
      if (epoch !== nextEpoch) {
        stopWatching();
        ledger = new Y.Doc();
        lines.clear();
        epoch = nextEpoch;
        stopWatching = watch();
      }
      const encoder = encoding.createEncoder();
      writeSyncStep1(encoder, ledger);
      let reply;
      try {
        reply = await socket.timeout(ANSWER_MS).emitWithAck('sync', 'ledger', encoding.toUint8Array(encoder));
      } catch {
        if (socket.connected) socket.disconnect().connect();
        return;
      }
      if (reply.ok && reply.value) {
        apply(new Uint8Array(reply.value));
        // What another epoch does not list was struck while we were away.
        for (const key of surfaces.tiles()) note(key);
        reads.set(reads.getSnapshot() + 1);
      }
      noteAll();
    },
    lines,
    units,
    kept,
    version,
    reads,
    fetchMissing: (slice) => {
      firstSlice = slice;
      noteAll();
    },
    close: () => {
      ended.abort();
      stopWatching();
      socket.off('sync', receive);
      socket.off('tile', receiveTile);
    },
  };
}

/** Tiles to fetch with their digests, by slice, in the order in which they were listed. */
function createWanted() {
  const slices = new Map<string, Map<TileKey, string>>();
  return {
    set(key: TileKey, digest: string): void {
      const of = slices.get(sliceOfKey(key)) ?? new Map<TileKey, string>();
      slices.set(sliceOfKey(key), of.set(key, digest));
    },
    delete(key: TileKey): void {
      const of = slices.get(sliceOfKey(key));
      if (of?.delete(key) && of.size === 0) slices.delete(sliceOfKey(key));
    },
    /** The next one, of `first` where that has any; null where nothing is wanted. */
    take(first: string | null): readonly [TileKey, string] | null {
      const of = (first !== null && slices.get(first)) || slices.values().next().value;
      const next = of?.entries().next().value;
      if (!next) return null;
      this.delete(next[0]);
      return next;
    },
  };
}
