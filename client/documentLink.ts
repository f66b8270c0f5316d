/**
 * Keeps this page's session document and the server's in step.
 *
 * Every local change goes out at once and counts as unsaved until the server says it is durable. On each
 * (re)connection we take what we lack and say again what was not confirmed, in messages as large as the server
 * takes. When it refuses a change, the document is fetched anew and only that change is left out. Rules D1, D7, W5.
 */
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { messageYjsSyncStep2, messageYjsUpdate, writeSyncStep1, writeUpdate } from 'y-protocols/sync';
import * as Y from 'yjs';
import { sayProblems } from '#lib/parsed.ts';
import { MAPS, prepareDocument, type MapName } from '#lib/session/document.ts';
import type { LiveSocket } from './connection.ts';
import type { SavedState } from './sessionTypes.ts';
import { createStore, type Store } from './store.ts';

/** How long an answer may take before the link is made anew. */
const ANSWER_MS = 15_000;
const RETRY_MS = 3000;
/** What one message may hold, well within the limits of the gate: much can be written while offline. */
const MOST_CHANGES = 50;
const MOST_BYTES = 32 * 1024;

/** A record as a change left it; undefined where it was deleted. */
type Written = { readonly map: MapName; readonly key: string; readonly value: unknown };

type LocalChange = { readonly number: number; readonly update: Uint8Array; readonly written: readonly Written[] };

export type DocumentLink = {
  /** Replaced by another document only after a refusal. */
  readonly doc: Store<Y.Doc>;
  readonly saved: Store<SavedState>;
  /** Whether the document stands under an id that the server gave; before that nothing may be written. */
  readonly canWrite: () => boolean;
  /** Begins to write under the id that the server gave, and exchanges what is missing. */
  readonly join: (clientId: number) => Promise<void>;
  readonly close: () => void;
};

/** @param onRefusal called with words when the server did not accept a change of this page */
export function linkDocument(socket: LiveSocket, onRefusal: (reason: string) => void): DocumentLink {
  const doc = createStore(makeDocument());
  const saved = createStore<SavedState>({ kind: 'saved', pending: 0 });
  /** Local changes are numbered; those up to `confirmed` are durable on the server. */
  let made = 0;
  let confirmed = 0;
  let unconfirmed: LocalChange[] = [];
  /** What was written beside something that was refused: written once more, each group as one message. */
  let again: (readonly Written[])[] = [];
  let isJoined = false;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let clientId: number | null = null;

  function makeDocument(): Y.Doc {
    const fresh = prepareDocument(new Y.Doc());
    fresh.on('update', (update: Uint8Array, origin: unknown, _: Y.Doc, transaction: Y.Transaction) => {
      if (origin === 'server') return;
      const change = { number: ++made, update, written: writtenBy(transaction) };
      unconfirmed.push(change);
      sayPending();
      if (isJoined) void send([change]);
    });
    return fresh;
  }

  function sayPending(): void {
    const pending = made - confirmed + again.length;
    saved.set({ kind: pending === 0 ? 'saved' : isJoined ? 'saving' : 'waiting', pending });
  }

  /** Sends changes that follow each other as one message; they stay pending until the server has them on disk. */
  async function send(changes: readonly LocalChange[]): Promise<void> {
    const encoder = encoding.createEncoder();
    writeUpdate(encoder, Y.mergeUpdates(changes.map(({ update }) => update)));
    const sentFrom = doc.getSnapshot();
    let reply;
    try {
      reply = await socket.timeout(ANSWER_MS).emitWithAck('sync', 'document', encoding.toUint8Array(encoder));
    } catch {
      // Lost with the connection, or too slow: joining again says it once more.
      if (!socket.connected || !isJoined) return;
      isJoined = false;
      return exchange();
    }
    if (doc.getSnapshot() !== sentFrom) return;
    if (!reply.ok) return refuse(sayProblems(reply.problems), changes);
    confirmed = Math.max(confirmed, changes.at(-1)!.number);
    unconfirmed = unconfirmed.filter(({ number }) => number > confirmed);
    sayPending();
  }

  /** All at once, so that a later change cannot overtake one it rests on. */
  function sendUnconfirmed(): void {
    let part: LocalChange[] = [];
    let bytes = 0;
    const flush = () => {
      if (part.length > 0) void send(part);
      part = [];
      bytes = 0;
    };
    for (const change of unconfirmed) {
      if (part.length === MOST_CHANGES || bytes + change.update.byteLength > MOST_BYTES) flush();
      part.push(change);
      bytes += change.update.byteLength;
    }
    flush();
  }

  /**
   * Starts again from what the server has: a refused change must not linger in this page's document. What else was
   * not confirmed is written once more; what was refused together is halved until only the culprit is lost.
   */
  async function refuse(reason: string, changes: readonly LocalChange[]): Promise<void> {
    const suspects = changes.flatMap(({ written }) => written);
    const others = unconfirmed.filter((change) => !changes.includes(change)).flatMap(({ written }) => written);
    const half = Math.ceil(suspects.length / 2);
    if (suspects.length <= 1) onRefusal(reason);
    else again.push(suspects.slice(0, half), suspects.slice(half));
    again.push(...groupsOf(others));
    isJoined = false;
    confirmed = made;
    unconfirmed = [];
    doc.set(makeDocument());
    await exchange();
  }

  function writeAgain(): void {
    const fresh = doc.getSnapshot();
    for (const written of again.splice(0)) {
      fresh.transact(() => {
        for (const { map, key, value } of written) {
          if (value === undefined) fresh.getMap(map).delete(key);
          else fresh.getMap(map).set(key, value);
        }
      });
    }
    sayPending();
  }

  /** Sync step 1: we take what we lack, then say what the server may lack. */
  async function exchange(): Promise<void> {
    const mine = doc.getSnapshot();
    const encoder = encoding.createEncoder();
    writeSyncStep1(encoder, mine);
    let reply;
    try {
      reply = await socket.timeout(ANSWER_MS).emitWithAck('sync', 'document', encoding.toUint8Array(encoder));
    } catch {
      if (socket.connected) socket.disconnect().connect();
      return;
    }
    if (!reply.ok || reply.value === null) {
      // Asked too often, as the only reason to refuse a question.
      retry = setTimeout(() => socket.connected && void exchange(), RETRY_MS);
      return;
    }
    // Refused and begun again meanwhile: another exchange is under way for the new document.
    if (doc.getSnapshot() !== mine) return;
    take(mine, new Uint8Array(reply.value));
    // Set last: Yjs gives a document another id when it receives changes under its own.
    if (clientId !== null) mine.clientID = clientId;
    isJoined = true;
    sayPending();
    sendUnconfirmed();
    writeAgain();
  }

  const receive = (channel: string, message: Uint8Array) => {
    if (channel === 'document') take(doc.getSnapshot(), new Uint8Array(message));
  };
  const part = () => {
    isJoined = false;
    sayPending();
  };
  socket.on('sync', receive);
  socket.on('disconnect', part);

  return {
    doc,
    saved,
    canWrite: () => clientId !== null && doc.getSnapshot().clientID === clientId,
    join: async (given) => {
      clientId = given;
      await exchange();
    },
    close: () => {
      socket.off('sync', receive);
      socket.off('disconnect', part);
      clearTimeout(retry);
    },
  };
}

/** In the order written, each group small enough for one message. */
function groupsOf(records: readonly Written[]): readonly (readonly Written[])[] {
  const groups: Written[][] = [];
  let bytes = Infinity;
  for (const record of records) {
    const size = JSON.stringify(record).length;
    if (bytes + size > MOST_BYTES || groups.at(-1)!.length === MOST_CHANGES) {
      groups.push([]);
      bytes = 0;
    }
    groups.at(-1)!.push(record);
    bytes += size;
  }
  return groups;
}

/** The records that a transaction changed, as they are after it. */
function writtenBy({ doc, changed }: Y.Transaction): readonly Written[] {
  return [...changed].flatMap(([type, keys]) => {
    const map = MAPS.find((name) => Object.is(doc.getMap(name), type));
    return [...keys].flatMap((key) => (map === undefined || key === null ? [] : [{ map, key, value: doc.getMap(map).get(key) }]));
  });
}

/** Takes in what the server says of its document; its state vector is of no use here. */
function take(doc: Y.Doc, message: Uint8Array): void {
  const decoder = decoding.createDecoder(message);
  while (decoding.hasContent(decoder)) {
    const type = decoding.readVarUint(decoder);
    const content = decoding.readVarUint8Array(decoder);
    if (type === messageYjsSyncStep2 || type === messageYjsUpdate) Y.applyUpdate(doc, content, 'server');
  }
}
