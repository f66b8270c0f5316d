/**
 * Keeps this page's session document and the server's in step.
 *
 * Every local change goes out at once and counts as unsaved until the server says it is durable. On each
 * (re)connection both sides exchange what the other lacks, so nothing need be replayed. When the server
 * refuses a change, the document is fetched anew without it. Rules D1, W5 in docs/SPEC.md.
 */
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { messageYjsSyncStep1, messageYjsSyncStep2, messageYjsUpdate, writeSyncStep1, writeUpdate } from 'y-protocols/sync';
import * as Y from 'yjs';
import { sayProblems } from '#lib/parsed.ts';
import { prepareDocument } from '#lib/session/document.ts';
import type { LiveSocket } from './connection.ts';
import type { SavedState } from './sessionTypes.ts';
import { createStore, type Store } from './store.ts';

/** How long an answer may take before the link is made anew. */
const ANSWER_MS = 15_000;

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
  let isJoined = false;
  let clientId: number | null = null;

  function makeDocument(): Y.Doc {
    const fresh = prepareDocument(new Y.Doc());
    fresh.on('update', (update: Uint8Array, origin: unknown) => {
      if (origin === 'server') return;
      made++;
      sayPending();
      if (isJoined) void send(update, made);
    });
    return fresh;
  }

  function sayPending(): void {
    const pending = made - confirmed;
    saved.set({ kind: pending === 0 ? 'saved' : isJoined ? 'saving' : 'waiting', pending });
  }

  /** Sends what this page wrote, up to change `upTo`; it stays pending until the server has it on disk. */
  async function send(update: Uint8Array, upTo: number): Promise<void> {
    const encoder = encoding.createEncoder();
    writeUpdate(encoder, update);
    const sentFrom = doc.getSnapshot();
    let reply;
    try {
      reply = await socket.timeout(ANSWER_MS).emitWithAck('sync', 'document', encoding.toUint8Array(encoder));
    } catch {
      // Lost with the connection, or too slow: joining again exchanges whatever the server lacks.
      if (socket.connected && isJoined) await exchange();
      return;
    }
    if (doc.getSnapshot() !== sentFrom) return;
    if (!reply.ok) return refuse(sayProblems(reply.problems));
    confirmed = Math.max(confirmed, upTo);
    sayPending();
  }

  /** Starts again from what the server has: a refused change must not linger in this page's document. */
  async function refuse(reason: string): Promise<void> {
    onRefusal(reason);
    isJoined = false;
    confirmed = made;
    doc.set(makeDocument());
    await exchange();
  }

  /** Sync step 1 both ways: we take what we lack, and send what the server lacks. */
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
    if (!reply.ok || reply.value === null) throw new Error('the server did not answer with its document');
    const decoder = decoding.createDecoder(new Uint8Array(reply.value));
    let serverState: Uint8Array | null = null;
    while (decoding.hasContent(decoder)) {
      const type = decoding.readVarUint(decoder);
      const content = decoding.readVarUint8Array(decoder);
      if (type === messageYjsSyncStep2) Y.applyUpdate(mine, content, 'server');
      else if (type === messageYjsSyncStep1) serverState = content;
    }
    // Set last: Yjs gives a document another id when it receives changes under its own.
    if (clientId !== null) mine.clientID = clientId;
    isJoined = true;
    sayPending();
    if (serverState && made > confirmed) await send(Y.encodeStateAsUpdate(mine, serverState), made);
  }

  const receive = (channel: string, message: Uint8Array) => {
    if (channel !== 'document') return;
    const decoder = decoding.createDecoder(new Uint8Array(message));
    while (decoding.hasContent(decoder)) {
      const type = decoding.readVarUint(decoder);
      const content = decoding.readVarUint8Array(decoder);
      if (type === messageYjsUpdate) Y.applyUpdate(doc.getSnapshot(), content, 'server');
    }
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
    },
  };
}
