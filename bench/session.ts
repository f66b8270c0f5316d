/**
 * From an edit to its being visible elsewhere, against a bare Socket.IO echo in the same run, on a real server process.
 *
 *     npm run bench -- session [--json]
 *
 * Every client is a socket of its own with its own document. Echo and edits alternate, so that both meet the same noise.
 */
import { fork, spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { io, type Socket } from 'socket.io-client';
import { messageYjsSyncStep2, messageYjsUpdate, writeSyncStep1, writeUpdate } from 'y-protocols/sync';
import * as Y from 'yjs';
import { prepareDocument, writeRecord } from '#lib/session/document.ts';
import { recipeSchema, sliceIdOf } from '#lib/slice/recipe.ts';
import { read } from '#lib/parsed.ts';
import { PROTOCOL_VERSION, type ClientToServer, type ServerToClient, type Welcome } from '#lib/wire/events.ts';

const CLIENTS = [2, 30, 100];
const EDITS = 60;
const PAUSE_MS = 60;
const PORT = 3971;
const ECHO_PORT = 3972;

type Live = Socket<ServerToClient, ClientToServer>;
type Client = { readonly socket: Live; readonly doc: Y.Doc; readonly welcome: Welcome; readonly waiting: Map<string, (at: number) => void> };

type Row = {
  readonly clients: number;
  readonly echoP50: number;
  readonly echoP95: number;
  readonly visibleP50: number;
  readonly visibleP95: number;
  readonly confirmedP50: number;
  readonly confirmedP95: number;
  /** Edits seen by every other client, of those that should have been. */
  readonly reach: number;
  /** Share of one core that this process, all clients together, used. */
  readonly clientCpu: number;
};

export async function benchSession({ json }: { readonly json: boolean }): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'tarn-bench-'));
  const server = await startServer(dataDir);
  const echo = await startEcho();
  try {
    const rows: Row[] = [];
    for (const count of CLIENTS) rows.push(await measure(count));
    print(rows, json);
  } finally {
    const ended = once(server, 'exit');
    server.kill('SIGTERM');
    echo.kill('SIGTERM');
    await ended;
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function measure(count: number): Promise<Row> {
  const { id, key } = await post('/api/v1/sessions', {});
  const recipeJson: unknown = JSON.parse(readFileSync('public/builtins/spirals-tiny.surface.json', 'utf8')).recipe;
  const recipe = read(recipeSchema, recipeJson);
  if (!recipe.ok) throw new Error('the built-in recipe cannot be read');
  await post(`/api/v1/sessions/${id}/slices`, recipe.value, key);
  const clients: Client[] = [];
  for (let index = 0; index < count; index++) clients.push(await joinAs(id, key));
  const echoes = await Promise.all(Array.from({ length: count }, () => connectEcho()));
  const times = { echo: [] as number[], visible: [] as number[], confirmed: [] as number[] };
  let seen = 0;
  const cpu = process.cpuUsage();
  const began = performance.now();
  for (let edit = 0; edit < EDITS; edit++) {
    const start = performance.now();
    await echoes[edit % count]!.emitWithAck('echo', new Uint8Array(200));
    times.echo.push(performance.now() - start);
    const editor = clients[edit % count]!;
    const outcome = await writeNote(editor, clients, sliceIdOf(recipe.value));
    times.visible.push(...outcome.visible);
    times.confirmed.push(outcome.confirmed);
    seen += outcome.visible.length;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  const used = process.cpuUsage(cpu);
  const clientCpu = (used.user + used.system) / 1000 / (performance.now() - began);
  for (const { socket } of clients) socket.close();
  for (const socket of echoes) socket.close();
  return {
    clients: count,
    echoP50: quantile(times.echo, 0.5),
    echoP95: quantile(times.echo, 0.95),
    visibleP50: quantile(times.visible, 0.5),
    visibleP95: quantile(times.visible, 0.95),
    confirmedP50: quantile(times.confirmed, 0.5),
    confirmedP95: quantile(times.confirmed, 0.95),
    reach: seen / (EDITS * (count - 1)),
    clientCpu,
  };
}

/** One note, from the moment it is written until it stands in every other client's document. */
async function writeNote(editor: Client, clients: readonly Client[], slice: string): Promise<{ visible: number[]; confirmed: number }> {
  const noteId = randomUUID();
  const others = clients.filter((each) => each !== editor);
  const arrivals = others.map((each) => new Promise<number | null>((resolve) => {
    const giveUp = setTimeout(() => resolve(null), 5000);
    each.waiting.set(noteId, (at) => {
      clearTimeout(giveUp);
      resolve(at);
    });
  }));
  const { me } = editor.welcome;
  let update: Uint8Array | null = null;
  editor.doc.once('update', (bytes: Uint8Array) => (update = bytes));
  const start = performance.now();
  writeRecord(editor.doc, 'annotations', noteId, { by: me.id, byName: me.name, at: Date.now(), kind: 'note', text: 'a note of a usual length, as people write them', slice, a: 0.1, b: 0.2 });
  if (!update) throw new Error('the document did not change');
  const encoder = encoding.createEncoder();
  writeUpdate(encoder, update);
  const reply = await editor.socket.timeout(10_000).emitWithAck('sync', 'document', encoding.toUint8Array(encoder));
  const confirmed = performance.now() - start;
  if (!reply.ok) throw new Error(`the edit was refused: ${reply.problems[0]?.message}`);
  const visible = (await Promise.all(arrivals)).filter((at) => at !== null).map((at) => at - start);
  return { visible, confirmed };
}

async function joinAs(session: string, key: string): Promise<Client> {
  const socket: Live = io(`http://127.0.0.1:${PORT}`, {
    transports: ['websocket'],
    forceNew: true,
    auth: { version: PROTOCOL_VERSION, session, key, token: null, clientId: null },
  });
  const welcome = await new Promise<Welcome>((resolve, reject) => {
    socket.once('welcome', resolve);
    socket.once('connect_error', reject);
  });
  const doc = prepareDocument(new Y.Doc());
  const waiting: Client['waiting'] = new Map();
  doc.getMap('annotations').observe((event) => {
    const now = performance.now();
    for (const key of event.keysChanged) {
      waiting.get(key)?.(now);
      waiting.delete(key);
    }
  });
  const apply = (message: Uint8Array) => {
    const decoder = decoding.createDecoder(new Uint8Array(message));
    while (decoding.hasContent(decoder)) {
      const type = decoding.readVarUint(decoder);
      const content = decoding.readVarUint8Array(decoder);
      if (type === messageYjsSyncStep2 || type === messageYjsUpdate) Y.applyUpdate(doc, content);
    }
  };
  socket.on('sync', (channel, message) => channel === 'document' && apply(message));
  const encoder = encoding.createEncoder();
  writeSyncStep1(encoder, doc);
  const reply = await socket.timeout(10_000).emitWithAck('sync', 'document', encoding.toUint8Array(encoder));
  if (reply.ok && reply.value) apply(reply.value);
  doc.clientID = welcome.clientId;
  return { socket, doc, welcome, waiting };
}

async function startServer(dataDir: string): Promise<ChildProcess> {
  const child = spawn('node', ['dist/main.mjs'], {
    env: { ...process.env, NODE_ENV: 'production', PORT: String(PORT), HOST: '127.0.0.1', DATA_DIR: dataDir },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  for (let attempt = 0; attempt < 300; attempt++) {
    if ((await fetch(`http://127.0.0.1:${PORT}/healthz`).catch(() => null))?.ok) return child;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  child.kill('SIGTERM');
  throw new Error('the server did not answer within 30 s');
}

/** The baseline, in a process of its own as the server is. */
async function startEcho(): Promise<ChildProcess> {
  const child = fork('bench/echoServer.mjs', [String(ECHO_PORT)]);
  await once(child, 'message');
  return child;
}

async function connectEcho(): Promise<Socket> {
  const socket = io(`http://127.0.0.1:${ECHO_PORT}`, { transports: ['websocket'], forceNew: true });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('connect_error', reject);
  });
  return socket;
}

async function post(path: string, body: unknown, key?: string): Promise<{ id: string; key: string }> {
  const answer = await fetch(`http://127.0.0.1:${PORT}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(key ? { authorization: `Bearer ${key}` } : {}) },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as { id: string; key: string };
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
}

function print(rows: readonly Row[], json: boolean): void {
  if (json) return console.log(JSON.stringify(rows, null, 2));
  const ms = (value: number) => `${value.toFixed(1)} ms`;
  console.log(`${EDITS} edits for each number of clients; all clients in one process`);
  console.table(
    rows.map((row) => ({
      clients: row.clients,
      'echo p50': ms(row.echoP50),
      'echo p95': ms(row.echoP95),
      'visible elsewhere p50': ms(row.visibleP50),
      'visible elsewhere p95': ms(row.visibleP95),
      'durable p50': ms(row.confirmedP50),
      'durable p95': ms(row.confirmedP95),
      'visible p50 / echo p50': (row.visibleP50 / row.echoP50).toFixed(1),
      reach: `${(row.reach * 100).toFixed(1)} %`,
      'client cpu': `${Math.round(row.clientCpu * 100)} %`,
    })),
  );
}
