/**
 * The body of a compute worker: speaks lib/wire/workerMessages.ts, one job at a time, in the order they came.
 *
 * It keeps the subjects it was given and the few slices last used, and opens a device that failed again, with smaller blocks. It never
 * decides what to compute, and does not know whether it runs in a browser's worker or in a thread of Node: the shell around it does.
 * Rules C8 and C12 in docs/SPEC.md.
 */
import type { Network } from '#lib/network/program.ts';
import { samplesFrom, type SamplePart, type Samples, type SubjectHere } from '#lib/network/subject.ts';
import { evaluationModeWith } from '#lib/slice/evaluationMode.ts';
import { frameOf, layerFrame, type Frame } from '#lib/slice/frame.ts';
import { sliceIdOf, type SliceRecipe } from '#lib/slice/recipe.ts';
import { samplesIn, samplesOfShard, type SampleRun } from '#lib/slice/shards.ts';
import { pointsOf, tileOfKey, tilingOf, type Point } from '#lib/work/tile.ts';
import { withoutSquares } from '#lib/work/tileResult.ts';
import { encodeTileResult } from '#lib/wire/tileCodec.ts';
import type { BackendReport, BackendWish, DeviceNotice, FromWorker, ToWorker } from '#lib/wire/workerMessages.ts';
import type { EngineFiles } from './engineSources.ts';
import type { EvaluationJob, Evaluator, PreparedSlice } from './evaluator.ts';
import { DeviceFault } from './gpuGuard.ts';
import { createMemory, type Memory } from './memory.ts';
import { openEvaluator } from './openEvaluator.ts';
import { createPace } from './pace.ts';

const SLICES_KEPT = 3;
/** A second failure within this time means that the device is not to be relied on. */
const FAULT_WINDOW_MS = 10 * 60_000;
/** A device that was reset is given this long before it is asked for again. */
const RESTART_SECONDS = 2;
/** What is left of the usual block of samples after each failure. */
const SMALLER = 1 / 4;

export type EvaluateJobsOptions = EngineFiles & {
  readonly say: (message: FromWorker, transfer: ArrayBuffer[]) => void;
  /** Where measured choices are kept; forgotten with the worker where absent. */
  readonly memory?: Memory;
};

export type EvaluateJobs = {
  hear(message: ToWorker): void;
};

/** `parts` are those of its subject's samples that were here when it came. */
type Job = Extract<ToWorker, { kind: 'evaluate' }> & { readonly abort: AbortController; readonly parts: readonly SamplePart[] };

/** A slice of losses or of curvature. */
type Prepared = Omit<PreparedSlice, 'outputs'>;

/** An evaluator from its opening to its device's failure. */
type Era = {
  readonly evaluator: Promise<Evaluator>;
  /** Least recently used first. */
  readonly slices: Map<string, Prepared>;
  /** Never resolves; rejects when the device fails, so that no job waits for an answer that does not come. */
  readonly failed: Promise<never>;
  readonly end: (fault: DeviceFault) => void;
};

export function createEvaluateJobs({ say, memory = createMemory(), ...files }: EvaluateJobsOptions): EvaluateJobs {
  const pace = createPace();
  const subjects = new Map<string, SubjectHere>();
  const parts = new Map<string, { readonly subject: string; readonly part: SamplePart }>();
  const vectors = new Map<string, Float32Array>();
  /** Of the slice prepared last: the layers of a volume share it. */
  let lastFrame: { readonly id: string; readonly frame: Frame } | null = null;
  const jobs: Job[] = [];
  let wish: BackendWish = 'auto';
  let networks: readonly Network[] | undefined;
  let era: Era | null = null;
  let isRunning = false;
  let lastFault = -Infinity;
  let share = 1;

  async function start(): Promise<void> {
    era = begin(wish, 0);
    await announce(era, (report) => say({ kind: 'started', report }, []));
  }

  async function announce({ evaluator }: Era, tell: (report: BackendReport) => void): Promise<void> {
    try {
      tell((await evaluator).report);
    } catch (error) {
      say({ kind: 'unable', message: wordsOf(error) }, []);
    }
  }

  function begin(next: BackendWish, seconds: number, without: { webgpu?: string } = {}): Era {
    let end: (fault: DeviceFault) => void = () => {};
    const failed = new Promise<never>((_, reject) => (end = reject));
    failed.catch(() => {});
    const evaluator = sleep(seconds * 1000).then(() =>
      openEvaluator({
        ...files,
        wish: next,
        pace,
        networks,
        share,
        without,
        memory,
        onLost: (reason) => void recover(begun, new DeviceFault(`the graphics device was lost (${reason})`, 'lost')),
        onMoved: (report) => say({ kind: 'changed', report }, []),
      }),
    );
    evaluator.catch(() => {});
    const begun: Era = { evaluator, slices: new Map(), failed, end };
    return begun;
  }

  /** The device failed, and what was on it is gone: the job in flight fails, the next ones wait for a new evaluator. */
  async function recover(failing: Era, fault: DeviceFault): Promise<void> {
    if (failing !== era) return;
    const isSecond = performance.now() - lastFault < FAULT_WINDOW_MS;
    lastFault = performance.now();
    share *= SMALLER;
    // A device that hangs would hang again.
    const isGivenUp = isSecond || fault.kind === 'hung';
    const next = isGivenUp ? begin(wish, 0, { webgpu: fault.message }) : begin(wish, RESTART_SECONDS);
    era = next;
    failing.end(fault);
    const { report: before, dispose } = await failing.evaluator;
    const wasGraphics = before.backend === 'webgpu';
    if (!isGivenUp) say({ kind: 'changed', report: { ...before, notice: !wasGraphics ? undefined : { kind: 'reset', seconds: RESTART_SECONDS } } }, []);
    await announce(next, (report) => {
      const notice: DeviceNotice | undefined = isGivenUp && wasGraphics && report.backend !== 'webgpu' ? { kind: 'resetAgain' } : undefined;
      const why = isGivenUp ? report.why : `${report.why}, with smaller blocks after ${fault.message}`;
      say({ kind: 'changed', report: { ...report, why, notice } }, []);
    });
    // A device that failed may fail at this, too; nothing of it is used any more.
    await dispose().catch(() => {});
  }

  async function run(): Promise<void> {
    if (isRunning) return;
    isRunning = true;
    for (let job = jobs[0]; job; job = jobs[0]) {
      const during = era;
      try {
        const answer = await evaluate(job, during);
        say(answer, [answer.bytes.buffer]);
      } catch (error) {
        const fault = faultIn(error);
        if (during && fault) void recover(during, fault);
        say(job.abort.signal.aborted ? { kind: 'cancelled', job: job.job } : { kind: 'failed', job: job.job, message: wordsOf(error) }, []);
      }
      jobs.shift();
    }
    isRunning = false;
  }

  async function evaluate({ job, recipe, tile: key, abort, parts: here }: Job, during: Era | null): Promise<Extract<FromWorker, { kind: 'evaluated' }>> {
    abort.signal.throwIfAborted();
    const subject = subjects.get(recipe.subject);
    const tile = tileOfKey(key);
    if (!during || !subject || !tile) throw new Error(`tile ${key} came before its subject or the start`);
    const evaluator = await during.evaluator;
    const points = pointsOf(tilingOf(recipe, subject.manifest), tile);
    const slice = await Promise.race([prepared(during, evaluator, recipe, withSamples(subject, here), points[0], tile.shard, abort.signal), during.failed]);
    const start = performance.now();
    const restedBefore = pace.rested();
    const result = await Promise.race([slice.evaluate(points, abort.signal), during.failed]);
    const ms = performance.now() - start - (pace.rested() - restedBefore);
    const kept = tile.shard === undefined ? withoutSquares(result) : result;
    return { kind: 'evaluated', job, bytes: encodeTileResult(kept) as Uint8Array<ArrayBuffer>, ms, engine: slice.title, held: evaluator.held(), dispatches: pace.dispatches() };
  }

  function frameFor(id: string, recipe: SliceRecipe, subject: SubjectHere): Frame {
    if (lastFrame?.id !== id) lastFrame = { id, frame: frameOf(recipe, subject, (digest) => vectors.get(digest)) };
    return lastFrame.frame;
  }

  /** Engines compute planes over some samples: each layer of a volume is one, around the centre moved along the third direction, and so is each shard. */
  async function prepared({ slices }: Era, evaluator: Evaluator, recipe: SliceRecipe, subject: Sampled, point: Point | undefined, shard: number | undefined, signal: AbortSignal): Promise<Prepared> {
    const sliceId = sliceIdOf(recipe);
    const { layer, c } = point ?? { layer: 0, c: 0 };
    const id = `${sliceId}/${layer}/${shard ?? ''}`;
    const known = slices.get(id);
    const slice = known ?? (await prepare(evaluator, recipe, subject, layerFrame(frameFor(sliceId, recipe, subject), c), shard, signal));
    slices.delete(id);
    slices.set(id, slice);
    for (const [oldest, old] of slices) {
      if (slices.size <= SLICES_KEPT) break;
      old.dispose();
      slices.delete(oldest);
    }
    return slice;
  }

  return {
    hear(message) {
      switch (message.kind) {
        case 'start':
          ({ wish, networks } = message);
          void start();
          break;
        case 'subject':
          subjects.set(message.subject.id, message.subject);
          break;
        case 'samples':
          parts.set(message.key, message);
          break;
        case 'letGo':
          for (const each of message.keys) parts.delete(each);
          break;
        case 'vector':
          vectors.set(message.digest, message.values);
          break;
        case 'evaluate':
          jobs.push({
            ...message,
            abort: new AbortController(),
            parts: [...parts.values()].flatMap(({ subject, part }) => (subject === message.recipe.subject ? [part] : [])),
          });
          void run();
          break;
        case 'cancel':
          jobs.find(({ job }) => job === message.job)?.abort.abort();
          break;
        case 'duty':
          pace.setShare(message.share);
          break;
      }
    },
  };
}

/** A subject, and how its samples are had. */
type Sampled = SubjectHere & { readonly samplesOf: (run: SampleRun) => Samples };

const withSamples = (subject: SubjectHere, parts: readonly SamplePart[]): Sampled => ({
  ...subject,
  samplesOf: (run) => (subject.sets ? samplesIn(subject.sets[run.set], run) : samplesFrom(parts, run)),
});

async function prepare(evaluator: Evaluator, recipe: SliceRecipe, subject: Sampled, frame: Frame, shard: number | undefined, signal: AbortSignal): Promise<Prepared> {
  const job: EvaluationJob = {
    network: subject.manifest.network,
    loss: recipe.loss,
    mode: evaluationModeWith(recipe, (count) => subject.samplesOf({ set: 'train', first: 0, count })),
    ...frame,
    sets: samplesOfShard(recipe, shard).map((run) => ({ set: run.set, samples: subject.samplesOf(run) })),
  };
  if (!recipe.measure) return evaluator.prepare(job);
  // Only a worker that is asked for curvature loads it.
  const { prepareConvexity } = await import('./curvature/convexitySlice.ts');
  return prepareConvexity(evaluator, job, recipe.measure, signal);
}

/** What asks for the evaluator to be opened again; null for what is wrong with the job alone. */
function faultIn(error: unknown): DeviceFault | null {
  if (error instanceof DeviceFault) return error;
  // What memory that cannot grow throws, in WASM and in JavaScript.
  return error instanceof RangeError ? new DeviceFault(`memory ran out (${error.message})`) : null;
}

const sleep = (ms: number): Promise<void> => (ms === 0 ? Promise.resolve() : new Promise((resolve) => setTimeout(resolve, ms)));

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
