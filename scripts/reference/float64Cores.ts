/** The float64 engine on every core: each takes the next few points when it is done with its last. */
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { build } from 'esbuild';
import type { Engine } from './engines.ts';
import { float64Engine } from './float64Engine.ts';
import type { CoreAnswer, CoreRequest } from './float64Worker.ts';

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
    isSlow: false,
    curvature: float64Engine.curvature,
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
            const found = await ask(core, { job: isNew ? job : null, points: points.slice(start, start + SHARE) });
            if (!('sums' in found)) throw new Error('a core answered another question');
            isNew = false;
            for (const [set, { lossSum, correct }] of found.sums.entries()) {
              sums[set]!.lossSum.set(Array.from(lossSum), start);
              sums[set]!.correct.set(Array.from(correct), start);
            }
          }
        }),
      );
      return sums;
    },
    outputs: async (network, parameters, buffers, samples) => {
      const all = shared(parameters);
      const size = samples.inputs.length / samples.count;
      const share = Math.ceil(samples.count / cores.length);
      const parts = await Promise.all(
        cores.map(async (core, index) => {
          const [start, end] = [Math.min(index * share, samples.count), Math.min((index + 1) * share, samples.count)];
          if (start === end) return [];
          const some = { count: end - start, inputs: samples.inputs.slice(start * size, end * size), targets: samples.targets.slice(start, end) };
          const found = await ask(core, { outputs: [network, all, buffers, some] });
          if (!('outputs' in found)) throw new Error('a core answered another question');
          return [found.outputs];
        }),
      );
      const made = parts.flat();
      const outputs = new Float64Array(made.reduce((sum, { length }) => sum + length, 0));
      let at = 0;
      for (const part of made) {
        outputs.set(part, at);
        at += part.length;
      }
      return outputs;
    },
  };
}

/** A problem in words rejects. */
function ask(core: Worker, request: CoreRequest): Promise<Exclude<CoreAnswer, { readonly problem: string }>> {
  return new Promise((resolve, reject) => {
    core.once('error', reject);
    core.once('message', (answer: CoreAnswer) => {
      core.off('error', reject);
      if ('problem' in answer) reject(new Error(answer.problem));
      else resolve(answer);
    });
    core.postMessage(request);
  });
}

/** The same numbers in memory that every core sees, so that a large network is held once. */
function shared(values: Float64Array): Float64Array {
  const copy = new Float64Array(new SharedArrayBuffer(values.byteLength));
  copy.set(values);
  return copy;
}
