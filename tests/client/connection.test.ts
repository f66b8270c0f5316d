/** When a page comes back by itself, and when it does not: the socket is a stand-in. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openConnection } from '#client/connection.ts';

const handlers = new Map<string, (payload?: unknown) => void>();
const socket = {
  active: false,
  connected: false,
  connects: 0,
  io: { engine: { transport: { name: 'websocket' }, once: () => {} } },
  on: (event: string, handler: () => void) => void handlers.set(event, handler),
  connect: () => void socket.connects++,
  disconnect: () => {},
  close: () => {},
};

vi.mock('socket.io-client', () => ({ io: () => socket }));

const say = (event: string, payload?: unknown) => handlers.get(event)!(payload);

function open() {
  return openConnection(() => ({ session: 's', key: null, token: null, clientId: null }));
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('window', { addEventListener: () => {}, removeEventListener: () => {} });
  vi.stubGlobal('navigator', { onLine: true });
  Object.assign(socket, { active: false, connected: false, connects: 0 });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('connection', () => {
  it('[W9] a refusal is final and said in words', () => {
    const { state } = open();
    say('connect_error', new Error('badKey'));
    expect(state.getSnapshot()).toMatchObject({ kind: 'refused', reason: expect.stringContaining('key') });
    vi.advanceTimersByTime(60_000);
    expect(socket.connects).toBe(1);
  });

  it('[P8] comes back after the server ended the connection or could not let it in just then', () => {
    const { state } = open();
    say('connect');
    expect(state.getSnapshot().kind).toBe('live');
    say('disconnect', 'io server disconnect');
    expect(state.getSnapshot().kind).toBe('offline');
    vi.advanceTimersByTime(3000);
    expect(socket.connects).toBe(2);
    say('connect_error', new Error('unavailable'));
    vi.advanceTimersByTime(3000);
    expect(socket.connects).toBe(3);
    // Socket.IO tries again by itself where nothing answered.
    socket.active = true;
    say('connect_error', new Error('websocket error'));
    vi.advanceTimersByTime(3000);
    expect(socket.connects).toBe(3);
  });

  it('[W9] full is final for a newcomer, not for who was here until just now', () => {
    const { state } = open();
    say('connect');
    say('disconnect', 'transport close');
    say('connect_error', new Error('full'));
    expect(state.getSnapshot().kind).toBe('offline');
    vi.advanceTimersByTime(3000);
    expect(socket.connects).toBe(2);
    const other = open();
    say('connect_error', new Error('full'));
    expect(other.state.getSnapshot().kind).toBe('refused');
  });

  it('[P8] a connection that was closed does not come back', () => {
    const { close } = open();
    say('connect');
    say('disconnect', 'io server disconnect');
    close();
    vi.advanceTimersByTime(60_000);
    expect(socket.connects).toBe(1);
  });
});
