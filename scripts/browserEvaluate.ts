/**
 * A page that evaluates any job on any backend of its browser, for the reference command and the benchmark.
 *
 * `window.tarnEvaluate(request)`; see browserJob.ts for the way there from Node.
 */
import type { BackendWish } from '#lib/wire/workerMessages.ts';
import type { Evaluator } from '#workers/evaluator.ts';
import { openEvaluator } from '#workers/openEvaluator.ts';
import { jobFrom, type BrowserAnswer, type BrowserRequest } from './browserJob.ts';

const evaluators = new Map<BackendWish, Promise<Evaluator>>();

async function evaluate(request: BrowserRequest): Promise<BrowserAnswer> {
  let opening = evaluators.get(request.wish);
  if (!opening) {
    opening = openEvaluator({ wish: request.wish, wasmPath: '/tfjs-wasm/' });
    evaluators.set(request.wish, opening);
  }
  const evaluator = await opening;
  const slice = await evaluator.prepare(jobFrom(request.job));
  try {
    const start = performance.now();
    const { sets } = await slice.evaluate(request.points);
    const ms = performance.now() - start;
    return {
      report: evaluator.report,
      sets: sets.map(({ set, samples, lossSum, correct }) => ({ set, samples, lossSum: [...lossSum], correct: [...correct] })),
      ms,
    };
  } finally {
    slice.dispose();
  }
}

declare global {
  interface Window {
    tarnEvaluate?: (request: BrowserRequest) => Promise<BrowserAnswer>;
  }
}

window.tarnEvaluate = evaluate;
