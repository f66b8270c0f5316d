/**
 * What a slice would cost on this device, before it is placed.
 *
 * The rate is multiply-adds per second: measured while lending, or by one short probe on the worker that
 * would compute it, kept for the page's life. Nothing is guessed from the device's name.
 */
import { tilingOf, tilesOf, tileKey } from '#lib/work/tile.ts';
import { passesIn, pointsIn, samplesIn, sliceIdOf, type SliceRecipe } from '#lib/slice/recipe.ts';
import { passesPerTile } from '#lib/slice/shards.ts';
import type { SubjectHere } from '#lib/network/subject.ts';
import type { EvaluatorPool } from './evaluatorPool.ts';
import type { SampleShelf } from './sampleShelf.ts';
import type { Price } from './sessionTypes.ts';
import type { VectorMap } from './vectorShelf.ts';
import type { Volunteer } from './volunteer.ts';

export type Pricer = {
  /** @param vectors the files that the recipe names */
  readonly price: (recipe: SliceRecipe, subject: SubjectHere | undefined, vectors: VectorMap) => Promise<Price>;
  readonly close: () => void;
};

/** The probe is one tile of a slice of this many samples per axis. */
const PROBE_COUNT = 3;
/** Samples of a probe where every point takes products. */
const MEASURED_SAMPLES = 32;

export function createPricer(volunteer: Pick<Volunteer, 'pool' | 'openPool' | 'wish'>, shelf: Pick<SampleShelf, 'load'>): Pricer {
  /** Milliseconds per point and sample of a network on one worker, by subject, with how many workers there are. */
  const rates = new Map<string, Promise<{ readonly ms: number; readonly workers: number }>>();
  const own = new Set<EvaluatorPool>();
  const closed = new AbortController();

  async function probe(recipe: SliceRecipe, subject: SubjectHere, vectors: VectorMap): Promise<{ ms: number; workers: number }> {
    const lent = volunteer.pool();
    if (lent) return measure(lent, recipe, subject, vectors);
    const pool = volunteer.openPool(1, [subject.manifest.network]);
    own.add(pool);
    try {
      return await measure(pool, recipe, subject, vectors);
    } finally {
      own.delete(pool);
      pool.dispose();
    }
  }

  async function measure(pool: EvaluatorPool, recipe: SliceRecipe, subject: SubjectHere, vectors: VectorMap): Promise<{ ms: number; workers: number }> {
    await pool.ready;
    const small = cheapened({ ...recipe, axes: recipe.axes.slice(0, 2).map((axis) => ({ ...axis, count: PROBE_COUNT })), cut: undefined, curve: undefined });
    const [tile] = tilesOf(tilingOf(small, subject.manifest));
    const parts = await shelf.load(small, subject.manifest, tile!.shard);
    // Twice: the first time compiles and warms up.
    await pool.evaluate(small, subject, tileKey({ ...tile!, sliceId: sliceIdOf(small) }), closed.signal, vectors, parts);
    const { ms, points } = await pool.evaluate(small, subject, tileKey({ ...tile!, sliceId: sliceIdOf(small) }), closed.signal, vectors, parts);
    return { ms: ms / points / passesPerTile(small), workers: pool.size };
  }

  return {
    async price(recipe, subject, vectors) {
      if (!subject) throw new Error('the network is not loaded yet');
      const points = pointsIn(recipe);
      const samples = samplesIn(recipe);
      // Products with the Hessian run on another engine than losses.
      const name = `${subject.id} ${volunteer.wish.getSnapshot()} ${recipe.measure?.kind ?? 'loss'}`;
      let rate = rates.get(name);
      if (!rate) {
        rate = probe(recipe, subject, vectors);
        rate.catch(() => rates.delete(name));
        rates.set(name, rate);
      }
      const { ms, workers } = await rate;
      return { points, samples, seconds: (points * passesIn(recipe) * ms) / workers / 1000 };
    },
    close: () => {
      closed.abort();
      for (const pool of own) pool.dispose();
    },
  };
}

/** Two products over few samples tell what one costs. */
const cheapened = (recipe: SliceRecipe): SliceRecipe =>
  recipe.measure ? { ...recipe, measure: { ...recipe.measure, steps: 2 }, samples: recipe.samples.map((each) => ({ ...each, count: Math.min(each.count, MEASURED_SAMPLES) })) } : recipe;
