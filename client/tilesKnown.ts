/** What the ledger says of the tiles of a slice that is open here: who computed them, and with what. */
import type { LedgerEntry } from '#lib/session/ledger.ts';
import { tileKey, tilesOf, type TileKey } from '#lib/work/tile.ts';
import { tileAt } from '#lib/work/tileAt.ts';
import type { LedgerLink } from './ledgerLink.ts';
import type { Session } from './sessionTypes.ts';
import type { SurfaceStore } from './surfaceStore.ts';

export function tilesKnown(surfaces: SurfaceStore, ledger: LedgerLink): Pick<Session, 'tilesOf' | 'backendsOf' | 'computedAt'> {
  function listed(sliceId: string): ReadonlyMap<TileKey, LedgerEntry> {
    const source = surfaces.of(sliceId);
    return new Map(
      (source ? tilesOf(source.tiling) : []).map(tileKey).flatMap((key) => {
        const entry = ledger.entry(key);
        return entry ? [[key, entry] as const] : [];
      }),
    );
  }

  return {
    tilesOf: listed,
    backendsOf(sliceId) {
      const counts = new Map<string, number>();
      for (const { backend } of listed(sliceId).values()) counts.set(backend, (counts.get(backend) ?? 0) + 1);
      return [...counts].map(([backend, tiles]) => ({ title: backend, tiles })).toSorted((one, other) => other.tiles - one.tiles);
    },
    computedAt(sliceId, column, row, layer) {
      const source = surfaces.of(sliceId);
      return source ? ledger.entry(tileKey(tileAt(source.tiling, column, row, layer))) : null;
    },
  };
}
