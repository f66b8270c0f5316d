/**
 * A page that evaluates any job on any backend of its browser, for the reference command and the tests.
 *
 * `window.tarnEvaluate(request)`; see browserJob.ts for the way there from Node.
 */
import type { Backend, BackendReport, BackendWish } from '#lib/wire/workerMessages.ts';
import { openBackend } from '#workers/backend.ts';
import { BROWSER_FILES } from '#workers/browserFiles.ts';
import type { DeviceCurvature } from '#workers/curvature/deviceCurvature.ts';
import type { EvaluationJob, Evaluator, PreparedSlice } from '#workers/evaluator.ts';
import { createMemory } from '#workers/memory.ts';
import { openEvaluator } from '#workers/openEvaluator.ts';
import { createOperatorsEngine } from '#workers/operators/operatorsEngine.ts';
import { createPace } from '#workers/pace.ts';
import { jobFrom, type BrowserAnswer, type BrowserRequest } from './browserJob.ts';

type Opened = { readonly report: BackendReport; readonly prepare: (job: EvaluationJob) => Promise<PreparedSlice> };

const operators = new Map<BackendWish, Promise<Opened>>();
const evaluators = new Map<BackendWish, Promise<Evaluator>>();

function once<T>(opened: Map<BackendWish, Promise<T>>, wish: BackendWish, open: () => Promise<T>): Promise<T> {
  const opening = opened.get(wish) ?? open();
  opened.set(wish, opening);
  return opening;
}

const evaluatorOf = (wish: BackendWish): Promise<Evaluator> => once(evaluators, wish, () => openEvaluator({ wish, ...BROWSER_FILES }));

async function evaluate({ wish, onOperators = false, job, points, withOutputs = false }: BrowserRequest): Promise<BrowserAnswer> {
  const evaluator = await (onOperators ? once(operators, wish, () => openOperators(wish)) : evaluatorOf(wish));
  const slice = await evaluator.prepare(jobFrom(job));
  try {
    const start = performance.now();
    const { sets } = await slice.evaluate(points);
    const ms = performance.now() - start;
    const outputs = withOutputs ? await slice.outputs(points[0]!) : [];
    return {
      report: evaluator.report,
      engine: slice.title,
      sets: sets.map(({ set, samples, lossSum, correct }) => ({ set, samples, lossSum: [...lossSum], correct: [...correct] })),
      outputs: outputs.map((values) => [...values]),
      ms,
    };
  } finally {
    slice.dispose();
  }
}

async function openOperators(wish: BackendWish): Promise<Opened> {
  const backend: Backend = wish === 'auto' ? 'wasm' : wish;
  const open = await openBackend(backend, wish);
  const engine = await createOperatorsEngine(open, { wasmPath: BROWSER_FILES.wasmPath, pace: createPace(), memory: createMemory() });
  return { report: { backend, title: open.title, why: open.title, isSoftwareAdapter: open.isSoftwareAdapter }, prepare: (job) => engine.prepare(job) };
}

declare global {
  interface Window {
    tarnEvaluate?: (request: BrowserRequest) => Promise<BrowserAnswer>;
  }
}

window.tarnEvaluate = evaluate;

let curvature: DeviceCurvature | null = null;

function curvatureHere(): DeviceCurvature {
  if (!curvature) throw new Error('no network was given to differentiate');
  return curvature;
}

window.tarnCurvature = {
  async open({ wish, subject: { samples, ...subject }, parameters }) {
    const evaluator = await evaluatorOf(wish);
    const arrays = { count: samples.count, inputs: Float64Array.from(samples.inputs), targets: Float32Array.from(samples.targets) };
    curvature = await evaluator.differentiate({ ...subject, samples: arrays }, parameters);
    return evaluator.report;
  },
  async gradient() {
    const { loss, gradient } = await curvatureHere().gradient();
    return { loss, gradient: [...gradient] };
  },
  async run(what, vector) {
    if (what === 'multiply') return [...(await curvatureHere().multiply(vector))];
    if (what === 'moveTo') curvatureHere().moveTo(vector);
    else curvatureHere().dispose();
    return [];
  },
};
