/**
 * Chooses the backend: the first of the wished-for order that comes up and gives right numbers, and the next one where it does
 * not for some network.
 *
 * Every backend that was passed over leaves its reason in the report. It does not know pages or messages. Rules C6 and C11 in
 * docs/SPEC.md.
 */
import { costOfSample } from '#lib/network/cost.ts';
import type { Network } from '#lib/network/program.ts';
import type { Backend, BackendReport, BackendWish } from '#lib/wire/workerMessages.ts';
import { BackendUnavailable, openBackend, type OpenBackend } from './backend.ts';
import { createChosenEvaluator, NoEngine, type ChosenEvaluator } from './chosenEvaluator.ts';
import { curvatureSource, engineSources, type EngineFiles } from './engineSources.ts';
import type { Evaluator } from './evaluator.ts';
import { createMemory, type Memory } from './memory.ts';
import { createPace, type Pace } from './pace.ts';

export type OpenOptions = EngineFiles & {
  readonly wish: BackendWish;
  readonly pace?: Pace;
  /** Where measured choices are kept; forgotten with the evaluator where absent. */
  readonly memory?: Memory;
  /** Networks that it may be asked for: a backend that gets their operations wrong is passed over. */
  readonly networks?: readonly Network[] | undefined;
  /** Milliseconds of computing on a network after which the engines of a backend are timed against each other; never where infinite. */
  readonly raceAfterMs?: number;
  /** Of the usual block of samples, below 1 after a device failed. */
  readonly share?: number;
  /** Backends that are not to be tried, with the reason. */
  readonly without?: Partial<Readonly<Record<Backend, string>>>;
  /** Called once if the device is lost. The evaluator is of no use from then on. */
  readonly onLost?: (reason: string) => void;
  /** Called when a network has made it move to another backend. */
  readonly onMoved?: (report: BackendReport) => void;
};

const ORDER: Readonly<Record<BackendWish, readonly Backend[]>> = {
  auto: ['webgpu', 'wasm', 'cpu'],
  webgpu: ['webgpu', 'wasm', 'cpu'],
  wasm: ['wasm', 'cpu'],
  cpu: ['cpu'],
};

/** @throws BackendUnavailable when no backend works here */
export async function openEvaluator(options: OpenOptions): Promise<Evaluator> {
  const pace = options.pace ?? createPace();
  const memory = options.memory ?? createMemory();
  const { wish, networks = [], share = 1, without = {}, raceAfterMs, onLost, onMoved } = options;
  const left = [...ORDER[wish]];
  const reasons: string[] = [];
  const used: ChosenEvaluator[] = [];

  /** The next backend that works; null when none is left. */
  async function next(): Promise<ChosenEvaluator | null> {
    for (let backend = left.shift(); backend; backend = left.shift()) {
      const barred = without[backend];
      if (barred !== undefined) {
        reasons.push(barred);
        continue;
      }
      let open: OpenBackend | null = null;
      try {
        open = await openBackend(backend, wish, share);
        const sources = engineSources(open, options, pace, memory);
        const evaluator = createChosenEvaluator({ open, report: reportOf(open, wish, reasons), sources, curvature: curvatureSource(open, options, pace), pace, memory, ...(raceAfterMs === undefined ? {} : { raceAfterMs }) });
        await evaluator.probe(null);
        for (const network of networks) await evaluator.probe(network);
        // The cheapest: it is tried soonest, and no device is faster with it than with the others.
        const [first] = networks.toSorted((one, other) => costOfSample(one) - costOfSample(other));
        if (first) await evaluator.trial(first);
        if (onLost) void open.lost.then(onLost);
        used.push(evaluator);
        return evaluator;
      } catch (error) {
        open?.close();
        const words = error instanceof Error ? error.message : String(error);
        reasons.push(error instanceof BackendUnavailable ? words : `${open?.title ?? backend} does not compute correctly here: ${words}`);
      }
    }
    return null;
  }

  const first = await next();
  if (!first) throw new BackendUnavailable(`no backend works here: ${reasons.join('; ')}`);
  let current: ChosenEvaluator = first;

  /** Where the backend is wrong and another is right, that one stays; where none is, the network is to blame. */
  async function onFirstThatCan<T>(work: (evaluator: ChosenEvaluator) => Promise<T>): Promise<T> {
    const refusals: string[] = [];
    const attempt = async (evaluator: ChosenEvaluator): Promise<{ readonly made: T } | null> => {
      try {
        return { made: await moving(evaluator, work) };
      } catch (error) {
        if (!(error instanceof NoEngine)) throw error;
        refusals.push(`${evaluator.report.title}: ${error.message}`);
        return null;
      }
    };
    for (const evaluator of used.slice(used.indexOf(current))) {
      const done = await attempt(evaluator);
      if (done) return done.made;
    }
    for (;;) {
      reasons.splice(0, reasons.length, refusals.join(' and '));
      const evaluator = await next();
      if (!evaluator) throw new NoEngine(`no backend computes this network correctly: ${refusals.join('; ')}`);
      const done = await attempt(evaluator);
      if (done) return done.made;
    }
  }

  async function moving<T>(evaluator: ChosenEvaluator, work: (evaluator: ChosenEvaluator) => Promise<T>): Promise<T> {
    const before = current.report;
    const made = await work(evaluator);
    current = evaluator;
    if (current.report.why !== before.why) onMoved?.(current.report);
    return made;
  }

  return {
    get report() {
      return current.report;
    },
    prepare: (job) => onFirstThatCan((evaluator) => evaluator.prepare(job)),
    differentiate: (...subject) => onFirstThatCan((evaluator) => evaluator.differentiate(...subject)),
    held: () => used.map((evaluator) => evaluator.held()).reduce((sum, held) => ({ tensors: sum.tensors + held.tensors, bytes: sum.bytes + held.bytes })),
    async dispose() {
      for (const evaluator of used) await evaluator.dispose();
    },
  };
}

function reportOf({ backend, title, isSoftwareAdapter, holds }: OpenBackend, wish: BackendWish, reasons: readonly string[]): BackendReport {
  const why = reasons.length > 0 ? `${title}, because ${reasons.join(' and ')}` : wish === 'auto' ? title : `${title}, as chosen`;
  return { backend, title, why, isSoftwareAdapter, holds };
}
