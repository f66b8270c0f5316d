/** Threads that compute one job together, as a session's workers do: each takes the next few points when it is done with its last. */
import { mkdirSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { build } from 'esbuild';
import { buildKernels } from '#scripts/buildKernels.mjs';
import { serverBuild } from '#scripts/buildServer.mjs';
import { allowRelaxedSimd } from '#scripts/volunteer/nodeWorkers.ts';
import type { Coordinates, EvaluationJob, Held } from '#workers/evaluator.ts';
import type { EngineKind } from './benchEngine.ts';
import type { BenchAnswer, BenchRequest, BenchThreadData } from './benchThread.ts';

/** Points handed over at once, at most: what a tile has. */
const MOST_POINTS = 64;
const BUILT = fileURLToPath(new URL('../dist/bench', import.meta.url));

export type Team = {
  readonly size: number;
  readonly title: () => string;
  /** Seconds until every thread was ready. */
  readonly prepare: (job: EvaluationJob) => Promise<number>;
  /**
   * Sums of losses in the order of the points.
   *
   * @param threads how many of them compute; all where absent
   * @param share points that one takes at a time; where absent, half of its part of what is left, so that all end together
   */
  readonly run: (points: readonly Coordinates[], threads?: number, share?: number) => Promise<readonly number[]>;
  /** Of all threads, as of their last answers. */
  readonly held: () => Held;
  readonly close: () => Promise<void>;
};

let built: Promise<unknown> | null = null;

export async function openTeam(kind: EngineKind, size: number): Promise<Team> {
  allowRelaxedSimd();
  mkdirSync(BUILT, { recursive: true });
  built ??= build({ ...serverBuild, entryPoints: { benchThread: 'bench/benchThread.ts' }, outdir: BUILT });
  await Promise.all([built, buildKernels()]);
  const script = pathToFileURL(`${BUILT}/benchThread.mjs`);
  const threads = Array.from({ length: size }, () => new Worker(script, { workerData: { kind } satisfies BenchThreadData }));
  const held = new Map<Worker, Held>();
  let title = '';

  async function ask(thread: Worker, request: BenchRequest): Promise<readonly number[]> {
    const answer = await new Promise<BenchAnswer>((resolve, reject) => {
      thread.once('error', reject);
      thread.once('message', (said: BenchAnswer) => {
        thread.off('error', reject);
        resolve(said);
      });
      thread.postMessage(request);
    });
    if ('problem' in answer) throw new Error(answer.problem);
    held.set(thread, answer.held);
    title = answer.title;
    return answer.losses;
  }

  return {
    size,
    title: () => title,
    held: () => [...held.values()].reduce((sum, each) => ({ tensors: sum.tensors + each.tensors, bytes: sum.bytes + each.bytes }), { tensors: 0, bytes: 0 }),
    async prepare(job) {
      const start = performance.now();
      await Promise.all(threads.map((thread) => ask(thread, { job })));
      return (performance.now() - start) / 1000;
    },
    async run(points, count = size, share) {
      const losses = Array.from<number>({ length: points.length });
      let next = 0;
      await Promise.all(
        threads.slice(0, count).map(async (thread) => {
          for (let start = next; start < points.length; start = next) {
            next = Math.min(points.length, start + (share ?? shareOf(points.length, points.length - start, count)));
            const found = await ask(thread, { points: points.slice(start, next) });
            found.forEach((loss, index) => (losses[start + index] = loss));
          }
        }),
      );
      return losses;
    },
    async close() {
      await Promise.all(threads.map((thread) => thread.terminate()));
    },
  };
}

/** Shrinks towards the end, as a session's leases do: with even parts, 49 points in sevens over two threads can at best be 1.75 times as fast. */
function shareOf(all: number, left: number, threads: number): number {
  const least = Math.ceil(all / threads / 16);
  return Math.min(MOST_POINTS, Math.max(least, Math.floor(left / threads / 2)));
}
