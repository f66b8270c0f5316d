/** A live session without sockets: what it says goes into a list, time moves by hand, dice fall by seed. */
import * as encoding from 'lib0/encoding';
import * as decoding from 'lib0/decoding';
import { messageYjsSyncStep1, messageYjsSyncStep2, messageYjsUpdate, writeSyncStep1, writeUpdate } from 'y-protocols/sync';
import * as Y from 'yjs';
import type { Subject } from '#lib/network/subject.ts';
import { prepareDocument, writeRecord, type Annotation, type SliceRecord } from '#lib/session/document.ts';
import type { Role } from '#lib/session/people.ts';
import type { SessionRecord, Storage } from '#lib/session/storage.ts';
import { sliceIdOf, type SliceRecipe } from '#lib/slice/recipe.ts';
import type { Domain } from '#lib/work/belief/domain.ts';
import type { TruthBudget } from '#lib/work/belief/probePlan.ts';
import type { ServerToClient, SyncReply, Welcome } from '#lib/wire/events.ts';
import { digestOf } from '#lib/digest.ts';
import { LiveSession } from '#server/liveSession.ts';
import { createLog, type Log } from '#server/log.ts';
import { createMemoryStorage } from '#server/memoryStorage.ts';
import type { Audience } from '#server/outbox.ts';
import { createInlineProber, type Prober } from '#server/prober.ts';
import { TileBook } from '#server/tileBook.ts';
import { createTokens } from '#server/tokens.ts';
import { createManualClock, settle } from './manualClock.ts';
import { seededDice } from './seededDice.ts';
import { lineSubject } from './subjects.ts';

export type Said = readonly [to: Audience, event: keyof ServerToClient, ...payload: readonly unknown[]];

export const SESSION: SessionRecord = { id: 'session-1', code: 'ABCDEF', editKeyHash: digestOf('key'), createdAt: 0 };

export const silentLog: Log = createLog('json', () => {}, () => 0);

type Options = { readonly storage?: Storage; readonly subjects?: readonly Subject[]; readonly seed?: number; readonly tiles?: TileBook; readonly prober?: Prober; readonly record?: SessionRecord; readonly budget?: TruthBudget };

/** The message of a change, as a page sends it. */
export function updateBytes(update: Uint8Array): Uint8Array {
  const encoder = encoding.createEncoder();
  writeUpdate(encoder, update);
  return encoding.toUint8Array(encoder);
}

export function stateRequest(doc: Y.Doc): Uint8Array {
  const encoder = encoding.createEncoder();
  writeSyncStep1(encoder, doc);
  return encoding.toUint8Array(encoder);
}

/** Takes an answer to a state request in; returns the server's own state, if it said it. */
export function takeAnswer(doc: Y.Doc, reply: SyncReply): Uint8Array | null {
  if (!reply.ok || !reply.value) throw new Error('no document in the answer');
  const decoder = decoding.createDecoder(new Uint8Array(reply.value));
  let state: Uint8Array | null = null;
  while (decoding.hasContent(decoder)) {
    const type = decoding.readVarUint(decoder);
    const content = decoding.readVarUint8Array(decoder);
    if (type === messageYjsSyncStep2 || type === messageYjsUpdate) Y.applyUpdate(doc, content, 'server');
    else if (type === messageYjsSyncStep1) state = content;
  }
  return state;
}

export async function openSession({ storage = createMemoryStorage(), subjects = [lineSubject()], seed = 1, tiles, prober, record = SESSION, budget }: Options = {}) {
  const clock = createManualClock();
  const said: Said[] = [];
  const byId = new Map(subjects.map((subject) => [subject.id, subject]));
  const usedProber = prober ?? createInlineProber(byId);
  const book = tiles ?? new TileBook({ storage, prober: usedProber, dice: seededDice(seed + 1000), clock, log: silentLog, ...(budget && { budget }) });
  const tokens = createTokens(Uint8Array.of(1, 2, 3));
  let isBroken = false;
  const session = await LiveSession.open({
    record,
    storage,
    subjects: byId,
    tiles: book,
    prober: usedProber,
    tokens,
    clock,
    dice: seededDice(seed),
    log: silentLog,
    outbox: { send: (...all: readonly unknown[]) => { said.push(all as unknown as Said); }, hangUp: () => {} },
    onBroken: () => (isBroken = true),
  });

  /** Everything said of one event, the newest last. */
  const heard = <Event extends keyof ServerToClient>(event: Event): readonly Parameters<ServerToClient[Event]>[] =>
    said.filter(([, name]) => name === event).map(([, , ...payload]) => payload as unknown as Parameters<ServerToClient[Event]>);

  async function join(connectionId: string, role: Role = 'edit', personId: string | null = null, clientId: number | null = null, domain: Domain | null = null) {
    await session.join({ connectionId, role, personId, clientId, domain });
    const [welcome] = said.flatMap(([to, event, payload]) => (event === 'welcome' && typeof to === 'object' && 'only' in to && to.only === connectionId ? [payload as Welcome] : [])).slice(-1);
    const doc = prepareDocument(new Y.Doc());
    takeAnswer(doc, await session.sync(connectionId, 'document', stateRequest(doc)));
    doc.clientID = welcome!.clientId;
    /** Makes a change in this page's copy and sends it. */
    const change = async (make: (doc: Y.Doc) => void): Promise<SyncReply> => {
      const before = Y.encodeStateVector(doc);
      doc.transact(() => make(doc));
      return session.sync(connectionId, 'document', updateBytes(Y.encodeStateAsUpdate(doc, before)));
    };
    const { me } = welcome!;
    return {
      connectionId,
      me,
      welcome: welcome!,
      doc,
      change,
      place: async (recipe: SliceRecipe): Promise<string> => {
        const record: SliceRecord = { by: me.id, byName: me.name, at: clock.date(), recipe, isPutAway: false };
        const reply = await change((copy) => writeRecord(copy, 'slices', sliceIdOf(recipe), record));
        if (!reply.ok) throw new Error(JSON.stringify(reply.problems));
        await settle();
        return sliceIdOf(recipe);
      },
      annotate: (id: string, note: Partial<Annotation> & Pick<Annotation, 'slice'>): Promise<SyncReply> =>
        change((copy) => writeRecord(copy, 'annotations', id, { by: me.id, byName: me.name, at: clock.date(), kind: 'note', text: 'here', a: 0, b: 0, ...note })),
    };
  }

  return { session, clock, said, heard, join, storage, tiles: book, tokens, isBroken: () => isBroken };
}
