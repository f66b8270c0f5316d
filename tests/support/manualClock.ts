/** A clock that moves only when told: for tests and for the simulated classroom. */
import type { Clock } from '#server/clock.ts';

type Timer = { readonly at: number; readonly order: number; readonly run: () => void };

export type ManualClock = Clock & {
  /** Runs everything due until `ms` later, in order of time; what was asked for at the same time in order of asking. */
  readonly advance: (ms: number) => Promise<void>;
};

/** Lets every promise that can go on do so. */
export const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export function createManualClock(): ManualClock {
  let time = 0;
  let order = 0;
  let timers: Timer[] = [];

  function next(limit: number): Timer | null {
    let first: Timer | null = null;
    for (const timer of timers) if (timer.at <= limit && (!first || timer.at < first.at || (timer.at === first.at && timer.order < first.order))) first = timer;
    if (first) timers = timers.filter((timer) => timer !== first);
    return first;
  }

  return {
    now: () => time,
    date: () => 1_700_000_000_000 + time,
    after: (ms, run) => {
      const timer = { at: time + Math.max(0, ms), order: order++, run };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    advance: async (ms) => {
      const end = time + ms;
      await settle();
      for (let timer = next(end); timer; timer = next(end)) {
        time = timer.at;
        timer.run();
        await settle();
      }
      time = end;
    },
  };
}
