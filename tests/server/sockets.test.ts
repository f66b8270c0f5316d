/** The live connection over real sockets: who gets in, what is heard, and what a hostile page achieves. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { entriesOf } from '#lib/session/ledger.ts';
import { titleOf, setTitle, writeRecord } from '#lib/session/document.ts';
import { sliceIdOf } from '#lib/slice/recipe.ts';
import { MAY_SAY, type Notice } from '#lib/wire/events.ts';
import { RATES } from '#lib/wire/payloads.ts';
import type { CreatedSession } from '#lib/wire/api.ts';
import { SOCKET_EVENTS } from '#server/socketEvents.ts';
import { openSqliteStorage } from '#server/sqliteStorage.ts';
import { evaluatorFor } from '#tests/support/evaluated.ts';
import { connectSocket, openPage, refusalOf, startServer, until, type LivePage } from '#tests/support/startedTarn.ts';
import { lineSubject, planeRecipe } from '#tests/support/subjects.ts';
import { CPU } from '#tests/support/lendFacts.ts';

type Server = Awaited<ReturnType<typeof startServer>>;

let server: Server;
let session: CreatedSession;
const open: LivePage[] = [];

async function enter(presented: { key?: string | null; token?: string; clientId?: number } = {}, transports?: readonly ('websocket' | 'polling')[]): Promise<LivePage> {
  const page = await openPage(server.url, { session: session.id, key: session.key, ...presented }, transports);
  open.push(page);
  return page;
}

beforeAll(async () => {
  server = await startServer();
});
afterEach(() => {
  for (const page of open.splice(0)) page.close();
});
afterAll(() => server.close());

const recipe = planeRecipe({}, [17, 17]);
const evaluate = evaluatorFor(lineSubject());

describe('live connection', () => {
  it('[W2] every event has an entry in every table, and no other is handled', () => {
    const events = Object.keys(MAY_SAY).sort();
    expect(Object.keys(SOCKET_EVENTS).sort()).toEqual(events);
    expect(Object.keys(RATES).sort()).toEqual(events);
  });

  describe.each([[['websocket']], [['polling']]] as const)('over %s', (transports) => {
    it('[W1] a change arrives elsewhere, is confirmed, and the tile too', async () => {
      session = await server.createSession();
      const ada = await enter({}, transports);
      const bob = await enter({}, transports);
      const tiles: string[] = [];
      bob.socket.on('tile', (key, _digest, bytes) => tiles.push(`${key} ${bytes.byteLength}`));
      const { me } = ada.welcome;
      const placed = await ada.change((doc) => writeRecord(doc, 'slices', sliceIdOf(recipe), { by: me.id, byName: me.name, at: 1, recipe, isPutAway: false }));
      expect(placed).toEqual({ ok: true, value: null });
      await until(() => bob.doc.getMap('slices').size === 1, 'the slice');
      ada.socket.emit('lend', CPU);
      const [lease] = await ada.socket.emitWithAck('askForWork', 2);
      const bytes = evaluate(recipe, lease!.tile);
      const outcome = await ada.socket.emitWithAck('returnTile', { tile: lease!.tile, ticket: lease!.ticket, ms: 5, backend: 'CPU' }, bytes);
      expect(outcome).toEqual({ ok: true, value: 'accepted' });
      await until(() => tiles.length === 1, 'the tile');
      expect(tiles).toEqual([`${lease!.tile} ${bytes.byteLength}`]);
      await until(() => [...entriesOf(bob.ledger).values()].some(({ isVerified }) => isVerified), 'the verified tile');
    });
  });

  it('[W9] lets in only who shows what belongs together', async () => {
    session = await server.createSession();
    const other = await server.createSession();
    const refused = (presented: Parameters<typeof connectSocket>[1]) => refusalOf(connectSocket(server.url, presented));
    expect(await refused({ session: 'nowhere', key: null })).toBe('noSuchSession');
    expect(await refused({ session: session.id, key: other.key })).toBe('badKey');
    expect(await refused({ session: session.id, key: '' })).toBe('badKey');
    expect(await refused({ session: session.id, version: 99 })).toBe('oldPage');
    expect(await refused({ session: 7 as unknown as string })).toBe('badHandshake');
  });

  it.each([['websocket'], ['polling']] as const)('[W9] a page of another site cannot connect (%s)', async (transport) => {
    session = await server.createSession();
    const presented = { session: session.id, key: session.key };
    const reason = await refusalOf(connectSocket(server.url, presented, [transport], { origin: 'https://evil.example' }));
    expect(reason).toMatch(/error/);
    const own = connectSocket(server.url, presented, [transport], { origin: server.url });
    await new Promise((resolve) => own.once('welcome', resolve));
    own.close();
  });

  it('[W6] a token makes a person the same person, in their session only', async () => {
    session = await server.createSession();
    const ada = await enter();
    const { token, me } = ada.welcome;
    expect((await enter({ token })).welcome.me.id).toBe(me.id);
    expect((await enter({ token: `${token.slice(0, -2)}xx` })).welcome.me.id).not.toBe(me.id);
    session = await server.createSession();
    expect((await enter({ token })).welcome.me.id).not.toBe(me.id);
  });

  it('[D2] a view link reads along and writes nothing', async () => {
    session = await server.createSession();
    const ada = await enter();
    const viewer = await enter({ key: null });
    expect(viewer.welcome.me.role).toBe('view');
    const refused = await viewer.change((doc) => setTitle(doc, 'mine'));
    expect(refused.ok).toBe(false);
    expect((await ada.change((doc) => setTitle(doc, 'ours'))).ok).toBe(true);
    const another = await enter({ key: null });
    expect(titleOf(another.doc)).toBe('ours');
  });

  it('[W1] what cannot be read is refused in words, and the connection lives on', async () => {
    session = await server.createSession();
    const ada = await enter();
    const raw = ada.socket as unknown as { emit: (event: string, ...args: unknown[]) => void; emitWithAck: (event: string, ...args: unknown[]) => Promise<unknown> };
    for (const args of [['document'], ['documents', new Uint8Array(3)], ['document', 'text'], ['document', new Uint8Array(90_000)], [{}, []], ['document', Uint8Array.of(0, 255, 255)]]) {
      expect(await raw.emitWithAck('sync', ...args)).toMatchObject({ ok: false });
    }
    expect(await raw.emitWithAck('rename', 7)).toMatchObject({ ok: false });
    expect(await raw.emitWithAck('askForWork', 1e9)).toEqual([]);
    expect(await raw.emitWithAck('returnTile', { tile: 'x' }, new Uint8Array(1))).toMatchObject({ ok: false });
    raw.emit('point', { slice: 5, at: 'here' });
    raw.emit('handBack', null);
    raw.emit('sync');
    expect((await ada.change((doc) => setTitle(doc, 'alive'))).ok).toBe(true);
  });

  it('[W2] who keeps saying what nobody may say is told so and closed', async () => {
    session = await server.createSession();
    const eve = await enter();
    const notices: Notice[] = [];
    eve.socket.on('notice', (notice) => notices.push(notice));
    const raw = eve.socket as unknown as { emit: (event: string, ...args: unknown[]) => void };
    for (const event of ['constructor', '__proto__', 'toString', 'welcome', 'admin']) raw.emit(event, { any: 'thing' });
    for (let count = 0; count < 30; count++) raw.emit(`unknown-${count}`, count);
    await until(() => !eve.socket.connected, 'the connection to be closed');
    expect(notices.map(({ kind }) => kind)).toContain('tooFast');
    expect((await enter()).welcome.me.role).toBe('edit');
  });

  it('[W3] changes beyond the rate wait their turn instead of being lost', async () => {
    session = await server.createSession();
    const ada = await enter();
    const started = performance.now();
    const replies = await Promise.all(Array.from({ length: 75 }, (_, n) => ada.change((doc) => setTitle(doc, `title ${n}`))));
    expect(replies.every(({ ok }) => ok)).toBe(true);
    expect(performance.now() - started).toBeGreaterThan(300);
    expect(titleOf((await enter()).doc)).toBe('title 74');
  });

  it('[W3] a flood of pointers hurts nobody else', async () => {
    session = await server.createSession();
    const eve = await enter();
    const ada = await enter();
    let frames = 0;
    ada.socket.on('pointers', () => frames++);
    for (let count = 0; count < 400; count++) eve.socket.emit('point', { slice: null, at: [count, 0] });
    expect((await ada.change((doc) => setTitle(doc, 'calm'))).ok).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(frames).toBeGreaterThan(0);
    expect(frames).toBeLessThan(8);
  });

  it('[W3] a message larger than any may be ends the connection, not the server', async () => {
    session = await server.createSession();
    const eve = await enter();
    eve.socket.emit('sync', 'document', new Uint8Array(300 * 1024), () => {});
    await until(() => !eve.socket.connected, 'the connection to end');
    expect((await enter()).welcome.me.role).toBe('edit');
  });

  it('[W9] a session takes as many connections as it may', async () => {
    const small = await startServer({ maxPeople: 2 });
    const { id, key } = await small.createSession();
    const pages = [await openPage(small.url, { session: id, key }), await openPage(small.url, { session: id, key })];
    expect(await refusalOf(connectSocket(small.url, { session: id, key }))).toBe('full');
    for (const page of pages) page.close();
    await small.close();
  });

  it('[K7] everything confirmed is there after the server was started again on the same data', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tarn-restart-'));
    const file = join(folder, 'tarn.db');
    const first = await startServer({ storage: await openSqliteStorage(file) });
    const created = await first.createSession();
    const ada = await openPage(first.url, { session: created.id, key: created.key });
    const { me, token, clientId } = ada.welcome;
    await ada.change((doc) => writeRecord(doc, 'slices', sliceIdOf(recipe), { by: me.id, byName: me.name, at: 1, recipe, isPutAway: false }));
    ada.socket.emit('lend', { ...CPU, workers: 2 });
    const [one, two] = await ada.socket.emitWithAck('askForWork', 4);
    await ada.socket.emitWithAck('returnTile', { tile: one!.tile, ticket: one!.ticket, ms: 5, backend: 'CPU' }, evaluate(recipe, one!.tile));
    ada.close();
    await first.close();

    const second = await startServer({ storage: await openSqliteStorage(file) });
    const back = await openPage(second.url, { session: created.id, key: created.key, token, clientId });
    expect(back.welcome.me.id).toBe(me.id);
    expect(back.welcome.clientId).toBe(clientId);
    expect(back.doc.getMap('slices').size).toBe(1);
    expect([...entriesOf(back.ledger).keys()]).toEqual([one!.tile]);
    const outcome = await back.socket.emitWithAck('returnTile', { tile: two!.tile, ticket: two!.ticket, ms: 5, backend: 'CPU' }, evaluate(recipe, two!.tile));
    expect(outcome).toEqual({ ok: true, value: 'accepted' });
    back.close();
    await second.close();
    await rm(folder, { recursive: true });
  });
});
