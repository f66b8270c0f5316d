/**
 * Returns what was computed, oldest first. What could not be returned waits for the next connection: it need not be
 * computed again. It does not know who computed it.
 */
import { sayProblems } from '#lib/parsed.ts';
import type { ReturnedTile } from '#lib/wire/events.ts';
import type { LiveSocket } from './connection.ts';

const ANSWER_MS = 20_000;

export type Delivery = {
  readonly add: (returned: ReturnedTile, bytes: Uint8Array) => void;
  /** Tries again, as after a new connection. */
  readonly deliver: () => void;
  /** Resolves when everything was taken by the server, or the connection broke. */
  readonly delivered: () => Promise<void>;
};

/** @param onFailure what was returned was not taken, and why */
export function createDelivery(socket: LiveSocket, onFailure: (message: string) => void): Delivery {
  const finished: { readonly returned: ReturnedTile; readonly bytes: Uint8Array }[] = [];
  const delivering = new Set<Promise<void>>();

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

  function deliver(): void {
    const delivery = deliverAll().finally(() => delivering.delete(delivery));
    delivering.add(delivery);
  }

  return {
    add(returned, bytes) {
      finished.push({ returned, bytes });
      deliver();
    },
    deliver,
    delivered: async () => {
      deliver();
      await Promise.all(delivering);
    },
  };
}
