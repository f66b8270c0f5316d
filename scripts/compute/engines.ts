/** Ways to compute tiles on this computer alone: the browsers' WASM engine, or the float64 reference, on every core. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { createEvaluatorPool } from '#client/evaluatorPool.ts';
import { sayProblems } from '#lib/parsed.ts';
import { tileKey, type Tile } from '#lib/work/tile.ts';
import type { TileResult } from '#lib/work/tileResult.ts';
import { decodeTileResult } from '#lib/wire/tileCodec.ts';
import { nodeWorkers } from '#scripts/volunteer/nodeWorkers.ts';
import type { ComputeOptions } from './options.ts';
import type { Material } from './sources.ts';
import type { TruthData } from './truthThread.ts';

export type TileEngine = {
  /** In words, for the provenance. */
  readonly title: () => string;
  /** Tiles that are computed side by side. */
  readonly width: number;
  readonly evaluate: (tile: Tile) => Promise<TileResult>;
  readonly close: () => Promise<void>;
};

/** @param folder where the threads' scripts are */
export function openEngine({ engine, threads }: ComputeOptions, material: Material, folder: URL, signal: AbortSignal): Promise<TileEngine> {
  return engine === 'wasm' ? openWasm(threads, material, folder, signal) : openFloat64(threads ?? availableParallelism(), material, folder);
}

async function openWasm(threads: number | null, { manifest, subject, vectors }: Material, folder: URL, signal: AbortSignal): Promise<TileEngine> {
  const pool = createEvaluatorPool(nodeWorkers({ script: new URL('computeThread.mjs', folder), threads, hasGraphics: false }), {
    wish: 'wasm',
    duty: 1,
    networks: [subject.manifest.network],
  });
  let title = (await pool.ready).title;
  return {
    title: () => title,
    width: 2 * pool.size,
    async evaluate(tile) {
      const { bytes, engine } = await pool.evaluate(manifest.recipe, subject, tileKey(tile), signal, vectors);
      title = engine;
      const result = decodeTileResult(bytes);
      if (!result.ok) throw new Error(sayProblems(result.problems));
      return result.value;
    },
    close: async () => pool.dispose(),
  };
}

async function openFloat64(count: number, { manifest, subject, vectors }: Material, folder: URL): Promise<TileEngine> {
  const workerData: TruthData = { subject, recipe: manifest.recipe, vectors };
  const idle = Array.from({ length: count }, () => new Worker(new URL('truthThread.mjs', folder), { workerData }));
  const all = [...idle];
  return {
    title: () => 'float64 reference',
    width: count,
    evaluate: (tile) =>
      new Promise((resolve, reject) => {
        const worker = idle.pop()!;
        worker.once('error', reject);
        worker.once('message', (result: TileResult) => {
          worker.off('error', reject);
          idle.push(worker);
          resolve(result);
        });
        worker.postMessage(tile);
      }),
    close: async () => {
      await Promise.all(all.map((worker) => worker.terminate()));
    },
  };
}
