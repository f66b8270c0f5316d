/** What the server was told of this device's lending, and telling it again when that changes: stopping at once, beginning not too often. */
import type { LendFacts } from '#lib/wire/events.ts';
import type { LiveSocket } from './connection.ts';
import type { DeviceIdentity } from './deviceIdentity.ts';

/** The server hears at most this often that we lend, and each time that we stop: together within what it takes. */
const SAY_MS = 2_200;

export type LendingSaid = {
  /** Says what has changed since the last time, if anything. */
  readonly say: () => void;
  /** What was said counts no more: a new connection, or another device behind it. */
  readonly forget: () => void;
  readonly close: () => void;
};

/** @param facts what is lent now; null for nothing @param onLent the server knows that we lend */
export function createLendingSaid(socket: LiveSocket, identity: DeviceIdentity, facts: () => LendFacts | null, onLent: () => void): LendingSaid {
  let told: LendFacts | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;

  /** A switch may be flicked: beginning is said at most once in a while. */
  function say(): void {
    const next = facts();
    if (JSON.stringify(next) === JSON.stringify(told) || !socket.connected || (next !== null && timer !== undefined)) return;
    told = next;
    if (next !== null) socket.emit('device', identity.said());
    socket.emit('lend', next);
    if (next === null) return;
    onLent();
    timer = setTimeout(() => {
      timer = undefined;
      say();
    }, SAY_MS);
  }

  return { say, forget: () => void (told = null), close: () => clearTimeout(timer) };
}
