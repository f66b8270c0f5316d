/**
 * The table of everything a page may say: who may, how it is read, what is done, what is answered to a refusal.
 *
 * An event that is not in the table is not said by anybody. The compiler demands an entry for each. Rules W1, W2.
 */
import type { Parsed } from '#lib/parsed.ts';
import { parsed, read, refused } from '#lib/parsed.ts';
import type { ClientToServer } from '#lib/wire/events.ts';
import {
  MAX_BYTES,
  askForUnitsSchema,
  channelSchema,
  deviceSchema,
  handBackSchema,
  handBackUnitsSchema,
  keptUnitSchema,
  lendSchema,
  pointSchema,
  renameSchema,
  returnedSchema,
  returnedUnitSchema,
  roomMsSchema,
  roomSchema,
  unitProgressSchema,
} from '#lib/wire/payloads.ts';
import type * as z from 'zod/mini';
import type { LiveSession } from './liveSession.ts';

type Handled = {
  /** Does what was said, or says why it cannot be read. Resolves to what is answered. */
  readonly handle: (session: LiveSession, connectionId: string, payload: readonly unknown[]) => Parsed<unknown>;
  /** What is answered to a page whose event was refused. */
  readonly refuse: (message: string) => unknown;
  /** Whether an event beyond the rate waits its turn, rather than being dropped: losing it would lose work. */
  readonly waits: boolean;
};

export const SOCKET_EVENTS: Readonly<Record<keyof ClientToServer, Handled>> = {
  sync: {
    waits: true,
    refuse: refused,
    handle: (session, id, [channel, message]) => both(read(channelSchema, channel), bytesOf('sync', message), (which, bytes) => session.sync(id, which, bytes)),
  },
  point: { waits: false, refuse: nothing, handle: one(pointSchema, (session, id, pointer) => session.point(id, pointer)) },
  rename: { waits: false, refuse: refused, handle: one(renameSchema, (session, id, name) => session.rename(id, name)) },
  device: { waits: true, refuse: nothing, handle: one(deviceSchema, (session, id, device) => session.device(id, device)) },
  lend: { waits: true, refuse: nothing, handle: one(lendSchema, (session, id, facts) => session.lend(id, facts)) },
  askForWork: { waits: true, refuse: () => [], handle: one(roomMsSchema, (session, id, roomMs) => session.askForWork(id, roomMs)) },
  returnTile: {
    waits: true,
    refuse: refused,
    handle: (session, id, [returned, tile]) =>
      both(read(returnedSchema, returned), bytesOf('returnTile', tile), (what, bytes) => session.returnTile(id, what, bytes)),
  },
  handBack: { waits: true, refuse: nothing, handle: one(handBackSchema, (session, id, tiles) => session.handBack(id, tiles)) },
  askForUnits: {
    waits: true,
    refuse: () => [],
    handle: (session, id, [analysis, room]) =>
      both(read(askForUnitsSchema, analysis), read(roomSchema, room), (which, most) => visit(session, id, [], ({ analyses, visitor }) => analyses.ask(visitor, which, most))),
  },
  unitProgress: {
    waits: false,
    refuse: () => true,
    handle: one(unitProgressSchema, (session, id, progress) => visit(session, id, false, ({ analyses, visitor }) => analyses.progress(visitor, progress))),
  },
  keepUnit: {
    waits: true,
    refuse: refused,
    handle: one(keptUnitSchema, (session, id, kept) => visit(session, id, GONE, ({ analyses, visitor }) => analyses.keep(visitor, kept))),
  },
  returnUnit: {
    waits: true,
    refuse: refused,
    handle: (session, id, [returned, unit]) =>
      both(read(returnedUnitSchema, returned), bytesOf('returnUnit', unit), (what, bytes) => visit(session, id, GONE, ({ analyses, visitor }) => analyses.returnUnit(visitor, what, bytes))),
  },
  handBackUnits: {
    waits: true,
    refuse: nothing,
    handle: one(handBackUnitsSchema, (session, id, units) => visit(session, id, undefined, ({ analyses, visitor }) => analyses.handBack(visitor, units))),
  },
};

const GONE = refused('not in this session');

/** What the analyses of a session say to a page, or `gone` for one that has left. */
function visit(session: LiveSession, connectionId: string, gone: unknown, act: (met: NonNullable<ReturnType<LiveSession['analysesFor']>>) => unknown): unknown {
  const met = session.analysesFor(connectionId);
  return met ? act(met) : gone;
}

function one<T>(schema: z.ZodMiniType<T>, act: (session: LiveSession, connectionId: string, value: T) => unknown): Handled['handle'] {
  return (session, connectionId, [payload]) => {
    const outcome = read(schema, payload);
    return outcome.ok ? parsed(act(session, connectionId, outcome.value)) : outcome;
  };
}

function both<A, B>(one: Parsed<A>, other: Parsed<B>, act: (one: A, other: B) => unknown): Parsed<unknown> {
  if (!one.ok) return one;
  return other.ok ? parsed(act(one.value, other.value)) : other;
}

function bytesOf(event: keyof ClientToServer, payload: unknown): Parsed<Uint8Array> {
  const largest = MAX_BYTES[event] ?? 0;
  if (!(payload instanceof Uint8Array)) return refused('must be bytes');
  if (payload.byteLength > largest) return refused(`${payload.byteLength} bytes, at most ${largest} are taken`);
  return parsed(payload);
}

function nothing(): undefined {
  return undefined;
}
