/**
 * The ledger: which tiles of which slice exist, their digest, who computed them, whether they are verified and by what.
 *
 * A second Yjs document, written by the server only and rebuilt from storage whenever it starts, so it
 * carries an epoch: a page with another epoch throws its copy away. It holds no payload bytes.
 */
import * as z from 'zod/mini';
import type * as Y from 'yjs';
import { digestSchema } from '#lib/digest.ts';
import { read } from '#lib/parsed.ts';
import type { Proof } from '#lib/work/belief/decision.ts';
import { tileOfKey, type TileKey } from '#lib/work/tile.ts';

export type LedgerEntry = {
  readonly digest: string;
  /** Person id and name of who computed it. */
  readonly by: string;
  readonly byName: string;
  /** What it was computed with, as in BackendReport. */
  readonly backend: string;
  readonly isVerified: boolean;
  /** By what it counts as verified; null where it does not. */
  readonly proof: Proof | null;
  /** Its device was caught: shown until somebody else has computed it again. */
  readonly isRechecked: boolean;
  /** When it was kept, in milliseconds since 1970. */
  readonly at: number;
};

const entrySchema: z.ZodMiniType<LedgerEntry> = z.strictObject({
  digest: digestSchema,
  by: z.string(),
  byName: z.string(),
  backend: z.string(),
  isVerified: z.boolean(),
  proof: z.nullable(z.strictObject({ kind: z.enum(['points', 'everyPoint', 'secondOpinion']), agreed: z.int().check(z.nonnegative()) })),
  isRechecked: z.boolean(),
  at: z.number(),
});

const MAP = 'tiles';

export const writeEntry = (ledger: Y.Doc, tile: TileKey, entry: LedgerEntry): void => void ledger.getMap(MAP).set(tile, entry);

export const strikeEntry = (ledger: Y.Doc, tile: TileKey): void => ledger.getMap(MAP).delete(tile);

export function entryOf(ledger: Y.Doc, tile: TileKey): LedgerEntry | null {
  const outcome = read(entrySchema, ledger.getMap(MAP).get(tile));
  return outcome.ok ? outcome.value : null;
}

/** Every tile listed, in no particular order. */
export function entriesOf(ledger: Y.Doc): ReadonlyMap<TileKey, LedgerEntry> {
  const entries = new Map<TileKey, LedgerEntry>();
  for (const [key, value] of ledger.getMap(MAP)) {
    const outcome = read(entrySchema, value);
    if (outcome.ok && tileOfKey(key)) entries.set(key as TileKey, outcome.value);
  }
  return entries;
}

/** Calls `listener` with the keys that changed, after each transaction; returns how to stop. */
export function watchLedger(ledger: Y.Doc, listener: (keys: readonly TileKey[]) => void): () => void {
  const map = ledger.getMap(MAP);
  const note = (event: Y.YMapEvent<unknown>) => listener([...event.keysChanged].map((key) => key as TileKey));
  map.observe(note);
  return () => map.unobserve(note);
}
