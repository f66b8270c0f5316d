/**
 * One backend's evaluator: for each job takes an engine that can compute it, has the right numbers, and is the quicker one.
 *
 * The tile engine serves at once; once a network has been computed for a while it is timed against TensorFlow.js's operators,
 * which are not even loaded before, and the winner is remembered. An engine with wrong numbers is dropped. It does not know
 * other backends, tiles or messages. Rules C5 and C10–C12 in docs/SPEC.md.
 */
import { costOfSample } from '#lib/network/cost.ts';
import type { LossName } from '#lib/network/loss.ts';
import type { Network } from '#lib/network/program.ts';
import type { BackendReport } from '#lib/wire/workerMessages.ts';
import { BackendUnavailable, type OpenBackend } from './backend.ts';
import { checkedSlice, compareOutputs, WrongNumbers } from './centreCheck.ts';
import { TRIAL, raceTime } from './engineRace.ts';
import type { Coordinates, Engine, EvaluationJob, Evaluator, Held, PreparedSlice } from './evaluator.ts';
import { DeviceFault } from './gpuGuard.ts';
import { jobKey } from './jobKey.ts';
import type { Memory } from './memory.ts';
import type { Pace } from './pace.ts';
import { probe } from './probe.ts';
import { coreProbe, probesOf, trialJobOf, usualLossOf } from './probeJobs.ts';
import { PATIENCE, watched, type Patience } from './watchdog.ts';

/** No engine of this backend can compute the job, or none gives the right numbers; the message completes "because". */
export class NoEngine extends Error {
  override readonly name = 'NoEngine';
}

/** An engine that is opened when it is first wanted. */
export type EngineSource = { readonly kind: Engine['kind']; readonly open: () => Promise<Engine> };

/** Derivatives on the device, loaded when first wanted; rejects with WrongNumbers where they are not those of float64. */
export type CurvatureSource = Evaluator['differentiate'];

export type ChosenOptions = {
  readonly open: OpenBackend;
  readonly report: BackendReport;
  /** In the order in which they are tried where nothing is known. */
  readonly sources: readonly EngineSource[];
  readonly curvature: CurvatureSource;
  readonly pace: Pace;
  readonly memory: Memory;
  readonly patience?: Patience;
  /** Milliseconds of computing on a network that make it worth knowing whether another engine is quicker. */
  readonly raceAfterMs?: number;
  /** How long an engine takes for a piece of a job; a test brings its own, for a stopwatch depends on the machine. */
  readonly timeOf?: typeof raceTime;
};

export type ChosenEvaluator = Evaluator & {
  /** Tries the operations of a network, or those of every network, before anything is lent. @throws NoEngine, or BackendUnavailable where no engine can be loaded */
  probe(network: Network | null): Promise<void>;
  /** Finds with a short trial how fast this network is computed here; the report says so from then on. */
  trial(network: Network): Promise<void>;
};

const RACE_AFTER_MS = 2_000;
/** Multiply-adds per millisecond of the slowest device that is worth waiting for. */
const SLOW_DEVICE = 5e5;

export function createChosenEvaluator({ open, report, sources, curvature, pace, memory, patience = PATIENCE, raceAfterMs = RACE_AFTER_MS, timeOf = raceTime }: ChosenOptions): ChosenEvaluator {
  const opened = new Map<EngineSource, Promise<Engine>>();
  const engines: Engine[] = [];
  /** Operations that an engine was tried with, and how that ended: null for well. */
  const tried = new Map<string, string | null>();
  /** Milliseconds that a kind of job was computed for; null once the race is over. */
  const spent = new Map<string, number | null>();
  let why = report.why;
  /** Multiply-adds a millisecond; null before a trial. */
  let rate: number | null = null;

  function engineOf(source: EngineSource): Promise<Engine> {
    let opening = opened.get(source);
    if (!opening) {
      opening = source.open().then((engine) => (engines.push(engine), engine));
      opened.set(source, opening);
    }
    return opening;
  }

  /** Only a device that is not ours can stop answering. */
  const patiently = <T>(expectedMs: number, work: Promise<T>): Promise<T> => (open.guard ? watched(pace, expectedMs, work, patience) : work);

  /** @throws WrongNumbers naming the operation that this engine does not get right */
  async function tryOperations(engine: Engine, network: Network | null, loss: LossName): Promise<void> {
    for (const each of network ? probesOf(network, loss) : [coreProbe()]) {
      if (engine.refuses(each.job) !== null) continue;
      const key = `${engine.kind} ${JSON.stringify(each.job.network)} ${loss}`;
      if (!tried.has(key)) tried.set(key, await outcomeOf(patiently(patience.least / 4, probe(engine, each))));
      const wrong = tried.get(key);
      if (wrong) throw new WrongNumbers(wrong);
    }
  }

  async function prepareOn(source: EngineSource, job: EvaluationJob): Promise<PreparedSlice> {
    const engine = await engineOf(source);
    const refusal = engine.refuses(job);
    if (refusal !== null) throw new NoEngine(`the ${source.kind} engine does not compute it: ${refusal}`);
    await tryOperations(engine, job.network, job.loss);
    return patiently(patience.least / 4 + msOf(job, 4), checkedSlice(engine, job));
  }

  /** The first source that gives right numbers, with its slice. @throws NoEngine, DeviceFault, or what is wrong with the job */
  async function prepareFirst(order: readonly EngineSource[], job: EvaluationJob): Promise<{ source: EngineSource; slice: PreparedSlice }> {
    const reasons: string[] = [];
    let other: unknown;
    for (const source of order) {
      try {
        const slice = await prepareOn(source, job);
        if (reasons.length > 0) why = `${report.why}; ${slice.title} for a network, because ${reasons.join(' and ')}`;
        return { source, slice };
      } catch (error) {
        if (error instanceof DeviceFault) throw error;
        if (error instanceof WrongNumbers) reasons.push(`${(await engineOf(source)).title} ${error.message}`);
        else if (error instanceof NoEngine) continue;
        else if (error instanceof BackendUnavailable) reasons.push(error.message);
        else other ??= error;
      }
    }
    // What is wrong with the job itself is wrong on every engine.
    if (other !== undefined && reasons.length === 0) throw other;
    throw new NoEngine(reasons.length > 0 ? reasons.join(' and ') : 'no engine here computes this network');
  }

  async function prepare(job: EvaluationJob): Promise<PreparedSlice> {
    const key = `engine ${open.title} ${jobKey(job)}`;
    const known = await memory.get(key);
    const order = sources.toSorted((one, other) => Number(other.kind === known) - Number(one.kind === known));
    let { source, slice } = await prepareFirst(order, job);
    if (known === source.kind || order.length < 2) spent.set(key, null);
    let msPerPoint: number | null = null;

    /** Swaps the engine where another is quicker. */
    async function race(): Promise<void> {
      spent.set(key, null);
      const rival = sources.find((each) => each !== source);
      if (!rival) return;
      try {
        const engine = await engineOf(rival);
        const own = engine.refuses(job) === null ? await timeOf(await engineOf(source), job, pace) : 0;
        if (own > 0 && (await timeOf(engine, job, pace)) < own) {
          const quicker = await prepareOn(rival, job);
          slice.dispose();
          slice = quicker;
          source = rival;
          msPerPoint = null;
        }
      } catch (error) {
        // A rival that cannot take part has lost; a device that fails has to be opened again.
        if (error instanceof DeviceFault) throw error;
      }
      await memory.set(key, source.kind);
    }

    return {
      get title() {
        return slice.title;
      },
      async evaluate(points: readonly Coordinates[], signal?: AbortSignal) {
        const before = spent.get(key);
        if (before !== null && (before ?? 0) >= raceAfterMs) await patiently(patience.least + msOf(job, 20), race());
        const start = performance.now();
        const rested = pace.rested();
        const expected = msPerPoint === null ? msOf(job, points.length) : msPerPoint * points.length;
        const result = await patiently(expected, slice.evaluate(points, signal));
        const ms = performance.now() - start - (pace.rested() - rested);
        msPerPoint = ms / points.length;
        const sum = spent.get(key);
        if (sum !== null) spent.set(key, (sum ?? 0) + ms);
        return result;
      },
      async outputs(point: Coordinates) {
        const answers = await patiently(msOf(job, 1), slice.outputs(point));
        const { sets } = await patiently(msOf(job, 1), slice.evaluate([point]));
        compareOutputs(job, answers, sets);
        return answers;
      },
      dispose: () => slice.dispose(),
    };
  }

  return {
    get report() {
      return { ...report, why, ...(rate !== null && { rate }) };
    },
    prepare,
    async differentiate(subject, parameters, signal) {
      // Two products and a gradient, and as much again for few samples.
      const product = 8 * msOf({ network: subject.network, sets: [subject] }, 1);
      try {
        const made = await patiently(patience.least + 4 * product, curvature(subject, parameters, signal));
        return {
          ...made,
          gradient: (abort) => patiently(product, made.gradient(abort)),
          multiply: (vector, abort) => patiently(product, made.multiply(vector, abort)),
          gradientOver: (samples, point, abort) => patiently(8 * msOf({ network: subject.network, sets: [{ samples }] }, 1), made.gradientOver(samples, point, abort)),
        };
      } catch (error) {
        throw error instanceof WrongNumbers ? new NoEngine(error.message) : error;
      }
    },
    async probe(network) {
      const reasons: string[] = [];
      let isMissing = true;
      for (const source of sources) {
        try {
          const engine = await engineOf(source);
          return await tryOperations(engine, network, network ? usualLossOf(network) : 'crossEntropy');
        } catch (error) {
          if (error instanceof DeviceFault) throw error;
          if (!(error instanceof BackendUnavailable)) isMissing = false;
          reasons.push(error instanceof WrongNumbers ? `${(await engineOf(source)).title} ${error.message}` : wordsOf(error));
        }
      }
      throw isMissing ? new BackendUnavailable(reasons.join(' and ')) : new NoEngine(reasons.join(' and '));
    },
    async trial(network) {
      const most = TRIAL.pieces.at(-1)!;
      const job = trialJobOf(network, most.samples);
      for (const source of sources) {
        try {
          const engine = await engineOf(source);
          if (engine.refuses(job) !== null) continue;
          const ms = await patiently(patience.least + msOf(job, 4), timeOf(engine, job, pace, TRIAL));
          const found = costOfSample(network) / ms;
          // A network without multiply-adds, or a clock that did not move, says nothing.
          if (found > 0 && found < Infinity) rate = found;
          return;
        } catch (error) {
          // What this engine cannot do the next one may; a device that fails has to be opened again.
          if (error instanceof DeviceFault) throw error;
        }
      }
    },
    held: () => engines.reduce<Held>((sum, engine) => add(sum, engine.held()), { tensors: 0, bytes: 0 }),
    async dispose() {
      for (const engine of engines) await engine.dispose();
      open.close();
    },
  };
}

/** What `points` of the job take on a slow device. */
const msOf = (job: { readonly network: Network; readonly sets: readonly { readonly samples: { readonly count: number } }[] }, points: number): number => (costOfSample(job.network) * points * job.sets.reduce((sum, { samples }) => sum + samples.count, 0)) / SLOW_DEVICE;

async function outcomeOf(work: Promise<void>): Promise<string | null> {
  try {
    await work;
    return null;
  } catch (error) {
    if (error instanceof DeviceFault && error.kind !== 'wrong') throw error;
    return wordsOf(error);
  }
}

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const add = (one: Held, other: Held): Held => ({ tensors: one.tensors + other.tensors, bytes: one.bytes + other.bytes });
