/**
 * Looks after the device that lends: pauses it on battery, in a hidden tab, when it is hot, or when another tab of it computes already.
 * How busy the processor is says nothing, for lending itself keeps it busy: only heat counts.
 *
 * It measures nothing itself: it listens to what the browser tells, where the browser tells it, and each pause can be overruled by the
 * person it is for. What it knows of the device stays on the device. Rules P12–P15 in docs/SPEC.md.
 */
import type { Lending, PauseReason } from './lendingTypes.ts';
import { createStore, type Store } from './store.ts';

/** `unknown`: this browser does not say. `level` in 0 … 1. */
export type Power = { readonly kind: 'mains' | 'unknown' } | { readonly kind: 'battery'; readonly level: number };

export type LenderCare = {
  readonly power: Store<Power>;
  /** Whether it may go on in a hidden tab, and on battery. */
  readonly goesOn: Store<Readonly<Record<'hidden' | 'battery', boolean>>>;
  allow(reason: 'hidden' | 'battery', isAllowed: boolean): void;
  /** Takes over from the other tab of this device. */
  takeOver(): void;
  close(): void;
};

/** What a page brings: the browser's own objects, absent where the browser has none. */
export type Surroundings = {
  readonly document: Pick<Document, 'visibilityState' | 'addEventListener' | 'removeEventListener'>;
  readonly getBattery?: (() => Promise<Battery>) | undefined;
  readonly locks?: Pick<LockManager, 'request'> | undefined;
  readonly observePressure?: ((hear: (state: Pressure) => void) => () => void) | undefined;
};

export type Battery = Pick<EventTarget, 'addEventListener' | 'removeEventListener'> & { readonly charging: boolean; readonly level: number };

/** The states of the Compute Pressure API. */
export type Pressure = 'nominal' | 'fair' | 'serious' | 'critical';

/** One computing tab per device and browser. */
const LOCK = 'tarn.computes';
const BATTERY_EVENTS = ['chargingchange', 'levelchange'] as const;

export function careFor(lending: Pick<Lending, 'state' | 'pause' | 'resume'>, { document, getBattery, locks, observePressure }: Surroundings): LenderCare {
  const power = createStore<Power>({ kind: 'unknown' });
  const goesOn = createStore<Readonly<Record<'hidden' | 'battery', boolean>>>({ hidden: false, battery: false });
  let battery: Battery | null = null;
  let isHot = false;
  let isLending = false;
  /** Ends the wait for the lock, or gives it back. */
  let letGo: (() => void) | null = null;
  let isElsewhere = false;
  /** Reasons for which the lending is paused now. */
  const told = new Set<PauseReason>();
  let stopPressure = () => {};

  const holds = (): Readonly<Partial<Record<PauseReason, boolean>>> => ({
    battery: power.getSnapshot().kind === 'battery' && !goesOn.getSnapshot().battery,
    hidden: document.visibilityState === 'hidden' && !goesOn.getSnapshot().hidden,
    heat: isHot,
    elsewhere: isElsewhere,
  });

  function tell(): void {
    if (!isLending) return;
    for (const [reason, isSo] of Object.entries(holds()) as [PauseReason, boolean][]) {
      // Pausing changes the lending's state, which is heard here too: each change is told once.
      if (isSo === told.has(reason)) continue;
      if (isSo) {
        told.add(reason);
        lending.pause(reason);
      } else {
        told.delete(reason);
        lending.resume(reason);
      }
    }
  }

  function readBattery(): void {
    if (battery) power.set(battery.charging ? { kind: 'mains' } : { kind: 'battery', level: battery.level });
    tell();
  }

  /** @param steal takes the lock from the tab that has it, which then waits for its turn */
  function claim(steal: boolean): void {
    if (!locks) return;
    const mine = new AbortController();
    let release = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    const end = () => {
      mine.abort();
      release();
    };
    letGo?.();
    letGo = end;
    const grant = (): Promise<void> => {
      isElsewhere = false;
      tell();
      return held;
    };
    const wait = (): void => {
      if (letGo !== end) return;
      isElsewhere = true;
      tell();
      locks.request(LOCK, { signal: mine.signal }, grant).catch(lost);
    };
    /** Stolen by another tab, or given up by us. */
    const lost = (): void => {
      if (letGo === end) claim(false);
    };
    if (steal) locks.request(LOCK, { steal: true }, grant).catch(lost);
    else locks.request(LOCK, { ifAvailable: true }, (lock) => (lock ? grant() : wait())).catch(lost);
  }

  function heedLending(): void {
    const { kind } = lending.state.getSnapshot();
    const next = kind !== 'off' && kind !== 'unable';
    if (next === isLending) return;
    isLending = next;
    if (!next) {
      letGo?.();
      letGo = null;
      isElsewhere = false;
      stopPressure();
      stopPressure = () => {};
      isHot = false;
      told.clear();
      return;
    }
    claim(false);
    stopPressure =
      observePressure?.((state) => {
        isHot = state === 'serious' || state === 'critical';
        tell();
      }) ?? stopPressure;
    tell();
  }

  getBattery?.().then(
    (found) => {
      battery = found;
      for (const event of BATTERY_EVENTS) battery.addEventListener(event, readBattery);
      readBattery();
    },
    // A browser that has the call and refuses it tells nothing, as one without it.
    () => power.set({ kind: 'unknown' }),
  );
  document.addEventListener('visibilitychange', tell);
  const stopHeeding = lending.state.subscribe(heedLending);

  return {
    power,
    goesOn,
    allow(reason, isAllowed) {
      goesOn.set({ ...goesOn.getSnapshot(), [reason]: isAllowed });
      tell();
    },
    takeOver: () => claim(true),
    close() {
      stopHeeding();
      document.removeEventListener('visibilitychange', tell);
      for (const event of BATTERY_EVENTS) battery?.removeEventListener(event, readBattery);
      stopPressure();
      letGo?.();
      letGo = null;
    },
  };
}

type PressureObserverLike = {
  new (hear: (records: readonly { readonly state: Pressure }[]) => void): { observe(source: 'thermals', options: { sampleInterval: number }): Promise<void>; disconnect(): void };
  readonly knownSources?: readonly string[];
};

/** How often the browser may tell how hot it is. */
const PRESSURE_MS = 2_000;

/** What this page's browser tells. */
export function browserSurroundings(): Surroundings {
  const source = navigator as Navigator & { readonly getBattery?: () => Promise<Battery> };
  const { PressureObserver } = globalThis as typeof globalThis & { readonly PressureObserver?: PressureObserverLike };
  return {
    document,
    getBattery: source.getBattery && (() => source.getBattery!()),
    locks: navigator.locks,
    observePressure: PressureObserver?.knownSources?.includes('thermals') ? (hear) => observed(PressureObserver, hear) : undefined,
  };
}

function observed(Observer: PressureObserverLike, hear: (state: Pressure) => void): () => void {
  const observer = new Observer((records) => {
    const last = records.at(-1);
    if (last) hear(last.state);
  });
  // Refused by a policy of the page or the person: then nothing is told, as in a browser without it.
  observer.observe('thermals', { sampleInterval: PRESSURE_MS }).catch(() => observer.disconnect());
  return () => observer.disconnect();
}
