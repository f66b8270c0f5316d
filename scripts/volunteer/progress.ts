/**
 * What a volunteer without a screen says: one line that is rewritten on a terminal, plain lines anywhere else.
 *
 * It is given the time and where to write, and knows neither.
 */
import type { LendingState } from '#client/lendingTypes.ts';
import type { ConnectionState } from '#client/sessionTypes.ts';

export type ProgressOutput = {
  readonly write: (text: string) => void;
  readonly isTerminal: boolean;
  /** Columns of the terminal. */
  readonly columns: () => number;
  /** Milliseconds. */
  readonly now: () => number;
};

export type Progress = {
  /** Shows where things stand; on a terminal at once, elsewhere when something changed and not too often. */
  readonly show: (lending: LendingState, connection: ConnectionState) => void;
  /** A line that stays. */
  readonly say: (text: string) => void;
};

/** Plain lines of an unchanged activity are at least this far apart. */
const PLAIN_MS = 10_000;

export function createProgress({ write, isTerminal, columns, now }: ProgressOutput): Progress {
  let shown = '';
  let activity = '';
  let at = -Infinity;
  const clear = () => {
    if (shown !== '') write(`\r${' '.repeat(shown.length)}\r`);
    shown = '';
  };
  return {
    show(lending, connection) {
      const line = progressLine(lending, connection);
      if (isTerminal) {
        const next = line.slice(0, Math.max(20, columns() - 1));
        if (next === shown) return;
        write(`\r${next.padEnd(shown.length)}`);
        shown = next;
        return;
      }
      const next = activityOf(lending, connection);
      const isDue = next !== activity || now() - at >= PLAIN_MS;
      if (!isDue || line === shown) return;
      write(`${line}\n`);
      [shown, activity, at] = [line, next, now()];
    },
    say(text) {
      if (isTerminal) clear();
      write(`${text}\n`);
    },
  };
}

export function progressLine(lending: LendingState, connection: ConnectionState): string {
  const doing = activityOf(lending, connection);
  if (lending.kind !== 'helping' && lending.kind !== 'idle') return doing;
  const { points, pointsPerSecond, report, workers } = lending;
  const rate = pointsPerSecond < 100 ? pointsPerSecond.toFixed(1) : Math.round(pointsPerSecond).toLocaleString('en-GB');
  const with_ = `${report.title}${workers === 1 ? '' : `, ${workers} threads`}`;
  return `${points.toLocaleString('en-GB')} points so far, ${lending.kind === 'helping' ? rate : '0'} a second, ${with_}: ${doing}`;
}

function activityOf(lending: LendingState, connection: ConnectionState): string {
  if (connection.kind === 'connecting') return 'connecting';
  if (connection.kind === 'offline') return 'offline, trying again';
  if (connection.kind === 'refused') return connection.reason;
  switch (lending.kind) {
    case 'off':
      return 'not lending';
    case 'starting':
      return 'starting';
    case 'helping':
      return 'computing';
    case 'idle':
      return 'waiting for work';
    case 'finishing':
      return 'finishing what it holds';
    case 'paused':
      return `paused${lending.why === null ? '' : `: ${lending.why}`}`;
    case 'unable':
      return lending.reason;
  }
}
