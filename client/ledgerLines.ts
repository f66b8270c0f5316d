/**
 * The lines of the ledger as they stand now, each read once and kept by slice: one more tile of a picture costs what one tile costs, however
 * many it has. It fetches nothing and draws nothing.
 */
import type { LedgerEntry } from '#lib/session/ledger.ts';
import { tallyOf, type Tally } from '#lib/session/tally.ts';
import { sliceOfKey, tileOfKey, type TileKey, type Tiling } from '#lib/work/tile.ts';

export type LedgerLines = {
  readonly of: (tile: TileKey) => LedgerEntry | null;
  /** Live: it changes as the ledger does. */
  readonly ofSlice: (sliceId: string) => ReadonlyMap<TileKey, LedgerEntry>;
  /** Of a slice, counted on from the first time it was asked for; live. */
  readonly tally: (tiling: Tiling) => Tally;
  readonly keys: () => Iterable<TileKey>;
  /** Null: the ledger lists it no more. */
  readonly set: (tile: TileKey, entry: LedgerEntry | null) => void;
  /** Another ledger begins. */
  readonly clear: () => void;
};

const NONE: ReadonlyMap<TileKey, LedgerEntry> = new Map();

export function createLedgerLines(): LedgerLines {
  const slices = new Map<string, Map<TileKey, LedgerEntry>>();
  const tallies = new Map<string, Tally>();

  const of = (key: TileKey): LedgerEntry | null => slices.get(sliceOfKey(key))?.get(key) ?? null;

  return {
    of,
    ofSlice: (sliceId) => slices.get(sliceId) ?? NONE,
    tally(tiling) {
      const { sliceId } = tiling;
      const known = tallies.get(sliceId) ?? tallyOf(tiling, slices.get(sliceId) ?? NONE);
      tallies.set(sliceId, known);
      return known;
    },
    *keys() {
      for (const lines of slices.values()) yield* lines.keys();
    },
    set(key, entry) {
      const tile = tileOfKey(key);
      if (!tile) return;
      const lines = slices.get(tile.sliceId) ?? new Map<TileKey, LedgerEntry>();
      slices.set(tile.sliceId, lines);
      if (entry) lines.set(key, entry);
      else lines.delete(key);
      tallies.get(tile.sliceId)?.note(key, entry);
    },
    clear() {
      slices.clear();
      tallies.clear();
    },
  };
}
