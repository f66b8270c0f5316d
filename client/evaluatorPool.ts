/**
 * The owner's end of the compute workers: how many there are, which is least busy, what became of a tile.
 *
 * One worker drives a graphics device; on WASM or CPU there are as many as the host allows. It knows no server, and not
 * what a worker is made of: a page and a command line each bring their own host.
 */
import { sayProblems } from '#lib/parsed.ts';
import type { Network } from '#lib/network/program.ts';
import { LeastRecent } from '#lib/leastRecent.ts';
import { bytesOfPart, weightsOf, type SamplePart, type SubjectHere } from '#lib/network/subject.ts';
import type { SliceRecipe } from '#lib/slice/recipe.ts';
import type { TileKey } from '#lib/work/tile.ts';
import { decodeTileResult } from '#lib/wire/tileCodec.ts';
import type { BackendReport, BackendWish, Dispatches, FromWorker, HeldByWorker, ToWorker } from '#lib/wire/workerMessages.ts';
import type { VectorMap } from './vectorShelf.ts';

/** `points` is how many the tile has; `ms` what they took, rests left out; `engine` what computed them, in words. */
export type Evaluated = { readonly bytes: Uint8Array<ArrayBuffer>; readonly ms: number; readonly points: number; readonly engine: string };

export type EvaluatorPool = {
  /** What the workers compute with. Rejects with an EvaluatorUnavailable where nothing works. */
  readonly ready: Promise<BackendReport>;
  report(): BackendReport | null;
  /** Workers. */
  readonly size: number;
  /** What all workers hold together, as of their last tiles. */
  held(): HeldByWorker;
  /** Of all workers together, those that ended included, as of their last tiles. */
  dispatches(): Dispatches;
  /** `vectors` are the files that the recipe names, `parts` the samples of the tile where they are kept in parts. Rejects with an AbortError once `signal` is aborted, with an EvaluationFailed when the worker could not. */
  evaluate(recipe: SliceRecipe, subject: SubjectHere, tile: TileKey, signal: AbortSignal, vectors?: VectorMap, parts?: readonly SamplePart[]): Promise<Evaluated>;
  /** Share of the time, in (0, 1]. */
  setDuty(share: number): void;
  /** Tells of a change of the report or the size; returns the way to stop. */
  subscribe(listener: () => void): () => void;
  dispose(): void;
};

/** A worker as its owner sees it. */
export type ComputeWorker = { readonly post: (message: ToWorker) => void; readonly end: () => void };

/** What the place where we run brings. */
export type ComputeHost = {
  /** @param fail the worker is dead, and why */
  readonly hire: (hear: (message: FromWorker) => void, fail: (reason: string) => void) => ComputeWorker;
  /** How many workers may compute side by side where no graphics device does. */
  readonly cpuWorkers: () => number;
  /** Bytes that what all workers hold may take together. */
  readonly mostBytes: () => number;
};

export class EvaluationFailed extends Error {
  override readonly name = 'EvaluationFailed';
}

export class EvaluatorUnavailable extends Error {
  override readonly name = 'EvaluatorUnavailable';
}

/** Of samples in parts, in the memory of each worker; at most half of what a worker may hold where that is less. */
const MOST_SAMPLE_BYTES = 64 * 2 ** 20;

const NOTHING: HeldByWorker = { tensors: 0, bytes: 0 };
const NO_DISPATCHES: Dispatches = { count: 0, long: 0, longestMs: 0 };

type Waiting = { readonly resolve: (value: Evaluated) => void; readonly reject: (reason: unknown) => void };
type Member = { readonly worker: ComputeWorker; readonly subjects: Set<string>; readonly vectors: Set<string>; /** Parts of samples that it has. */ readonly parts: LeastRecent<true>; readonly jobs: Map<number, Waiting>; held: HeldByWorker; dispatches: Dispatches };

export type PoolOptions = {
  readonly wish: BackendWish;
  /** Share of the time, in (0, 1]. */
  readonly duty: number;
  /** Those that may be asked for: a device is probed with their operations before it is trusted. */
  readonly networks?: readonly Network[];
};

export function createEvaluatorPool(host: ComputeHost, options: PoolOptions): EvaluatorPool {
  const members: Member[] = [];
  const mostSampleBytes = Math.min(MOST_SAMPLE_BYTES, host.mostBytes() / host.cpuWorkers() / 2);
  const listeners = new Set<() => void>();
  let duty = options.duty;
  let report: BackendReport | null = null;
  let nextJob = 1;
  let isDisposed = false;
  let ended = NO_DISPATCHES;
  let settle: { resolve: (report: BackendReport) => void; reject: (error: Error) => void };
  const ready = new Promise<BackendReport>((resolve, reject) => (settle = { resolve, reject }));
  // Whoever waits on it is told; nobody has to.
  ready.catch(() => {});

  const tell = () => listeners.forEach((listener) => listener());
  const post = (member: Member, message: ToWorker) => member.worker.post(message);

  function hire(wish: BackendWish): void {
    const worker = host.hire(
      (message) => hear(member, message),
      (reason) => dismiss(member, reason),
    );
    const member: Member = { worker, subjects: new Set(), vectors: new Set(), parts: new LeastRecent(mostSampleBytes), jobs: new Map(), held: NOTHING, dispatches: NO_DISPATCHES };
    members.push(member);
    post(member, { kind: 'start', wish, networks: options.networks });
    post(member, { kind: 'duty', share: duty });
  }

  function hear(member: Member, message: FromWorker): void {
    switch (message.kind) {
      case 'started':
        return started(message.report);
      case 'changed':
        report = null;
        return started(message.report);
      case 'unable':
        return dismiss(member, message.message);
      case 'evaluated':
        member.held = message.held;
        member.dispatches = message.dispatches;
        return settleJob(take(member, message.job), message);
      case 'cancelled':
        return take(member, message.job)?.reject(new DOMException('the tile was cancelled', 'AbortError'));
      case 'failed':
        return take(member, message.job)?.reject(new EvaluationFailed(message.message));
    }
  }

  /** The first worker to start says what this machine has; on a CPU the others are hired after it, to do the same. */
  function started(found: BackendReport): void {
    if (report) return;
    report = found;
    const wanted = found.backend === 'webgpu' ? 1 : host.cpuWorkers();
    while (members.length < wanted) hire(found.backend);
    settle.resolve(found);
    tell();
  }

  function dismiss(member: Member, reason: string): void {
    if (isDisposed || !members.includes(member)) return;
    members.splice(members.indexOf(member), 1);
    ended = together(ended, member.dispatches);
    member.worker.end();
    for (const { reject } of member.jobs.values()) reject(new EvaluationFailed(reason));
    if (members.length === 0) settle.reject(new EvaluatorUnavailable(reason));
    tell();
  }

  function take(member: Member, job: number): Waiting | undefined {
    const waiting = member.jobs.get(job);
    member.jobs.delete(job);
    return waiting;
  }

  /** A worker keeps the parts that it used last, as far as they fit. */
  function give(member: Member, subject: SubjectHere, parts: readonly SamplePart[]): void {
    const wanted = new Map(parts.map((part) => [`${subject.id} ${part.set} ${part.first}`, part]));
    for (const [key, part] of wanted) {
      if (member.parts.use(key)) continue;
      member.parts.put(key, true, bytesOfPart(part));
      post(member, { kind: 'samples', key, subject: subject.id, part });
    }
    const keys = member.parts.trim(new Set(wanted.keys()));
    if (keys.length > 0) post(member, { kind: 'letGo', keys });
  }

  async function evaluate(recipe: SliceRecipe, subject: SubjectHere, tile: TileKey, signal: AbortSignal, vectors: VectorMap = new Map(), parts: readonly SamplePart[] = []): Promise<Evaluated> {
    await ready;
    signal.throwIfAborted();
    const [first, ...others] = members;
    if (isDisposed || !first) throw new EvaluatorUnavailable('the compute workers are gone');
    const member = others.reduce((least, each) => (each.jobs.size < least.jobs.size ? each : least), first);
    const job = nextJob++;
    const cancel = () => post(member, { kind: 'cancel', job });
    signal.addEventListener('abort', cancel, { once: true });
    try {
      return await new Promise<Evaluated>((resolve, reject) => {
        member.jobs.set(job, { resolve, reject });
        if (!member.subjects.has(subject.id)) {
          member.subjects.add(subject.id);
          // What came of its samples for other reasons stays here: tiles bring the parts they need.
          post(member, { kind: 'subject', subject: subject.manifest.dataset.parts ? weightsOf(subject) : subject });
        }
        for (const [digest, values] of vectors) {
          if (member.vectors.has(digest)) continue;
          member.vectors.add(digest);
          post(member, { kind: 'vector', digest, values });
        }
        give(member, subject, parts);
        post(member, { kind: 'evaluate', job, recipe, tile });
      });
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  }

  hire(options.wish);

  return {
    ready,
    report: () => report,
    get size() {
      return members.length;
    },
    held: () => members.reduce((sum, { held }) => ({ tensors: sum.tensors + held.tensors, bytes: sum.bytes + held.bytes }), NOTHING),
    dispatches: () => members.reduce((sum, { dispatches }) => together(sum, dispatches), ended),
    evaluate,
    setDuty(share) {
      duty = share;
      for (const member of members) post(member, { kind: 'duty', share });
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    dispose() {
      isDisposed = true;
      const gone = new DOMException('the compute workers were let go', 'AbortError');
      for (const { worker, jobs } of members.splice(0)) {
        worker.end();
        for (const { reject } of jobs.values()) reject(gone);
      }
      settle.reject(new EvaluatorUnavailable('the compute workers were let go'));
    },
  };
}

const together = (one: Dispatches, other: Dispatches): Dispatches => ({ count: one.count + other.count, long: one.long + other.long, longestMs: Math.max(one.longestMs, other.longestMs) });

/** A device may give numbers that nothing can be read from: its tile has failed, and others may have it. */
function settleJob(waiting: Waiting | undefined, { bytes, ms, engine }: Extract<FromWorker, { kind: 'evaluated' }>): void {
  const result = decodeTileResult(bytes);
  if (result.ok) waiting?.resolve({ bytes, ms, points: result.value.points, engine });
  else waiting?.reject(new EvaluationFailed(`${engine} gave ${bytes.byteLength} bytes that are no tile result: ${sayProblems(result.problems)}`));
}
