/** What the ledger says of the tiles of a slice that is open here: who computed them, and with what. */
import { tileKey } from '#lib/work/tile.ts';
import { tileAt } from '#lib/work/tileAt.ts';
import type { LedgerLink } from './ledgerLink.ts';
import type { Session } from './sessionTypes.ts';
import type { SurfaceStore } from './surfaceStore.ts';

export function tilesKnown(surfaces: SurfaceStore, { lines, reads }: LedgerLink): Pick<Session, 'ledgerReads' | 'tilesOf' | 'tallyOf' | 'backendsOf' | 'computedAt'> {
  return {
    ledgerReads: reads,
    tilesOf: lines.ofSlice,
    tallyOf: lines.tally,
    backendsOf(sliceId) {
      const counts = new Map<string, number>();
      for (const { backend } of lines.ofSlice(sliceId).values()) counts.set(backend, (counts.get(backend) ?? 0) + 1);
      return [...counts].map(([backend, tiles]) => ({ title: backend, tiles })).toSorted((one, other) => other.tiles - one.tiles);
    },
    computedAt(sliceId, column, row, layer) {
      const source = surfaces.of(sliceId);
      return source ? lines.of(tileKey(tileAt(source.tiling, column, row, layer))) : null;
    },
  };
}
