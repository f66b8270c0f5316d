/**
 * The ledger's part on analyses: which units are done, by whom, with what, and what was kept of those that are not.
 *
 * In the same document as the tiles (ledger.ts), written by the server only, after the file named is durable and its form was
 * checked. It holds no results.
 */
import * as z from 'zod/mini';
import type * as Y from 'yjs';
import { digestSchema } from '#lib/digest.ts';
import { read } from '#lib/parsed.ts';
import { unitOfKey, type UnitKey } from '#lib/work/unit.ts';

/** A unit that is done: `digest` names its result. */
export type UnitEntry = {
  readonly digest: string;
  /** Person id and name of who computed it. */
  readonly by: string;
  readonly byName: string;
  /** What it was computed with, in words. */
  readonly backend: string;
  /** Milliseconds of computing. */
  readonly ms: number;
  /** What the server recomputed, in words; null where nothing was: then nobody but who computed it stands for it. */
  readonly verified: string | null;
};

/** What was kept of a unit that is not done: `digest` names a file from which anybody can go on. */
export type KeptEntry = { readonly digest: string; readonly by: string; readonly byName: string; readonly share: number };

const person = { by: z.string(), byName: z.string() };
const unitSchema: z.ZodMiniType<UnitEntry> = z.strictObject({ digest: digestSchema, ...person, backend: z.string(), ms: z.number(), verified: z.nullable(z.string()) });
const keptSchema: z.ZodMiniType<KeptEntry> = z.strictObject({ digest: digestSchema, ...person, share: z.number() });

const UNITS = 'units';
const KEPT = 'kept';

export function writeUnit(ledger: Y.Doc, key: UnitKey, entry: UnitEntry): void {
  ledger.transact(() => {
    ledger.getMap(UNITS).set(key, entry);
    ledger.getMap(KEPT).delete(key);
  });
}

export const strikeUnit = (ledger: Y.Doc, key: UnitKey): void => ledger.getMap(UNITS).delete(key);

export const writeKept = (ledger: Y.Doc, key: UnitKey, entry: KeptEntry): void => void ledger.getMap(KEPT).set(key, entry);

export const unitsOf = (ledger: Y.Doc): ReadonlyMap<UnitKey, UnitEntry> => entriesIn(ledger, UNITS, unitSchema);

export const keptOf = (ledger: Y.Doc): ReadonlyMap<UnitKey, KeptEntry> => entriesIn(ledger, KEPT, keptSchema);

/** Calls `listener` after each transaction that changed either; returns how to stop. */
export function watchUnits(ledger: Y.Doc, listener: () => void): () => void {
  const maps = [ledger.getMap(UNITS), ledger.getMap(KEPT)];
  for (const map of maps) map.observe(listener);
  return () => maps.forEach((map) => map.unobserve(listener));
}

function entriesIn<T>(ledger: Y.Doc, name: string, schema: z.ZodMiniType<T>): ReadonlyMap<UnitKey, T> {
  const entries = new Map<UnitKey, T>();
  for (const [key, value] of ledger.getMap(name)) {
    const outcome = read(schema, value);
    if (outcome.ok && unitOfKey(key)) entries.set(key as UnitKey, outcome.value);
  }
  return entries;
}
