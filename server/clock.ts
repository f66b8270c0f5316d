/** Time as the server needs it: injected everywhere, so that a class can be simulated in milliseconds. */

export type Clock = {
  /** Milliseconds, never going back while the process lives. */
  readonly now: () => number;
  /** Runs once after `ms`; returns how to call it off. */
  readonly after: (ms: number, run: () => void) => () => void;
  /** Milliseconds since 1970, for records that outlive the process. */
  readonly date: () => number;
};

export const systemClock: Clock = {
  now: () => performance.now(),
  date: () => Date.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};
