/**
 * When a worker lets others have a turn: its own messages between blocks of work, and the rest of the machine when only a
 * share of the time may be used. It counts how long others had to wait, and does not know what the work is.
 */
import { LONG_DISPATCH_MS, type Dispatches } from '#lib/wire/workerMessages.ts';

/** Longest stretch of work without a turn for messages, in milliseconds. */
const STRETCH_MS = 12;

export type Pace = {
  /** In (0, 1]: how much of the time may be spent computing. */
  setShare(share: number): void;
  /** Starts the clock of a stretch of work. */
  begin(): void;
  /** Whether the stretch has been long enough for a turn. */
  isDue(): boolean;
  /** Gives the turn, and rests where the share asks for it. */
  rest(): Promise<void>;
  /** Milliseconds rested so far, a rest under way included. */
  rested(): number;
  /** Milliseconds of the stretch of work under way. */
  stretch(): number;
  /** Notes a piece of work that nothing could interrupt. */
  dispatched(ms: number): void;
  dispatches(): Dispatches;
};

export function createPace(share = 1): Pace {
  let since = performance.now();
  let rested = 0;
  let restingSince: number | null = null;
  let dispatches: Dispatches = { count: 0, long: 0, longestMs: 0 };
  return {
    setShare(next) {
      if (!(next > 0 && next <= 1)) throw new Error(`a share of ${next}, expected more than 0 and at most 1`);
      share = next;
    },
    begin() {
      since = performance.now();
    },
    isDue: () => performance.now() - since >= STRETCH_MS,
    async rest() {
      const start = performance.now();
      const owed = ((start - since) * (1 - share)) / share;
      restingSince = start;
      await (owed > 1 ? sleep(owed) : turn());
      restingSince = null;
      since = performance.now();
      rested += since - start;
    },
    rested: () => rested + (restingSince === null ? 0 : performance.now() - restingSince),
    stretch: () => performance.now() - since,
    dispatched(ms) {
      const { count, long, longestMs } = dispatches;
      dispatches = { count: count + 1, long: long + (ms > LONG_DISPATCH_MS ? 1 : 0), longestMs: Math.max(longestMs, ms) };
    },
    dispatches: () => dispatches,
  };
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** One turn of the event loop, without the 4 ms that browsers add to nested timers. */
const turn = (): Promise<void> =>
  new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
