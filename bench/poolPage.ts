/**
 * A page that computes tiles with the very workers a session uses, as fast as they will go.
 *
 * `window.tarnMeasure(request)` opens a pool, computes one tile per worker to warm up, then measures.
 */
import { createEvaluatorPool } from '#client/evaluatorPool.ts';
import { pageWorkers } from '#client/pageWorkers.ts';
import { loadBuiltin } from '#client/subjects.ts';
import { tileKey, tilesOf, tilingOf } from '#lib/work/tile.ts';
import type { BackendReport, BackendWish } from '#lib/wire/workerMessages.ts';
import { measuredSlice } from './subjectOfBench.ts';

export type MeasureRequest = { readonly name: string; readonly wish: BackendWish; readonly seconds: number; readonly isSmall: boolean };

export type Measured = {
  readonly report: BackendReport;
  readonly workers: number;
  readonly pointsPerSecond: number;
  /** Tensors alive after the warm-up and at the end. */
  readonly tensors: readonly [number, number];
};

async function measure({ name, wish, seconds, isSmall }: MeasureRequest): Promise<Measured> {
  const subject = await loadBuiltin(name);
  const recipe = measuredSlice(subject, isSmall);
  const pool = createEvaluatorPool(pageWorkers, { wish, duty: 1 });
  try {
    const report = await pool.ready;
    const tiles = tilesOf(tilingOf(recipe, subject.manifest));
    const { signal } = new AbortController();
    let next = 0;
    const one = async () => pool.evaluate(recipe, subject, tileKey(tiles[next++ % tiles.length]!), signal);
    await Promise.all(Array.from({ length: pool.size }, one));
    const before = pool.held().tensors;
    const start = performance.now();
    let points = 0;
    let last = start;
    const work = async () => {
      while (performance.now() - start < seconds * 1000) {
        const done = await one();
        points += done.points;
        last = performance.now();
      }
    };
    // One more than there are workers, so that none waits for the page.
    await Promise.all(Array.from({ length: pool.size + 1 }, work));
    return { report, workers: pool.size, pointsPerSecond: (points * 1000) / (last - start), tensors: [before, pool.held().tensors] };
  } finally {
    pool.dispose();
  }
}

declare global {
  interface Window {
    tarnMeasure?: (request: MeasureRequest) => Promise<Measured>;
  }
}

window.tarnMeasure = measure;
