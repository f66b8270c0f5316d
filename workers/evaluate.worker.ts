/**
 * The compute worker: speaks lib/wire/workerMessages.ts, one job at a time, in the order they came.
 *
 * It keeps the subjects it was given and the few slices last used. It never decides what to compute.
 */
import type { Subject } from '#lib/network/subject.ts';
import { frameOf } from '#lib/slice/frame.ts';
import { sliceIdOf, type SliceRecipe } from '#lib/slice/recipe.ts';
import { pointsOf, tileOfKey, tilingOf } from '#lib/work/tile.ts';
import { encodeTileResult } from '#lib/wire/tileCodec.ts';
import type { BackendWish, FromWorker, ToWorker } from '#lib/wire/workerMessages.ts';
import type { Evaluator, PreparedSlice } from './evaluator.ts';
import { openEvaluator } from './openEvaluator.ts';
import { createPace } from './pace.ts';

const WASM_PATH = '/tfjs-wasm/';
const SLICES_KEPT = 3;
/** A second loss within this time means that the device is not to be relied on. */
const LOSS_WINDOW_MS = 10 * 60_000;

type Job = Extract<ToWorker, { kind: 'evaluate' }> & { readonly abort: AbortController };

const scope = globalThis as unknown as DedicatedWorkerGlobalScope;
const say = (message: FromWorker, transfer: Transferable[] = []): void => scope.postMessage(message, transfer);

const pace = createPace();
const subjects = new Map<string, Subject>();
/** Least recently used first. */
const slices = new Map<string, PreparedSlice>();
const jobs: Job[] = [];
let evaluator: Promise<Evaluator> | null = null;
let isRunning = false;
let lastLoss = -Infinity;

scope.onmessage = ({ data }: MessageEvent<ToWorker>) => {
  switch (data.kind) {
    case 'start':
      void start(data.wish);
      break;
    case 'subject':
      subjects.set(data.subject.id, data.subject);
      break;
    case 'evaluate':
      jobs.push({ ...data, abort: new AbortController() });
      void run();
      break;
    case 'cancel':
      jobs.find(({ job }) => job === data.job)?.abort.abort();
      break;
    case 'duty':
      pace.setShare(data.share);
      break;
  }
};

async function start(wish: BackendWish): Promise<void> {
  evaluator = open(wish);
  try {
    say({ kind: 'started', report: (await evaluator).report });
  } catch (error) {
    say({ kind: 'unable', message: wordsOf(error) });
  }
}

const open = (wish: BackendWish): Promise<Evaluator> =>
  openEvaluator({ wish, wasmPath: WASM_PATH, pace, onLost: (reason) => void recover(wish, reason) });

/** The device is gone with everything on it: the jobs in flight fail by themselves, the next ones find a new evaluator. */
async function recover(wish: BackendWish, reason: string): Promise<void> {
  const isSecond = performance.now() - lastLoss < LOSS_WINDOW_MS;
  lastLoss = performance.now();
  slices.clear();
  evaluator = open(isSecond ? 'wasm' : wish);
  try {
    const { report } = await evaluator;
    say({ kind: 'changed', report: { ...report, why: `${report.why}, after the graphics device was lost (${reason})` } });
  } catch (error) {
    say({ kind: 'unable', message: wordsOf(error) });
  }
}

async function run(): Promise<void> {
  if (isRunning) return;
  isRunning = true;
  for (let job = jobs[0]; job; job = jobs[0]) {
    try {
      const answer = await evaluate(job);
      say(answer, [answer.bytes.buffer]);
    } catch (error) {
      say(job.abort.signal.aborted ? { kind: 'cancelled', job: job.job } : { kind: 'failed', job: job.job, message: wordsOf(error) });
    }
    jobs.shift();
  }
  isRunning = false;
}

async function evaluate({ job, recipe, tile: key, abort }: Job): Promise<Extract<FromWorker, { kind: 'evaluated' }>> {
  abort.signal.throwIfAborted();
  const subject = subjects.get(recipe.subject);
  const tile = tileOfKey(key);
  if (!evaluator || !subject || !tile) throw new Error(`tile ${key} came before its subject or the start`);
  const engine = await evaluator;
  const slice = await prepared(engine, recipe, subject);
  const points = pointsOf(tilingOf(recipe, subject.manifest), tile);
  const start = performance.now();
  const restedBefore = pace.rested();
  const result = await slice.evaluate(points, abort.signal);
  const ms = performance.now() - start - (pace.rested() - restedBefore);
  return { kind: 'evaluated', job, bytes: encodeTileResult(result) as Uint8Array<ArrayBuffer>, ms, tensors: engine.tensors() };
}

async function prepared(engine: Evaluator, recipe: SliceRecipe, subject: Subject): Promise<PreparedSlice> {
  const id = sliceIdOf(recipe);
  const known = slices.get(id);
  const slice = known ?? (await prepare(engine, recipe, subject));
  slices.delete(id);
  slices.set(id, slice);
  for (const [oldest, old] of slices) {
    if (slices.size <= SLICES_KEPT) break;
    old.dispose();
    slices.delete(oldest);
  }
  return slice;
}

function prepare(engine: Evaluator, recipe: SliceRecipe, subject: Subject): Promise<PreparedSlice> {
  const width = (samples: { readonly count: number; readonly inputs: Float32Array }) => samples.inputs.length / samples.count;
  return engine.prepare({
    network: subject.manifest.network,
    loss: recipe.loss,
    ...frameOf(recipe, subject),
    sets: recipe.samples.map(({ set, count }) => {
      const all = subject.sets[set];
      return { set, samples: { count, inputs: all.inputs.subarray(0, count * width(all)), targets: all.targets.subarray(0, count) } };
    }),
  });
}

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
