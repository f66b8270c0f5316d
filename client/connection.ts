/**
 * The one live connection of a page: Socket.IO, typed by lib/wire/events.
 *
 * WebSocket where the network lets it through, long-polling where not. It reconnects by itself and says
 * truthfully which it has. It knows nothing of what is said over it.
 */
import { io, type Socket } from 'socket.io-client';
import { PROTOCOL_VERSION, type ClientToServer, type Handshake, type RefusedConnection, type ServerToClient } from '#lib/wire/events.ts';
import type { ConnectionState } from './sessionTypes.ts';
import { createStore, type Store } from './store.ts';

export type LiveSocket = Socket<ServerToClient, ClientToServer>;

export type Connection = { readonly socket: LiveSocket; readonly state: Store<ConnectionState>; readonly close: () => void };

const REFUSALS: Readonly<Record<RefusedConnection, string>> = {
  noSuchSession: 'There is no session at this address. It may have been mistyped.',
  badKey: 'This link was meant to let you edit, but its key is not right. Ask for a new one.',
  badHandshake: 'The server did not understand this page. Reload it.',
  oldPage: 'This page is older than the server. Reload it.',
  full: 'This session is full. Ask the host for a view link.',
};

/** @param present what this page presents, asked anew at every attempt */
export function openConnection(present: () => Omit<Handshake, 'version'>): Connection {
  const state = createStore<ConnectionState>({ kind: 'connecting' });
  const socket: LiveSocket = io({
    // WebSocket first: a page that gets it needs no upgrade round trips. Polling is tried when it is blocked.
    transports: ['websocket', 'polling'],
    tryAllTransports: true,
    auth: (answer) => answer({ version: PROTOCOL_VERSION, ...present() } satisfies Handshake),
    reconnectionDelay: 300,
    reconnectionDelayMax: 4000,
    randomizationFactor: 0.5,
    autoConnect: false,
  });

  const sayTransport = () => {
    const { engine } = socket.io;
    state.set({ kind: engine.transport.name === 'polling' ? 'polling' : 'live' });
    engine.once('upgrade', () => state.set({ kind: 'live' }));
  };
  socket.on('connect', sayTransport);
  socket.on('disconnect', (reason) => {
    if (state.getSnapshot().kind === 'refused') return;
    state.set({ kind: 'offline' });
    // A server that closes the connection itself does not make Socket.IO come back on its own.
    if (reason === 'io server disconnect') setTimeout(() => socket.connect(), 1000 + Math.random() * 2000);
  });
  socket.on('connect_error', (error) => {
    const refusal = REFUSALS[error.message as RefusedConnection];
    if (refusal) {
      state.set({ kind: 'refused', reason: refusal });
      socket.disconnect();
    } else if (state.getSnapshot().kind !== 'connecting' || !navigator.onLine) state.set({ kind: 'offline' });
  });
  const wake = () => {
    if (!socket.connected && state.getSnapshot().kind !== 'refused') socket.connect();
  };
  window.addEventListener('online', wake);
  socket.connect();

  return {
    socket,
    state,
    close: () => {
      window.removeEventListener('online', wake);
      socket.close();
    },
  };
}
