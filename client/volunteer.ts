/**
 * Lends this device: asks for work while the person is willing, computes it, returns it, hands back what it leaves.
 *
 * Pull, not push: there is always one lease behind the running ones, so a device never waits for the network.
 * A result whose connection broke is kept and returned after the next welcome. It does not know what a tile means,
 * and not whether a page or a command line lends: whoever makes it brings the host of its workers.
 */
import { sayProblems } from '#lib/parsed.ts';
import type { Network } from '#lib/network/program.ts';
import type { Subject } from '#lib/network/subject.ts';
import type { SliceRecipe } from '#lib/slice/recipe.ts';
import { tileOfKey, type TileKey } from '#lib/work/tile.ts';
import type { LeaseOffer, ReturnedTile } from '#lib/wire/events.ts';
import type { BackendReport, BackendWish } from '#lib/wire/workerMessages.ts';
import type { LiveSocket } from './connection.ts';
import type { DeviceIdentity } from './deviceIdentity.ts';
import { createEvaluatorPool, type ComputeHost, type EvaluatorPool } from './evaluatorPool.ts';
import type { Lending, LendingState, Lent, PauseReason } from './lendingTypes.ts';
import { createStore } from './store.ts';
import type { VectorMap } from './vectorShelf.ts';

const ANSWER_MS = 20_000;
/** How often to ask again when there was nothing to do, should a push have been missed. */
const ASK_AGAIN_MS = 4_000;
/** Work to hold in advance, so that a quick device does not wait for the network. */
const AHEAD_MS = 400;
const MOST_AHEAD = 24;
/** The server takes no request for more. */
const MOST_ASKED = 64;
/** What the server takes of a backend's name. */
const MOST_LETTERS = 80;
/** The server hears at most this often that we lend, and each time that we stop: together within what it takes. */
const SAY_MS = 2_200;
/** A device that fails so often in a row is not asked again before its person says so. */
const MOST_FAILURES = 5;
/** Of several reasons to pause, the first of these is shown. */
const PAUSE_REASONS: readonly PauseReason[] = ['person', 'failures', 'elsewhere', 'battery', 'heat', 'hidden'];

/** What a slice id stands for, with the weights and the vectors of files, fetched where they are not here yet; null while the slice is not known. */
export type Lookup = (sliceId: string) => Promise<{ readonly recipe: SliceRecipe; readonly subject: Subject; readonly vectors: VectorMap } | null>;

type Finished = { readonly returned: ReturnedTile; readonly bytes: Uint8Array };

export type VolunteerOptions = {
  readonly socket: LiveSocket;
  readonly host: ComputeHost;
  readonly lookup: Lookup;
  /** Those that may be lent, to probe a device with. */
  readonly networks: () => readonly Network[];
  /** Under which evidence for this device is kept. */
  readonly identity: DeviceIdentity;
  /** What was returned was not taken, and why. */
  readonly onFailure: (message: string) => void;
};

export type Volunteer = Lending & {
  /** The connection is welcome again: offer ourselves anew, and return what was finished meanwhile. */
  readonly rejoin: () => void;
  /** The pool while lending, so that a price can be measured on it. */
  readonly pool: () => EvaluatorPool | null;
  /** Opens a pool of one's own, as this one is opened. */
  readonly openPool: (duty: number, networks: readonly Network[]) => EvaluatorPool;
  /** Gives back what is running, as when the device may sleep now; what finishes all the same is returned. */
  readonly handBack: () => void;
  /** Resolves when everything finished was taken by the server, or the connection broke. */
  readonly delivered: () => Promise<void>;
  readonly close: () => void;
};

export function createVolunteer({ socket, host, lookup, networks, identity, onFailure }: VolunteerOptions): Volunteer {
  const state = createStore<LendingState>({ kind: 'off', points: 0 });
  const wish = createStore<BackendWish>('auto');
  const duty = createStore(1);
  let pool: EvaluatorPool | null = null;
  let report: BackendReport | null = null;
  let abort = new AbortController();
  const running = new Map<TileKey, LeaseOffer>();
  const finished: Finished[] = [];
  const delivering = new Set<Promise<void>>();
  let isAsking = false;
  let points = 0;
  let lastEngine: string | undefined;
  /** What a tile takes here, lately; null before the first. */
  let tileMs: number | null = null;
  let failures = 0;
  let isFinishing = false;
  /** Why nothing is computed now, each with its words where it has some. */
  const pauses = new Map<PauseReason, string | null>();
  let askTimer: ReturnType<typeof setTimeout> | undefined;
  let sayTimer: ReturnType<typeof setTimeout> | undefined;
  /** What the server was last told that we lend with. */
  let told: string | null = null;
  /** When and how many points were computed lately, for the rate. */
  const recent: { readonly at: number; readonly points: number }[] = [];

  function say(): void {
    if (!pool || !report) return;
    const now = performance.now();
    while (recent.length > 0 && now - recent[0]!.at > 10_000) recent.shift();
    const span = recent.length > 1 ? (now - recent[0]!.at) / 1000 : 0;
    const pointsPerSecond = span > 0.2 ? recent.reduce((sum, each) => sum + each.points, 0) / span : 0;
    const lent: Lent = { report, workers: pool.size, points, pointsPerSecond, engine: lastEngine, tileMs };
    const reason = PAUSE_REASONS.find((each) => pauses.has(each));
    if (reason) state.set({ kind: 'paused', reason, why: pauses.get(reason) ?? null, ...lent });
    else state.set({ kind: isFinishing ? 'finishing' : running.size > 0 ? 'helping' : 'idle', ...lent });
  }

  const isAskable = (): boolean => pool !== null && pauses.size === 0 && !isFinishing;

  /** Leases to hold beyond one for each worker: one, or as many as last while the next are fetched. */
  const ahead = (): number => (tileMs === null ? 1 : Math.max(1, Math.min(MOST_AHEAD, Math.ceil(((pool?.size ?? 1) * AHEAD_MS) / Math.max(tileMs, 1)))));

  const offered = (): string | null => (pauses.size === 0 && pool && report ? report.title.slice(0, MOST_LETTERS) : null);

  /** Tells the server whether we lend. Stopping is said at once; beginning not too often, for a switch may be flicked. */
  function sayLending(): void {
    const next = offered();
    if (next === told || !socket.connected || (next !== null && sayTimer !== undefined)) return;
    told = next;
    if (next !== null) socket.emit('device', identity.said());
    socket.emit('lend', next);
    if (next === null) return;
    void ask();
    sayTimer = setTimeout(() => {
      sayTimer = undefined;
      sayLending();
    }, SAY_MS);
  }

  async function ask(): Promise<void> {
    clearTimeout(askTimer);
    if (!pool || !isAskable() || isAsking || !socket.connected) return;
    const most = pool.size + ahead();
    const room = most - running.size;
    // Not for every tile: quick ones are asked for several at a time.
    if (room < Math.max(1, Math.floor(most / 3))) return;
    isAsking = true;
    let leases: readonly LeaseOffer[] = [];
    try {
      leases = await socket.timeout(ANSWER_MS).emitWithAck('askForWork', Math.min(room, MOST_ASKED));
    } catch {
      // No answer: the timer below asks again, and a new connection does so at once.
    } finally {
      isAsking = false;
    }
    // It was paused, stopped or asked to finish while the answer was on its way.
    if (!isAskable()) {
      if (leases.length > 0) socket.emit('handBack', leases.map(({ tile }) => tile));
      return;
    }
    const before = running.size;
    for (const lease of leases) void compute(lease);
    // The server is careful with who has many workers: it is asked until each of them has something to do.
    if (running.size > before && pool && running.size < pool.size) void ask();
    // Nothing runs where all that was lent is not known here yet: nothing that ends would ask again.
    if (leases.length === 0 || running.size === 0) askTimer = setTimeout(() => void ask(), ASK_AGAIN_MS);
    say();
  }

  async function compute(lease: LeaseOffer): Promise<void> {
    if (running.has(lease.tile)) return;
    running.set(lease.tile, lease);
    const { signal } = abort;
    try {
      const job = await lookup(tileOfKey(lease.tile)?.sliceId ?? '');
      signal.throwIfAborted();
      if (!pool || !job) {
        socket.emit('handBack', [lease.tile]);
        // Not at once: it would be lent to us again before we know more.
        askTimer = setTimeout(() => void ask(), ASK_AGAIN_MS);
        return;
      }
      const { bytes, ms, points: count, engine } = await pool.evaluate(job.recipe, job.subject, lease.tile, signal, job.vectors);
      failures = 0;
      points += count;
      lastEngine = engine;
      tileMs = tileMs === null ? ms : (tileMs + ms) / 2;
      recent.push({ at: performance.now(), points: count });
      finished.push({ returned: { tile: lease.tile, ms, backend: engine.slice(0, MOST_LETTERS), ticket: lease.ticket }, bytes });
      void deliver();
    } catch (error) {
      if (signal.aborted) return;
      socket.emit('handBack', [lease.tile]);
      failures++;
      const message = error instanceof Error ? error.message : String(error);
      // A device that keeps failing must not ask for ever.
      if (failures >= MOST_FAILURES) return pause('failures', message);
    } finally {
      if (running.get(lease.tile) === lease) running.delete(lease.tile);
      say();
    }
    if (isFinishing && running.size === 0) return stop();
    void ask();
  }

  function deliver(): Promise<void> {
    const delivery = deliverAll().finally(() => delivering.delete(delivery));
    delivering.add(delivery);
    return delivery;
  }

  /** Returns what is finished, oldest first; what could not be returned waits for the next connection. */
  async function deliverAll(): Promise<void> {
    while (socket.connected) {
      const next = finished.shift();
      if (!next) return;
      try {
        const outcome = await socket.timeout(ANSWER_MS).emitWithAck('returnTile', next.returned, next.bytes);
        if (!outcome.ok) onFailure(sayProblems(outcome.problems));
      } catch {
        finished.unshift(next);
        return;
      }
    }
  }

  const openPool = (share: number, probedWith: readonly Network[]): EvaluatorPool =>
    createEvaluatorPool(host, { wish: wish.getSnapshot(), duty: share, networks: probedWith });

  async function start(): Promise<void> {
    if (pool) return resume('person');
    abort = new AbortController();
    const started = openPool(duty.getSnapshot(), networks());
    pool = started;
    state.set({ kind: 'starting' });
    try {
      report = await started.ready;
    } catch (error) {
      if (pool === started) fail(error instanceof Error ? error.message : String(error));
      return;
    }
    if (pool !== started) return;
    started.subscribe(() => {
      const found = started.report();
      if (found && found !== report) {
        // Another report is another device, or the same one opened anew after it was lost.
        report = found;
        identity.lost();
        told = null;
        sayLending();
      }
      say();
    });
    rejoin();
    say();
  }

  function stop(): void {
    if (!pool) return;
    release();
    state.set({ kind: 'off', points });
  }

  function pause(reason: PauseReason, why: string | null = null): void {
    if (!pool || pauses.has(reason)) return;
    const isFirst = pauses.size === 0;
    pauses.set(reason, why);
    if (isFirst) {
      abort.abort();
      abort = new AbortController();
      handBack();
      running.clear();
      recent.length = 0;
      clearTimeout(askTimer);
      sayLending();
    }
    say();
  }

  function resume(reason: PauseReason): void {
    failures = 0;
    isFinishing = false;
    if (!pauses.delete(reason)) return;
    if (pauses.size > 0) return say();
    sayLending();
    say();
    void ask();
  }

  function finish(): void {
    if (!pool) return;
    if (running.size === 0) return stop();
    isFinishing = true;
    clearTimeout(askTimer);
    say();
  }

  function fail(reason: string): void {
    release();
    state.set({ kind: 'unable', reason });
  }

  function release(): void {
    clearTimeout(askTimer);
    abort.abort();
    handBack();
    running.clear();
    recent.length = 0;
    failures = 0;
    tileMs = null;
    isFinishing = false;
    pauses.clear();
    pool?.dispose();
    pool = null;
    report = null;
    sayLending();
  }

  function rejoin(): void {
    if (!socket.connected) return;
    // Also who stopped while the connection was broken: what is finished need not be computed again.
    void deliver();
    // A new connection lends nothing until it says so.
    told = null;
    sayLending();
  }

  function handBack(): void {
    if (running.size > 0) socket.emit('handBack', [...running.keys()]);
  }

  const onWork = () => void ask();
  socket.on('workWaiting', onWork);

  return {
    state,
    wish,
    duty,
    start: () => void start(),
    stop,
    pause,
    resume,
    finish,
    setWish: (next) => {
      wish.set(next);
      const isLending = pool !== null || state.getSnapshot().kind === 'unable';
      if (!isLending) return;
      stop();
      void start();
    },
    setDuty: (share) => {
      duty.set(share);
      pool?.setDuty(share);
    },
    rejoin,
    pool: () => pool,
    openPool,
    handBack,
    delivered: async () => {
      void deliver();
      await Promise.all(delivering);
    },
    close: () => {
      stop();
      clearTimeout(sayTimer);
      socket.off('workWaiting', onWork);
    },
  };
}
