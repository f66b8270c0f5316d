/** What the server was told of this device's lending, and telling it again when that changes: stopping at once, beginning not too often. */
import type { LendFacts } from '#lib/wire/events.ts';
import type { LiveSocket } from './connection.ts';
import type { DeviceIdentity } from './deviceIdentity.ts';

/** So often in a row the server hears at once that we lend, and with what; then once in so many milliseconds. It hears each time that we stop: together within what it takes. */
const MOST_AT_ONCE = 3;
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
  let left = MOST_AT_ONCE;
  let timer: ReturnType<typeof setInterval> | undefined;

  /** What was changed is in force at once; a switch that is flicked is heard once in a while. */
  function say(): void {
    const next = facts();
    if (JSON.stringify(next) === JSON.stringify(told) || !socket.connected || (next !== null && left === 0)) return;
    told = next;
    if (next !== null) socket.emit('device', identity.said());
    socket.emit('lend', next);
    if (next === null) return;
    onLent();
    left--;
    timer ??= setInterval(regain, SAY_MS);
  }

  function regain(): void {
    left++;
    say();
    if (left < MOST_AT_ONCE) return;
    clearInterval(timer);
    timer = undefined;
  }

  return { say, forget: () => void (told = null), close: () => clearInterval(timer) };
}
