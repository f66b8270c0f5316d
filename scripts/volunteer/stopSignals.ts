/** Ctrl-C and SIGTERM as a wish to stop: the first asks, a second one ends the process at once. */

/** npm passes a Ctrl-C on to its child although the terminal has sent it already: two so close together are one. */
const SAME_SIGNAL_MS = 300;

export type StopSignals = {
  /** Resolves at the first. */
  readonly stopped: Promise<void>;
  readonly hear: () => void;
};

/** @param now milliseconds @param endAtOnce what a second signal does */
export function createStopSignals(now: () => number, endAtOnce: () => void): StopSignals {
  let first: number | null = null;
  let resolve: () => void;
  const stopped = new Promise<void>((done) => (resolve = done));
  return {
    stopped,
    hear() {
      if (first === null) {
        first = now();
        resolve();
      } else if (now() - first > SAME_SIGNAL_MS) endAtOnce();
    },
  };
}
