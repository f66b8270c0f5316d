/**
 * Computes units of analyses on this device: those of the analyses that this page chose, and any while it lends.
 *
 * Asks the server for units, reports progress, keeps what could be gone on with, returns results; what was finished while the connection
 * was broken is returned after the next welcome. It decides nothing about what is wanted. Rules U14–U17.
 */
import { kindOf } from '#lib/analysis/requests/requests.ts';
import type { Subject } from '#lib/network/subject.ts';
import { sayProblems } from '#lib/parsed.ts';
import type { AnalysisRecord } from '#lib/session/document.ts';
import { unitKey, type UnitKey } from '#lib/work/unit.ts';
import type { ReturnedUnit, UnitOffer } from '#lib/wire/events.ts';
import { createAnalystPool, type AnalystHost, type AnalystPool, type UnitEnd } from './analystPool.ts';
import type { LiveSocket } from './connection.ts';
import type { Files } from './files.ts';
import { createStore, type Store } from './store.ts';

const ANSWER_MS = 20_000;
/** Signs of life while a unit says nothing by itself. */
const BEAT_MS = 10_000;
const ASK_AGAIN_MS = 15_000;

type Finished = { readonly returned: ReturnedUnit; readonly unit: Uint8Array; readonly files: readonly Uint8Array<ArrayBuffer>[] };
type Running = { readonly offer: UnitOffer; readonly abort: AbortController };

export type RunnerOptions = {
  readonly socket: LiveSocket;
  readonly host: AnalystHost;
  readonly files: Files;
  readonly recordOf: (analysis: string) => AnalysisRecord | undefined;
  readonly loadSubject: (id: string) => Promise<Subject | null>;
  readonly isLending: () => boolean;
  /** Whether it lends to whoever placed an analysis. */
  readonly lendsTo: (placedBy: string) => boolean;
};

export type AnalysisRunner = {
  readonly pool: AnalystPool;
  /** Analyses that this page computes because somebody chose so here. */
  readonly here: Store<ReadonlySet<string>>;
  /** Why an analysis could not be computed here, in words. */
  readonly problems: Store<ReadonlyMap<string, string>>;
  readonly start: (analysis: string) => void;
  readonly stop: (analysis: string) => void;
  /** What is wanted, or whether this page lends, changed. */
  readonly look: () => void;
  readonly rejoin: () => void;
  readonly close: () => void;
};

export function createAnalysisRunner({ socket, host, files, recordOf, loadSubject, isLending, lendsTo }: RunnerOptions): AnalysisRunner {
  const pool = createAnalystPool(host);
  const here = createStore<ReadonlySet<string>>(new Set());
  const problems = createStore<ReadonlyMap<string, string>>(new Map());
  const running = new Map<UnitKey, Running>();
  const finished: Finished[] = [];
  let isAsking = false;
  /** Called for while the answer was on its way: it may be older than the call. */
  let isCalled = false;
  let isDelivering = false;
  let isClosed = false;
  let askTimer: ReturnType<typeof setTimeout> | undefined;

  const isWanted = (analysis: string): boolean => {
    const record = recordOf(analysis);
    return record !== undefined && !record.isPaused && !record.isPutAway && (here.getSnapshot().has(analysis) || lendsTo(record.by));
  };

  async function ask(): Promise<void> {
    clearTimeout(askTimer);
    if (isAsking) isCalled = true;
    if (isAsking || isClosed || !socket.connected) return;
    isAsking = true;
    isCalled = false;
    try {
      for (const analysis of [...here.getSnapshot(), ...(isLending() ? [null] : [])]) {
        const room = pool.most - running.size;
        if (room < 1) break;
        const offers = await socket.timeout(ANSWER_MS).emitWithAck('askForUnits', analysis, room);
        for (const offer of offers) void compute(offer);
      }
    } catch {
      // No answer: asked again below, and after the next welcome.
    } finally {
      isAsking = false;
    }
    if (isCalled) return ask();
    if (here.getSnapshot().size > 0 || isLending()) askTimer = setTimeout(() => void ask(), ASK_AGAIN_MS);
  }

  async function compute(offer: UnitOffer): Promise<void> {
    const { analysis, unit, ticket } = offer;
    const key = unitKey(analysis, unit);
    if (running.has(key)) return;
    const abort = new AbortController();
    running.set(key, { offer, abort });
    let last = { share: 0, live: [] as readonly number[] };
    const beat = setInterval(() => void tell(), BEAT_MS);
    const tell = async (): Promise<void> => {
      if (!socket.connected) return;
      const holds = await socket.timeout(ANSWER_MS).emitWithAck('unitProgress', { analysis, unit, ticket, ...last }).catch(() => true);
      if (!holds) abort.abort();
    };
    let keeping: Promise<unknown> = Promise.resolve();
    const keep = (share: number, state: Uint8Array<ArrayBuffer>): Promise<unknown> => (keeping = keeping.then(() => keepState(offer, share, state)).catch(() => {}));
    try {
      const end = await run(offer, abort.signal, {
        onProgress: (share, live) => {
          last = { share, live };
          void tell();
        },
        onKept: (share, state) => void keep(share, state),
      });
      if (end === null) handBack(key);
      else if (end.kind === 'finished') {
        finished.push({ returned: { analysis, unit, ms: end.ms, backend: end.engine.slice(0, 80), ticket }, unit: end.unit, files: end.files });
        void deliver();
      } else {
        if (end.state) await keep(end.share, end.state);
        handBack(key);
      }
    } catch (error) {
      handBack(key);
      fail(analysis, error instanceof Error ? error.message : String(error));
    } finally {
      clearInterval(beat);
      running.delete(key);
    }
    void ask();
  }

  async function run({ analysis, unit, kept }: UnitOffer, signal: AbortSignal, watch: Pick<Parameters<AnalystPool['run']>[1], 'onProgress' | 'onKept'>): Promise<UnitEnd | null> {
    const request = recordOf(analysis)?.request;
    const subject = request && (await loadSubject(request.subject));
    if (!request || !subject || !isWanted(analysis)) return null;
    const inputs = new Map<string, Uint8Array>();
    for (const digest of kindOf(request).inputsOf(request)) inputs.set(digest, await files.load(digest));
    const state = kept === null ? null : await files.load(kept);
    return pool.run({ request, unit, subject, inputs, kept: state }, { signal, ...watch });
  }

  async function keepState({ analysis, unit, ticket }: UnitOffer, share: number, state: Uint8Array<ArrayBuffer>): Promise<void> {
    const digest = await files.keep(state);
    await socket.timeout(ANSWER_MS).emitWithAck('keepUnit', { analysis, unit, share, digest, ticket });
  }

  const handBack = (key: UnitKey) => void (socket.connected && socket.emit('handBackUnits', [key]));

  /** Returns what is finished, oldest first; what could not be returned waits for the next connection. */
  async function deliver(): Promise<void> {
    if (isDelivering) return;
    isDelivering = true;
    while (socket.connected && finished.length > 0) {
      const { returned, unit, files: made } = finished[0]!;
      try {
        for (const file of made) await files.keep(file);
        const outcome = await socket.timeout(ANSWER_MS).emitWithAck('returnUnit', returned, unit);
        finished.shift();
        if (!outcome.ok) fail(returned.analysis, sayProblems(outcome.problems));
      } catch (error) {
        if (!socket.connected) break;
        finished.shift();
        fail(returned.analysis, error instanceof Error ? error.message : String(error));
      }
    }
    isDelivering = false;
  }

  function fail(analysis: string, message: string): void {
    problems.set(new Map(problems.getSnapshot()).set(analysis, message));
    // It would be lent to this page again, and fail again.
    leave(analysis);
  }

  function leave(analysis: string): void {
    here.set(new Set([...here.getSnapshot()].filter((each) => each !== analysis)));
  }

  function look(): void {
    for (const { offer, abort } of running.values()) if (!isWanted(offer.analysis)) abort.abort();
    void ask();
  }

  const onUnits = () => void ask();
  socket.on('unitsWaiting', onUnits);

  return {
    pool,
    here,
    problems,
    start(analysis) {
      const rest = new Map(problems.getSnapshot());
      if (rest.delete(analysis)) problems.set(rest);
      here.set(new Set([...here.getSnapshot(), analysis]));
      look();
    },
    stop(analysis) {
      leave(analysis);
      look();
    },
    look,
    rejoin() {
      void deliver();
      void ask();
    },
    close() {
      isClosed = true;
      clearTimeout(askTimer);
      socket.off('unitsWaiting', onUnits);
      for (const { abort } of running.values()) abort.abort();
      pool.dispose();
    },
  };
}
