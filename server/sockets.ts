/**
 * Socket.IO ↔ sessions: who may connect, as whom, and every event through one door with its size, rate and role.
 *
 * Nothing a page sends can throw out of here. It decides nothing about documents or tiles. Rules W1–W3, W6, W9 in docs/SPEC.md.
 */
import type { IncomingMessage, Server as HttpServer } from 'node:http';
import { Server, type Socket } from 'socket.io';
import { read, sayProblems } from '#lib/parsed.ts';
import type { Role } from '#lib/session/people.ts';
import { MAY_SAY, PROTOCOL_VERSION, type ClientToServer, type Notice, type RefusedConnection, type ServerToClient } from '#lib/wire/events.ts';
import { MAX_MESSAGE_BYTES, RATES, handshakeSchema } from '#lib/wire/payloads.ts';
import type { Domain } from '#lib/work/belief/domain.ts';
import type { Clock } from './clock.ts';
import type { Domains } from './domains.ts';
import type { Log } from './log.ts';
import type { Audience, Outbox } from './outbox.ts';
import { createBucket, type Bucket } from './rateLimit.ts';
import type { Held, SessionRegister } from './sessionRegister.ts';
import { SOCKET_EVENTS } from './socketEvents.ts';
import { isKeyOf, type Tokens } from './tokens.ts';
import { visitorAddress } from './visitorAddress.ts';

/** What was found out about a page at the handshake. */
type Admitted = { readonly sessionId: string; readonly role: Role; readonly personId: string | null; readonly clientId: number | null; readonly domain: Domain };

export type LiveServer = Server<ClientToServer, ServerToClient, Record<string, never>, Admitted>;
type LiveSocket = Socket<ClientToServer, ServerToClient, Record<string, never>, Admitted>;

/** A page that goes on after so many refusals is closed. */
const STRIKES = { burst: 20, perSecond: 0.2 };
const FLOODS = { burst: 500, perSecond: 50 };
/** How long an event beyond its rate may wait. */
const MAX_WAIT_MS = 5000;

/** @param publicOrigin where pages come from when it is not the host they ask */
export function createLiveServer(http: HttpServer, publicOrigin: string | null): LiveServer {
  return new Server(http, {
    serveClient: false,
    maxHttpBufferSize: MAX_MESSAGE_BYTES,
    // Browsers apply no same-origin rule to WebSockets, so it is applied here, to polling as well. W9
    allowRequest: (request, decide) => decide(null, isOwnOrigin(request, publicOrigin)),
  });
}

/** A page of another site names its own origin; what is not a browser names none. */
function isOwnOrigin({ headers }: IncomingMessage, publicOrigin: string | null): boolean {
  if (headers.origin === undefined || headers.origin === publicOrigin) return true;
  return URL.canParse(headers.origin) && new URL(headers.origin).host === headers.host;
}

/** How a session speaks through this server: one room per session. */
export function outboxOf(io: LiveServer, sessionId: string): Outbox {
  const at = (to: Audience) => {
    if (to === 'everyone') return io.to(sessionId);
    return 'only' in to ? io.to(to.only) : io.to(sessionId).except(to.except);
  };
  return {
    send: (to, event, ...payload) => {
      // A pointer that is late is worth nothing, nor how far something was.
      const audience = event === 'pointers' || event === 'analysisProgress' ? at(to).volatile : at(to);
      audience.emit(event, ...payload);
    },
    hangUp: () => io.in(sessionId).disconnectSockets(true),
  };
}

type Dependencies = {
  readonly register: SessionRegister;
  readonly tokens: Tokens;
  readonly clock: Clock;
  readonly log: Log;
  readonly maxPeople: number;
  readonly trustProxy: boolean;
  readonly domainOf: Domains;
};

export function serveSockets(io: LiveServer, dependencies: Dependencies): void {
  const { log } = dependencies;
  /** By person, so that more tabs are not more rate. */
  const buckets = new Map<string, { users: number; readonly of: Map<string, Bucket> }>();
  const connected = new Map<string, number>();

  io.use((socket, next) => {
    admit(socket, dependencies).then(
      (outcome) => {
        if (typeof outcome === 'string') return next(new Error(outcome));
        const here = connected.get(outcome.sessionId) ?? 0;
        if (here >= dependencies.maxPeople) return next(new Error('full' satisfies RefusedConnection));
        Object.assign(socket.data, outcome);
        next();
      },
      (error: unknown) => {
        log.error('socket.notAdmitted', error);
        next(new Error('unavailable'));
      },
    );
  });

  io.on('connection', (socket) => {
    const { sessionId, personId } = socket.data;
    connected.set(sessionId, (connected.get(sessionId) ?? 0) + 1);
    const limiterKey = `${sessionId}/${personId ?? socket.id}`;
    const limiter = buckets.get(limiterKey) ?? { users: 0, of: new Map() };
    limiter.users++;
    buckets.set(limiterKey, limiter);

    const joined = join(socket, dependencies.register).catch((error: unknown) => {
      log.error('socket.notJoined', error, { session: sessionId });
      socket.disconnect(true);
      return null;
    });
    listen(socket, joined, limiter.of, dependencies);
    socket.on('disconnect', () => {
      const left = (connected.get(sessionId) ?? 1) - 1;
      if (left === 0) connected.delete(sessionId);
      else connected.set(sessionId, left);
      if (--limiter.users === 0) buckets.delete(limiterKey);
      void joined.then((held) => {
        held?.session.leave(socket.id);
        held?.release();
      });
    });
  });
}

/** Whether a page may connect and as whom, or why not. */
async function admit(socket: LiveSocket, { register, tokens, trustProxy, domainOf }: Dependencies): Promise<Admitted | RefusedConnection> {
  const handshake = read(handshakeSchema, socket.handshake.auth);
  if (!handshake.ok) return 'badHandshake';
  const { version, session: sessionId, key, token, clientId } = handshake.value;
  if (version !== PROTOCOL_VERSION) return 'oldPage';
  const record = await register.storage.session(sessionId);
  if (!record) return 'noSuchSession';
  if (key !== null && !isKeyOf(key, record.editKeyHash)) return 'badKey';
  return { sessionId, role: key === null ? 'view' : 'edit', personId: tokens.personOf(sessionId, token), clientId, domain: domainOf(visitorAddress(socket.request, trustProxy)) };
}

async function join(socket: LiveSocket, register: SessionRegister): Promise<Held | null> {
  const { sessionId, role, personId, clientId, domain } = socket.data;
  const held = await register.hold(sessionId);
  if (!held) throw new Error(`session ${sessionId} is gone`);
  if (!socket.connected) {
    held.release();
    return null;
  }
  // In the room first: what is said while the page joins must reach it.
  await socket.join(sessionId);
  try {
    await held.session.join({ connectionId: socket.id, role, personId, clientId, domain });
  } catch (error) {
    held.release();
    throw error;
  }
  return held;
}

function listen(socket: LiveSocket, joined: Promise<Held | null>, limits: Map<string, Bucket>, { clock, log }: Dependencies): void {
  const strikes = createBucket(STRIKES, clock.now);
  const floods = createBucket(FLOODS, clock.now);
  const queues = new Map<keyof ClientToServer, Promise<unknown>>();

  const notify = (notice: Notice) => socket.emit('notice', notice);

  function strike(event: string, reason: string): void {
    if (strikes.take() !== null) return;
    log.warn('socket.closed', { session: socket.data.sessionId, event: event.slice(0, 40), reason });
    notify({ kind: 'tooFast', message: 'This page said too much that could not be accepted, so its connection was closed.' });
    socket.disconnect(true);
  }

  /** Decides at once whether an event may be said at all; then it waits its turn. */
  function hear(event: string, args: readonly unknown[]): void {
    const last = args.at(-1);
    const reply = typeof last === 'function' ? (last as (answer: unknown) => void) : null;
    const payload = reply ? args.slice(0, -1) : args;
    if (!Object.hasOwn(SOCKET_EVENTS, event)) return strike(event, 'unknown event');
    const name = event as keyof ClientToServer;
    const { handle, refuse, waits } = SOCKET_EVENTS[name];
    const refuseWith = (reason: string) => {
      reply?.(refuse(reason));
      strike(event, reason);
    };
    if (!MAY_SAY[name].includes(socket.data.role)) return refuseWith('this link may not do that');
    const waitMs = bucketFor(name, waits).take();
    if (waitMs === null) {
      // A busy hand moves faster than we pass on; only a flood of it is a strike.
      if (name === 'point') return floods.take() === null ? strike(event, 'a flood') : undefined;
      notify({ kind: 'tooFast', message: 'That was too fast: wait a moment and try again.' });
      return refuseWith('too fast');
    }
    const due = waitMs === 0 ? null : new Promise<void>((resolve) => void clock.after(waitMs, resolve));
    const before = queues.get(name);
    // One after the other per event: a change must not overtake the one it rests on.
    const turn = Promise.all([joined, before, due]).then(([held]) => held);
    queues.set(name, turn);
    turn
      .then(async (held) => {
        if (!held || !socket.connected) return;
        const outcome = handle(held.session, socket.id, payload);
        if (!outcome.ok) return refuseWith(sayProblems(outcome.problems));
        const answer = await outcome.value;
        reply?.(answer);
        if (isRefusal(answer)) strike(event, sayProblems(answer.problems));
      })
      .catch((error: unknown) => log.error('socket.failed', error, { session: socket.data.sessionId, event }));
  }

  function bucketFor(event: keyof ClientToServer, waits: boolean): Bucket {
    let bucket = limits.get(event);
    if (!bucket) limits.set(event, (bucket = createBucket(RATES[event], clock.now, waits ? MAX_WAIT_MS : 0)));
    return bucket;
  }

  socket.onAny((event: string, ...args: unknown[]) => hear(event, args));
}

function isRefusal(answer: unknown): answer is { readonly ok: false; readonly problems: readonly { readonly path: string; readonly message: string }[] } {
  return typeof answer === 'object' && answer !== null && 'ok' in answer && answer.ok === false;
}
