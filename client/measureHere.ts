/**
 * Measures a slice on this device alone, for the eyes of this person: a plane that is being moved and is not placed yet.
 *
 * Nothing of it is returned to the server. It uses the workers that are lent, or a few of its own, which end when it is closed.
 */
import { sayProblems } from '#lib/parsed.ts';
import type { SubjectHere } from '#lib/network/subject.ts';
import type { SliceRecipe } from '#lib/slice/recipe.ts';
import { tileKey, tilesOf, tilingOf, type Tile } from '#lib/work/tile.ts';
import type { TileResult } from '#lib/work/tileResult.ts';
import { decodeTileResult } from '#lib/wire/tileCodec.ts';
import type { EvaluatorPool } from './evaluatorPool.ts';
import type { SampleShelf } from './sampleShelf.ts';
import type { VectorMap } from './vectorShelf.ts';
import type { Volunteer } from './volunteer.ts';

export type MeasureHere = {
  /** Tile by tile, coarse levels first. Resolves when all are measured; rejects with an AbortError once `signal` is aborted. */
  readonly measure: (recipe: SliceRecipe, subject: SubjectHere, vectors: VectorMap, onTile: (tile: Tile, result: TileResult) => void, signal: AbortSignal) => Promise<void>;
  readonly close: () => void;
};

export function createMeasureHere(volunteer: Pick<Volunteer, 'pool' | 'openPool'>, samples: Pick<SampleShelf, 'load'>): MeasureHere {
  let own: { readonly subject: string; readonly pool: EvaluatorPool } | null = null;

  function poolFor(subject: SubjectHere): EvaluatorPool {
    const lent = volunteer.pool();
    if (lent) return lent;
    if (own?.subject !== subject.id) {
      own?.pool.dispose();
      own = { subject: subject.id, pool: volunteer.openPool(1, [subject.manifest.network]) };
    }
    return own.pool;
  }

  return {
    async measure(recipe, subject, vectors, onTile, signal) {
      const pool = poolFor(subject);
      await pool.ready;
      const waiting = [...tilesOf(tilingOf(recipe, subject.manifest))];
      await Promise.all(
        Array.from({ length: pool.size + 1 }, async () => {
          for (let tile = waiting.shift(); tile; tile = waiting.shift()) {
            const { bytes } = await pool.evaluate(recipe, subject, tileKey(tile), signal, vectors, await samples.load(recipe, subject.manifest, tile.shard));
            const result = decodeTileResult(bytes);
            if (!result.ok) throw new Error(sayProblems(result.problems));
            if (!signal.aborted) onTile(tile, result.value);
          }
        }),
      );
    },
    close: () => own?.pool.dispose(),
  };
}
