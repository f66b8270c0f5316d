/**
 * Lends this device: begins, pauses, finishes and stops; what it was lent is looked after by lentWork.ts.
 *
 * A result whose connection broke is kept and returned after the next welcome. It does not know what a tile means,
 * and not whether a page or a command line lends: whoever makes it brings the host of its workers.
 */
import type { Network } from '#lib/network/program.ts';
import type { Helped } from '#lib/session/people.ts';
import { passesIn, type SliceRecipe } from '#lib/slice/recipe.ts';
import type { Capacity } from '#lib/work/capacity.ts';
import { HeatBrake } from '#lib/work/heatBrake.ts';
import type { LeaseOffer, LendFacts } from '#lib/wire/events.ts';
import type { BackendReport, BackendWish } from '#lib/wire/workerMessages.ts';
import type { LiveSocket } from './connection.ts';
import { createDelivery } from './delivery.ts';
import type { DeviceIdentity } from './deviceIdentity.ts';
import { heldBy } from './deviceMemory.ts';
import { createEvaluatorPool, type ComputeHost, type Evaluated, type EvaluatorPool } from './evaluatorPool.ts';
import { createLendingSaid } from './lendingSaid.ts';
import type { Lending, LendingState, Lent, PauseReason } from './lendingTypes.ts';
import { createLentWork, type Lookup } from './lentWork.ts';
import { createRecentRate } from './recentRate.ts';
import { createStore } from './store.ts';

/** What the server takes of a backend's name. */
const MOST_LETTERS = 80;
/** A device that fails so often in a row is not asked again before its person says so. */
const MOST_FAILURES = 5;
/** Of what its person allows, while it has become slow. */
const BRAKED_SHARE = 0.5;
/** Of several reasons to pause, the first of these is shown. */
const PAUSE_REASONS: readonly PauseReason[] = ['person', 'failures', 'elsewhere', 'battery', 'heat', 'hidden'];

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
  const helps = createStore<Helped>('everyone');
  const delivery = createDelivery(socket, onFailure);
  const rate = createRecentRate();
  const brake = new HeatBrake();
  const said = createLendingSaid(socket, identity, offered, () => work.ask());
  const work = createLentWork({ socket, lookup, pool: () => pool, isAskable: () => pool !== null && pauses.size === 0 && !isFinishing, onChange: changed, onComputed: computed, onFailed: failedOnce });
  let pool: EvaluatorPool | null = null;
  let report: BackendReport | null = null;
  let points = 0;
  let lastEngine: string | undefined;
  let failures = 0;
  let isFinishing = false;
  /** Why nothing is computed now, each with its words where it has some. */
  const pauses = new Map<PauseReason, string | null>();

  /** What its person allows, less while the device has become slow. */
  const share = (): number => duty.getSnapshot() * (brake.isOn ? BRAKED_SHARE : 1);

  function show(): void {
    if (!pool || !report) return;
    const lent: Lent = {
      report,
      workers: pool.size,
      holds: held(),
      points,
      pointsPerSecond: rate.perSecond(performance.now()),
      engine: lastEngine,
      tileMs: work.tileMs(),
      isBraked: brake.isOn,
      dispatches: pool.dispatches(),
    };
    const reason = PAUSE_REASONS.find((each) => pauses.has(each));
    if (reason) state.set({ kind: 'paused', reason, why: pauses.get(reason) ?? null, ...lent });
    else state.set({ kind: isFinishing ? 'finishing' : work.isRunning() ? 'helping' : 'idle', ...lent });
  }

  const held = (): Capacity => heldBy(report!, host.mostBytes(), pool!.size);

  function offered(): LendFacts | null {
    if (pauses.size > 0 || !pool || !report) return null;
    return { title: report.title.slice(0, MOST_LETTERS), workers: pool.size, duty: share(), helps: helps.getSnapshot(), holds: held(), ...(report.rate !== undefined && { rate: report.rate }) };
  }

  function changed(): void {
    if (isFinishing && work.isIdle()) stop();
    else show();
  }

  function computed(offer: LeaseOffer, recipe: SliceRecipe, { bytes, ms, points: count, engine }: Evaluated): void {
    failures = 0;
    points += count;
    lastEngine = engine;
    rate.add(count, performance.now());
    delivery.add({ tile: offer.tile, ms, backend: engine.slice(0, MOST_LETTERS), ticket: offer.ticket }, bytes);
    const wasBraked = brake.isOn;
    brake.note(`${engine} ${recipe.subject} ${recipe.measure?.kind ?? 'loss'}`, ms / count / passesIn(recipe), performance.now());
    if (brake.isOn !== wasBraked) applyShare();
  }

  /** A device that keeps failing must not ask for ever. */
  function failedOnce(message: string): void {
    failures++;
    if (failures >= MOST_FAILURES) pause('failures', message);
  }

  function applyShare(): void {
    pool?.setDuty(share());
    said.say();
  }

  const openPool = (allowed: number, probedWith: readonly Network[]): EvaluatorPool =>
    createEvaluatorPool(host, { wish: wish.getSnapshot(), duty: allowed, networks: probedWith });

  async function start(): Promise<void> {
    if (pool) return resume('person');
    const started = openPool(share(), networks());
    pool = started;
    state.set({ kind: 'starting' });
    try {
      report = await started.ready;
    } catch (error) {
      if (pool !== started) return;
      release();
      state.set({ kind: 'unable', reason: error instanceof Error ? error.message : String(error) });
      return;
    }
    if (pool !== started) return;
    started.subscribe(() => {
      const found = started.report();
      if (found && found !== report) {
        // Another report is another device, or the same one opened anew after it was lost.
        report = found;
        identity.lost();
        said.forget();
      }
      // More workers, perhaps.
      said.say();
      show();
    });
    rejoin();
    show();
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
      work.drop();
      rate.clear();
      said.say();
    }
    show();
  }

  function resume(reason: PauseReason): void {
    failures = 0;
    isFinishing = false;
    if (!pauses.delete(reason)) return;
    if (pauses.size > 0) return show();
    said.say();
    show();
    work.ask();
  }

  function finish(): void {
    if (!pool) return;
    if (work.isIdle()) return stop();
    isFinishing = true;
    work.rest();
    show();
  }

  function release(): void {
    const ending = pool;
    pool = null;
    report = null;
    work.drop();
    rate.clear();
    failures = 0;
    isFinishing = false;
    pauses.clear();
    ending?.dispose();
    said.say();
  }

  function rejoin(): void {
    if (!socket.connected) return;
    // Also who stopped while the connection was broken: what is finished need not be computed again.
    delivery.deliver();
    // A new connection lends nothing until it says so.
    said.forget();
    said.say();
  }

  return {
    state,
    wish,
    duty,
    helps,
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
    setDuty: (allowed) => {
      duty.set(allowed);
      applyShare();
    },
    setHelps: (next) => {
      helps.set(next);
      said.say();
    },
    rejoin,
    pool: () => pool,
    openPool,
    handBack: work.handBack,
    delivered: delivery.delivered,
    close: () => {
      stop();
      said.close();
      work.close();
    },
  };
}
