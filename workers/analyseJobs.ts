/**
 * The body of a worker for long analyses: runs one unit at a time, step by step, and hears messages between the steps.
 *
 * What a unit computes is in workers/analyses. The same body runs in a browser's worker and in tests. Rules U16, U17.
 */
import { KnownError } from '#lib/knownError.ts';
import { sayProblems } from '#lib/parsed.ts';
import { readVectorFile } from '#lib/formats/vectorFile.ts';
import type { KindName } from '#lib/analysis/requests/requests.ts';
import type { Subject } from '#lib/network/subject.ts';
import type { FromAnalyst, ToAnalyst } from '#lib/wire/analystMessages.ts';
import { encodeUnit } from '#lib/wire/unitCodec.ts';
import { RUNS } from './analyses/runs.ts';
import type { Step, UnitJob, UnitRun } from './analyses/unitRun.ts';
import type { EngineFiles } from './engineSources.ts';
import type { Evaluator } from './evaluator.ts';
import { openEvaluator } from './openEvaluator.ts';
import { createPace } from './pace.ts';
import { deviceRate, processorRate } from './passRate.ts';

/** Progress is told at most this often. */
const TELL_MS = 250;
/** What could be gone on with is kept at most this often, and the less often the larger it is: the session keeps every file. */
const KEEP_MS = 15_000;
const KEEP_BYTES_PER_MS = 50;
type Run = Extract<ToAnalyst, { kind: 'run' }>;

export type AnalyseJobs = { readonly hear: (message: ToAnalyst) => void };

/** @param files where engines find their binaries */
export function createAnalyseJobs(say: (message: FromAnalyst, transfer: Transferable[]) => void, files: EngineFiles): AnalyseJobs {
  const subjects = new Map<string, Subject>();
  const vectors = new Map<string, Float32Array>();
  const waiting: Run[] = [];
  const stopped = new Set<number>();
  const pace = createPace();
  let isRunning = false;
  let opening: Promise<Evaluator> | null = null;

  function device(): Promise<Evaluator> {
    // A device that is lost is no reason to give up: the next unit opens it again.
    const again = (): void => void (opening = null);
    opening ??= openEvaluator({ wish: 'auto', ...files, pace, onLost: again });
    opening.catch(again);
    return opening;
  }

  async function runAll(): Promise<void> {
    if (isRunning) return;
    isRunning = true;
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const { job } = next;
      try {
        await run(next);
      } catch (error) {
        say({ kind: 'failed', job, message: error instanceof Error ? error.message : String(error) }, []);
      }
      stopped.delete(job);
    }
    isRunning = false;
  }

  async function run({ job, request, unit, kept }: Run): Promise<void> {
    const subject = subjects.get(request.subject);
    if (!subject) throw new Error('the analysis came before its network');
    const { engine, run: start } = RUNS[request.kind] as unknown as UnitRun<KindName>;
    const began = performance.now();
    const restedBefore = pace.rested();
    let told = 0;
    let keepAt = began + KEEP_MS;
    pace.begin();
    const steps = start({ request, unit, subject, kept, vectors: (digest) => vectors.get(digest), device } as UnitJob<KindName>);
    for (let step = await steps.next(); ; step = await steps.next()) {
      if (step.done) {
        const { unit: result, files: made = [], engine: used = engine } = step.value;
        const bytes = encodeUnit(result);
        const ms = performance.now() - began - (pace.rested() - restedBefore);
        return say({ kind: 'finished', job, unit: bytes, files: made, ms, engine: used }, [bytes.buffer, ...made.map(({ buffer }) => buffer)]);
      }
      const { share, live = [] } = step.value;
      if (pace.isDue()) await pace.rest();
      if (stopped.has(job)) return stop(job, step.value, steps);
      const now = performance.now();
      if (now - told >= TELL_MS) {
        told = now;
        say({ kind: 'progress', job, share, live }, []);
      }
      if (now < keepAt) continue;
      const state = step.value.state?.();
      keepAt = now + KEEP_MS + (state?.byteLength ?? 0) / KEEP_BYTES_PER_MS;
      if (state) say({ kind: 'kept', job, share, state }, [state.buffer]);
    }
  }

  function stop(job: number, { share, state }: Step, steps: ReturnType<UnitRun<KindName>['run']>): void {
    const bytes = state?.() ?? null;
    say({ kind: 'stopped', job, share, state: bytes }, bytes ? [bytes.buffer] : []);
    // Only now: the generator gives back what it holds.
    void steps.return(undefined as never);
  }

  async function rate(job: number, id: string, on: 'processor' | 'device'): Promise<void> {
    const subject = subjects.get(id);
    if (!subject) throw new Error('the network was not sent before');
    say({ kind: 'rate', job, msPerPass: on === 'device' ? await deviceRate(subject, await device()) : processorRate(subject) }, []);
  }

  return {
    hear(message) {
      switch (message.kind) {
        case 'subject':
          subjects.set(message.subject.id, message.subject);
          break;
        case 'file': {
          const file = readVectorFile(message.bytes);
          if (!file.ok) throw new KnownError('fileBroken', sayProblems(file.problems));
          vectors.set(message.digest, file.value.values);
          break;
        }
        case 'run':
          waiting.push(message);
          void runAll();
          break;
        case 'stop':
          stopWaiting(message.job);
          break;
        case 'rate':
          void rate(message.job, message.subject, message.on).catch((error: unknown) => say({ kind: 'failed', job: message.job, message: error instanceof Error ? error.message : String(error) }, []));
          break;
        case 'duty':
          pace.setShare(message.share);
          break;
      }
    },
  };

  function stopWaiting(job: number): void {
    const index = waiting.findIndex((each) => each.job === job);
    if (index < 0) return void stopped.add(job);
    waiting.splice(index, 1);
    say({ kind: 'stopped', job, share: 0, state: null }, []);
  }
}
