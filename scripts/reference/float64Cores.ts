/** The float64 engine on every core: each takes the next few points when it is done with its last. */
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { build } from 'esbuild';
import type { At, Engine, Sums } from './engines.ts';
import type { CoreAnswer, CoreRequest } from './float64Worker.ts';
import type { ReferenceJob } from './surfaces.ts';

/** Points that one core takes at a time: few, so that all finish together. */
const SHARE = 4;

export async function float64Cores(count = availableParallelism()): Promise<Engine> {
  // A worker thread does not inherit the loader that reads TypeScript, so it is given plain JavaScript.
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('./float64Worker.ts', import.meta.url))],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'cjs',
    logLevel: 'error',
  });
  const cores = Array.from({ length: count }, () => new Worker(outputFiles[0]!.text, { eval: true }));
  return {
    isDouble: true,
    close: async () => {
      await Promise.all(cores.map((core) => core.terminate()));
    },
    evaluate: async (job, points) => {
      const starts = Array.from({ length: Math.ceil(points.length / SHARE) }, (_, index) => index * SHARE);
      const sums = job.sets.map(({ samples }) => ({ samples: samples.count, lossSum: new Float64Array(points.length), correct: new Float64Array(points.length) }));
      await Promise.all(
        cores.map(async (core) => {
          let isNew = true;
          for (let start = starts.shift(); start !== undefined; start = starts.shift()) {
            const found = await ask(core, isNew ? job : null, points.slice(start, start + SHARE));
            isNew = false;
            for (const [set, { lossSum, correct }] of found.entries()) {
              sums[set]!.lossSum.set(Array.from(lossSum), start);
              sums[set]!.correct.set(Array.from(correct), start);
            }
          }
        }),
      );
      return sums;
    },
  };
}

function ask(core: Worker, job: ReferenceJob | null, points: readonly At[]): Promise<readonly Sums[]> {
  return new Promise((resolve, reject) => {
    core.once('error', reject);
    core.once('message', (answer: CoreAnswer) => {
      core.off('error', reject);
      if ('sums' in answer) resolve(answer.sums);
      else reject(new Error(answer.problem));
    });
    core.postMessage({ job, points } satisfies CoreRequest);
  });
}
