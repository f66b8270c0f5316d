/**
 * Lends this device: asks for work while the person is willing, computes it, returns it, hands back what it leaves.
 *
 * It says how many milliseconds of work it has room for, so that it never waits for the network; what is urgent is pushed
 * to it and goes first, and what it has not begun may be taken back.
 * A result whose connection broke is kept and returned after the next welcome. It does not know what a tile means,
 * and not whether a page or a command line lends: whoever makes it brings the host of its workers.
 */
import type { Network } from '#lib/network/program.ts';
import type { Subject } from '#lib/network/subject.ts';
import type { SliceRecipe } from '#lib/slice/recipe.ts';
import { tileOfKey, type TileKey } from '#lib/work/tile.ts';
import type { LeaseOffer, LendFacts } from '#lib/wire/events.ts';
import type { BackendReport, BackendWish } from '#lib/wire/workerMessages.ts';
import type { LiveSocket } from './connection.ts';
import { createDelivery } from './delivery.ts';
import type { DeviceIdentity } from './deviceIdentity.ts';
import { createEvaluatorPool, type ComputeHost, type EvaluatorPool } from './evaluatorPool.ts';
import type { Lending, LendingState, Lent, PauseReason } from './lendingTypes.ts';
import { createOfferQueue } from './offerQueue.ts';
import { createRecentRate } from './recentRate.ts';
import { createStore } from './store.ts';
import type { VectorMap } from './vectorShelf.ts';

const ANSWER_MS = 20_000;
/** How often to ask again when there was nothing to do, should a push have been missed. */
const ASK_AGAIN_MS = 4_000;
/** Work to hold beyond what runs, so that a quick device does not wait for the network: this and twice the way there and back. */
const AHEAD_MS = 50;
/** The way there and back, until it was measured. */
const ROUND_TRIP_MS = 100;
/** The server takes no request for more. */
const MOST_ASKED_MS = 60_000;
/** Each worker has so much posted to it that it need not wait for this thread, which may be drawing. */
const POSTED_MS = 20;
const MOST_POSTED = 4;
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
  const waiting = createOfferQueue();
  const running = new Map<TileKey, { readonly offer: LeaseOffer; readonly abort: AbortController }>();
  let roundTripMs = ROUND_TRIP_MS;
  const delivery = createDelivery(socket, onFailure);
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
  let told: LendFacts | null = null;
  const rate = createRecentRate();

  function say(): void {
    if (!pool || !report) return;
    const lent: Lent = { report, workers: pool.size, points, pointsPerSecond: rate.perSecond(performance.now()), engine: lastEngine, tileMs };
    const reason = PAUSE_REASONS.find((each) => pauses.has(each));
    if (reason) state.set({ kind: 'paused', reason, why: pauses.get(reason) ?? null, ...lent });
    else state.set({ kind: isFinishing ? 'finishing' : running.size > 0 ? 'helping' : 'idle', ...lent });
  }

  const isAskable = (): boolean => pool !== null && pauses.size === 0 && !isFinishing;

  const offered = (): LendFacts | null => (pauses.size === 0 && pool && report ? { title: report.title.slice(0, MOST_LETTERS), workers: pool.size, duty: duty.getSnapshot() } : null);

  /** Tells the server whether we lend. Stopping is said at once; beginning not too often, for a switch may be flicked. */
  function sayLending(): void {
    const next = offered();
    if (JSON.stringify(next) === JSON.stringify(told) || !socket.connected || (next !== null && sayTimer !== undefined)) return;
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
    const roomMs = Math.ceil(AHEAD_MS + 2 * roundTripMs - waiting.ms() / pool.size);
    if (roomMs < 1 && running.size + waiting.size() >= pool.size) return;
    isAsking = true;
    let leases: readonly LeaseOffer[] = [];
    const asked = performance.now();
    try {
      leases = await socket.timeout(ANSWER_MS).emitWithAck('askForWork', Math.min(Math.max(roomMs, 1), MOST_ASKED_MS));
      roundTripMs = (roundTripMs + performance.now() - asked) / 2;
    } catch {
      // No answer: the timer below asks again, and a new connection does so at once.
    } finally {
      isAsking = false;
    }
    take(leases);
    if (!isAskable()) return;
    // The server is careful with who has many workers: it is asked until each of them has something to do.
    if (leases.length > 0 && pool && running.size < pool.size) void ask();
    // Nothing more is pushed to who was forgotten meanwhile, and nothing ends where nothing runs.
    if (leases.length === 0 || running.size === 0) askTimer = setTimeout(() => void ask(), ASK_AGAIN_MS);
    say();
  }

  function take(offers: readonly LeaseOffer[]): void {
    // It was paused, stopped or asked to finish while they were on their way.
    if (!isAskable() && offers.length > 0) socket.emit('handBack', offers.map(({ tile }) => tile));
    if (!isAskable()) return;
    for (const offer of offers) if (!running.has(offer.tile)) waiting.add(offer);
    begin();
    say();
  }

  function begin(): void {
    if (!pool) return;
    const posted = tileMs === null ? 1 : Math.min(MOST_POSTED, 1 + Math.floor(POSTED_MS / Math.max(tileMs, 1)));
    for (let next = waiting.next(running.size < pool.size * posted); next; next = waiting.next(running.size < pool.size * posted)) void compute(next);
  }

  /** Leaves what others do now; what runs, only where nobody wants it any more. */
  function leave(tiles: readonly TileKey[], areUseless: boolean): void {
    for (const tile of tiles) {
      waiting.remove(tile);
      const begun = running.get(tile);
      if (!begun || !areUseless) continue;
      running.delete(tile);
      begun.abort.abort();
    }
    begin();
    say();
    void ask();
  }

  async function compute(offer: LeaseOffer): Promise<void> {
    const own = { offer, abort: new AbortController() };
    running.set(offer.tile, own);
    const signal = AbortSignal.any([abort.signal, own.abort.signal]);
    try {
      const job = await lookup(tileOfKey(offer.tile)?.sliceId ?? '');
      signal.throwIfAborted();
      if (!pool || !job) {
        socket.emit('handBack', [offer.tile]);
        // Not at once: it would be lent to us again before we know more.
        askTimer = setTimeout(() => void ask(), ASK_AGAIN_MS);
        return;
      }
      const { bytes, ms, points: count, engine } = await pool.evaluate(job.recipe, job.subject, offer.tile, signal, job.vectors);
      failures = 0;
      points += count;
      lastEngine = engine;
      tileMs = tileMs === null ? ms : (tileMs + ms) / 2;
      rate.add(count, performance.now());
      delivery.add({ tile: offer.tile, ms, backend: engine.slice(0, MOST_LETTERS), ticket: offer.ticket }, bytes);
    } catch (error) {
      if (signal.aborted) return;
      socket.emit('handBack', [offer.tile]);
      failures++;
      const message = error instanceof Error ? error.message : String(error);
      // A device that keeps failing must not ask for ever.
      if (failures >= MOST_FAILURES) return pause('failures', message);
    } finally {
      if (running.get(offer.tile) === own) running.delete(offer.tile);
      begin();
      say();
    }
    if (isFinishing && running.size === 0 && waiting.size() === 0) return stop();
    void ask();
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
      }
      // More workers, perhaps.
      sayLending();
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
      forget();
      rate.clear();
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
    if (running.size === 0 && waiting.size() === 0) return stop();
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
    forget();
    rate.clear();
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
    delivery.deliver();
    // A new connection lends nothing until it says so.
    told = null;
    sayLending();
  }

  function handBack(): void {
    const tiles = [...running.keys(), ...waiting.tiles()];
    if (tiles.length > 0) socket.emit('handBack', tiles);
  }

  function forget(): void {
    running.clear();
    waiting.clear();
  }

  socket.on('offerWork', take);
  socket.on('withdrawWork', leave);

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
      sayLending();
    },
    rejoin,
    pool: () => pool,
    openPool,
    handBack,
    delivered: delivery.delivered,
    close: () => {
      stop();
      clearTimeout(sayTimer);
      socket.off('offerWork', take);
      socket.off('withdrawWork', leave);
    },
  };
}
