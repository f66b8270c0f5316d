/**
 * The one live connection of a page: Socket.IO, typed by lib/wire/events.
 *
 * WebSocket where the network lets it through, long-polling where not. It reconnects by itself and says
 * truthfully which it has. It knows nothing of what is said over it.
 */
import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client';
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

/** What the place where we run knows of the network. */
export type NetworkPlace = {
  /** The server's address; absent where it is the page's own. */
  readonly origin?: string;
  readonly isOnline: () => boolean;
  /** Calls `wake` when the network is back and `drop` when it is gone; returns the way to stop. */
  readonly watch: (wake: () => void, drop: () => void) => () => void;
};

const PAGE: NetworkPlace = {
  isOnline: () => navigator.onLine,
  watch(wake, drop) {
    window.addEventListener('online', wake);
    window.addEventListener('offline', drop);
    return () => {
      window.removeEventListener('online', wake);
      window.removeEventListener('offline', drop);
    };
  },
};

/** @param present what this page presents, asked anew at every attempt */
export function openConnection(present: () => Omit<Handshake, 'version'>, place: NetworkPlace = PAGE): Connection {
  const state = createStore<ConnectionState>({ kind: 'connecting' });
  const options: Partial<ManagerOptions & SocketOptions> = {
    // WebSocket first: a page that gets it needs no upgrade round trips. Polling is tried when it is blocked.
    transports: ['websocket', 'polling'],
    tryAllTransports: true,
    auth: (answer) => answer({ version: PROTOCOL_VERSION, ...present() } satisfies Handshake),
    reconnectionDelay: 300,
    reconnectionDelayMax: 4000,
    randomizationFactor: 0.5,
    autoConnect: false,
  };
  const socket: LiveSocket = place.origin === undefined ? io(options) : io(place.origin, options);

  let isKnown = false;
  let comingBack: ReturnType<typeof setTimeout> | undefined;

  /** Socket.IO does not return by itself from a connection that the server ended or did not let in. */
  const comeBack = () => {
    clearTimeout(comingBack);
    comingBack = setTimeout(() => socket.connect(), 1000 + Math.random() * 2000);
  };
  const sayTransport = () => {
    isKnown = true;
    const { engine } = socket.io;
    state.set({ kind: engine.transport.name === 'polling' ? 'polling' : 'live' });
    engine.once('upgrade', () => state.set({ kind: 'live' }));
  };
  socket.on('connect', sayTransport);
  socket.on('disconnect', (reason) => {
    if (state.getSnapshot().kind === 'refused') return;
    state.set({ kind: 'offline' });
    if (reason === 'io server disconnect') comeBack();
  });
  socket.on('connect_error', (error) => {
    const refusal = REFUSALS[error.message as RefusedConnection];
    // To who was here before, full means that the server has not noticed yet that they were gone.
    if (refusal && !(isKnown && error.message === 'full')) {
      state.set({ kind: 'refused', reason: refusal });
      socket.disconnect();
      return;
    }
    if (state.getSnapshot().kind !== 'connecting' || !place.isOnline()) state.set({ kind: 'offline' });
    if (!socket.active) comeBack();
  });
  const wake = () => {
    if (!socket.connected && state.getSnapshot().kind !== 'refused') socket.connect();
  };
  // The transport would notice only when its next sign of life is missed, half a minute later.
  const drop = () => socket.io.engine?.close();
  const stopWatching = place.watch(wake, drop);
  socket.connect();

  return {
    socket,
    state,
    close: () => {
      stopWatching();
      clearTimeout(comingBack);
      socket.close();
    },
  };
}
