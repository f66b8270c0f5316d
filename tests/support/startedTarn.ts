/** A whole server on a free port, without pages: in memory, or on a file when it must outlive a restart. */
import { io, type Socket } from 'socket.io-client';
import * as Y from 'yjs';
import { prepareDocument } from '#lib/session/document.ts';
import type { Storage } from '#lib/session/storage.ts';
import type { CreatedSession } from '#lib/wire/api.ts';
import { PROTOCOL_VERSION, type ClientToServer, type Handshake, type ServerToClient, type SyncReply, type Welcome } from '#lib/wire/events.ts';
import { systemClock } from '#server/clock.ts';
import { secretDice } from '#server/dice.ts';
import { createMemoryStorage } from '#server/memoryStorage.ts';
import { createInlineProber } from '#server/prober.ts';
import { startTarn } from '#server/tarn.ts';
import { vectorsFrom } from '#server/vectors.ts';
import { silentLog, stateRequest, takeAnswer, updateBytes } from './openedSession.ts';
import { lineSubject } from './subjects.ts';

export async function startServer(options: { readonly storage?: Storage; readonly publicUrl?: string; readonly maxPeople?: number; readonly trustProxy?: boolean } = {}) {
  const subjects = new Map([[lineSubject().id, lineSubject()]]);
  const storage = options.storage ?? createMemoryStorage();
  const tarn = await startTarn({
    config: { host: '127.0.0.1', port: 0, publicUrl: options.publicUrl ?? null, maxPeople: options.maxPeople ?? 300, trustProxy: options.trustProxy ?? false, isDevelopment: false },
    storage,
    subjects,
    prober: createInlineProber(subjects, vectorsFrom(storage)),
    clock: systemClock,
    dice: secretDice,
    log: silentLog,
    openPages: async () => async (_request, response) => {
      response.writeHead(200, { 'Content-Type': 'text/html' }).end('a page');
    },
  });
  const url = `http://127.0.0.1:${tarn.port}`;
  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    fetch(url + path, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: typeof body === 'string' ? body : JSON.stringify(body) });
  const createSession = async (): Promise<CreatedSession> => (await (await post('/api/v1/sessions', {})).json()) as CreatedSession;
  return { ...tarn, url, post, createSession };
}

export type LivePage = Awaited<ReturnType<typeof openPage>>;

type Presented = Partial<Handshake> & Pick<Handshake, 'session'>;

export function connectSocket(url: string, presented: Presented, transports: readonly ('websocket' | 'polling')[] = ['websocket'], headers: Record<string, string> = {}) {
  const auth = { version: PROTOCOL_VERSION, key: null, token: null, clientId: null, ...presented };
  const socket: Socket<ServerToClient, ClientToServer> = io(url, { auth, transports: [...transports], reconnection: false, forceNew: true, extraHeaders: headers });
  return socket;
}

/** Resolves to why the server refused the connection. */
export const refusalOf = (socket: Socket): Promise<string> =>
  new Promise((resolve, reject) => {
    socket.once('connect_error', (error) => {
      socket.close();
      resolve(error.message);
    });
    socket.once('connect', () => {
      socket.close();
      reject(new Error('the connection was not refused'));
    });
  });

/** A page with its document, joined and synchronised. */
export async function openPage(url: string, presented: Presented, transports?: readonly ('websocket' | 'polling')[]) {
  const socket = connectSocket(url, presented, transports);
  const welcome = await new Promise<Welcome>((resolve, reject) => {
    socket.once('welcome', resolve);
    socket.once('connect_error', reject);
  });
  const doc = prepareDocument(new Y.Doc());
  const ledger = new Y.Doc();
  socket.on('sync', (channel, message) => void takeAnswer(channel === 'document' ? doc : ledger, { ok: true, value: new Uint8Array(message) }));
  takeAnswer(doc, await socket.emitWithAck('sync', 'document', stateRequest(doc)));
  takeAnswer(ledger, await socket.emitWithAck('sync', 'ledger', stateRequest(ledger)));
  doc.clientID = welcome.clientId;
  const change = (make: (doc: Y.Doc) => void): Promise<SyncReply> => {
    const before = Y.encodeStateVector(doc);
    doc.transact(() => make(doc), 'me');
    return socket.emitWithAck('sync', 'document', updateBytes(Y.encodeStateAsUpdate(doc, before)));
  };
  return { socket, welcome, doc, ledger, change, close: () => void socket.close() };
}

/** Waits until it is so: long, for a machine may have much else to do. @throws after a minute */
export async function until(isSo: () => boolean, what: string): Promise<void> {
  const end = performance.now() + 60_000;
  while (!isSo()) {
    if (performance.now() > end) throw new Error(`waited for ${what} in vain`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
