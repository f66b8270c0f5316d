/**
 * The owner's end of the workers for long analyses: hired when there is something to do, one unit each, stopped within half a second.
 *
 * A worker that is deep in a computation and does not answer is ended; what it kept last is what is gone on from. It knows no
 * server. Rules U16, U17.
 */
import type { AnalysisRequest } from '#lib/analysis/requests/requests.ts';
import type { Subject } from '#lib/network/subject.ts';
import type { FromAnalyst, ToAnalyst } from '#lib/wire/analystMessages.ts';

/** A worker as its owner sees it. */
export type Analyst = { readonly post: (message: ToAnalyst) => void; readonly end: () => void };

/** What the place where we run brings. */
export type AnalystHost = {
  /** @param fail the worker is dead, and why */
  readonly hire: (hear: (message: FromAnalyst) => void, fail: (reason: string) => void) => Analyst;
  /** How many may compute side by side. */
  readonly most: number;
};

export type UnitWork = {
  readonly request: AnalysisRequest;
  readonly unit: number;
  readonly subject: Subject;
  /** The files that the request names. */
  readonly inputs: ReadonlyMap<string, Uint8Array>;
  readonly kept: Uint8Array | null;
};

type State = Uint8Array<ArrayBuffer>;

export type UnitEnd = Omit<Extract<FromAnalyst, { kind: 'finished' }>, 'job'> | { readonly kind: 'stopped'; readonly share: number; readonly state: State | null };

export type UnitWatch = {
  readonly signal: AbortSignal;
  readonly onProgress: (share: number, live: readonly number[]) => void;
  /** Something to go on from, should this page be gone before the end. */
  readonly onKept: (share: number, state: State) => void;
};

export type AnalystPool = {
  readonly most: number;
  /** Rejects with an AnalysisFailed, whose words are for the person. */
  readonly run: (work: UnitWork, watch: UnitWatch) => Promise<UnitEnd>;
  /** Milliseconds of one pass of one sample forward through a network, in float64 or on the device, measured once. */
  readonly msPerPass: (subject: Subject, on: 'processor' | 'device') => Promise<number>;
  readonly setDuty: (share: number) => void;
  readonly dispose: () => void;
};

export class AnalysisFailed extends Error {
  override readonly name = 'AnalysisFailed';
}

/** A stop is promised within half a second: an answer may take this long before the worker is ended. */
const STOP_MS = 300;
/** Workers without anything to do are let go, with the networks that they hold. */
const IDLE_MS = 60_000;

type Job = { readonly number: number; readonly hear: (message: FromAnalyst) => void; readonly fail: (error: Error) => void };
type Member = { readonly analyst: Analyst; readonly subjects: Set<string>; readonly files: Set<string>; job: Job | null };

export function createAnalystPool(host: AnalystHost): AnalystPool {
  const members: Member[] = [];
  const rates = new Map<string, Promise<number>>();
  let duty = 1;
  let jobs = 0;
  let idle: ReturnType<typeof setTimeout> | undefined;

  function hire(): Member {
    const analyst = host.hire(
      (message) => {
        if ('job' in message && message.job === member.job?.number) member.job.hear(message);
      },
      (reason) => end(member, reason),
    );
    const member: Member = { analyst, subjects: new Set(), files: new Set(), job: null };
    members.push(member);
    analyst.post({ kind: 'duty', share: duty });
    return member;
  }

  function end(member: Member, reason: string): void {
    const index = members.indexOf(member);
    if (index < 0) return;
    members.splice(index, 1);
    member.analyst.end();
    member.job?.fail(new AnalysisFailed(reason));
  }

  function give(member: Member, subject: Subject, inputs: ReadonlyMap<string, Uint8Array>): void {
    if (!member.subjects.has(subject.id)) member.analyst.post({ kind: 'subject', subject });
    member.subjects.add(subject.id);
    for (const [digest, bytes] of inputs) {
      if (!member.files.has(digest)) member.analyst.post({ kind: 'file', digest, bytes });
      member.files.add(digest);
    }
  }

  function rest(): void {
    clearTimeout(idle);
    if (members.some(({ job }) => job !== null)) return;
    idle = setTimeout(() => {
      while (members[0]) end(members[0], 'let go');
    }, IDLE_MS);
  }

  /** One job on a worker that has none. */
  function employ<T>(subject: Subject, inputs: ReadonlyMap<string, Uint8Array>, begin: (member: Member, job: number, settle: { resolve: (value: T) => void; reject: (error: Error) => void }) => Job['hear']): Promise<T> {
    const member = members.find(({ job }) => job === null) ?? hire();
    const number = ++jobs;
    return new Promise<T>((resolve, reject) => {
      give(member, subject, inputs);
      const hear = begin(member, number, { resolve, reject });
      member.job = { number, hear, fail: reject };
    }).finally(() => {
      if (member.job?.number === number) member.job = null;
      rest();
    });
  }

  return {
    most: host.most,
    run({ request, unit, subject, inputs, kept }, { signal, onProgress, onKept }) {
      if (signal.aborted) return Promise.resolve({ kind: 'stopped', share: 0, state: null });
      return employ<UnitEnd>(subject, inputs, (member, job, { resolve, reject }) => {
        let last: { readonly share: number; readonly state: State | null } = { share: 0, state: null };
        let timer: ReturnType<typeof setTimeout> | undefined;
        const settle = (outcome: UnitEnd | Error) => {
          clearTimeout(timer);
          signal.removeEventListener('abort', stop);
          if (outcome instanceof Error) reject(outcome);
          else resolve(outcome);
        };
        const stop = () => {
          member.analyst.post({ kind: 'stop', job });
          timer = setTimeout(() => {
            settle({ kind: 'stopped', ...last });
            end(member, 'stopped');
          }, STOP_MS);
        };
        signal.addEventListener('abort', stop);
        member.analyst.post({ kind: 'run', job, request, unit, kept });
        return (message) => {
          switch (message.kind) {
            case 'progress':
              return onProgress(message.share, message.live);
            case 'kept':
              last = { share: message.share, state: message.state };
              return onKept(message.share, message.state);
            case 'finished':
            case 'stopped':
              return settle(message);
            case 'failed':
              return settle(new AnalysisFailed(message.message));
            case 'rate':
              return;
          }
        };
      });
    },
    msPerPass(subject, on) {
      const key = `${on} ${subject.id}`;
      const known = rates.get(key);
      if (known) return known;
      const rate = employ<number>(subject, new Map(), (member, job, { resolve, reject }) => {
        member.analyst.post({ kind: 'rate', job, subject: subject.id, on });
        return (message) => {
          if (message.kind === 'rate') resolve(message.msPerPass);
          if (message.kind === 'failed') reject(new AnalysisFailed(message.message));
        };
      });
      rates.set(key, rate);
      rate.catch(() => rates.delete(key));
      return rate;
    },
    setDuty(share) {
      duty = share;
      for (const { analyst } of members) analyst.post({ kind: 'duty', share });
    },
    dispose() {
      clearTimeout(idle);
      while (members[0]) end(members[0], 'closed');
    },
  };
}
