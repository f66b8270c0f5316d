/** A page's document against a real server: what is saved, what is refused, what is written while offline. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { linkDocument } from '#client/documentLink.ts';
import { annotationsOf, setTitle, slicesOf, titleOf, writeRecord } from '#lib/session/document.ts';
import { sliceIdOf } from '#lib/slice/recipe.ts';
import type { CreatedSession } from '#lib/wire/api.ts';
import type { Welcome } from '#lib/wire/events.ts';
import { connectSocket, openPage, startServer, until } from '#tests/support/startedTarn.ts';
import { planeRecipe } from '#tests/support/subjects.ts';

let server: Awaited<ReturnType<typeof startServer>>;
let session: CreatedSession;
const opened: (() => void)[] = [];

beforeAll(async () => {
  server = await startServer();
});
afterEach(() => {
  for (const close of opened.splice(0)) close();
});
afterAll(() => server.close());

const recipe = planeRecipe();

/** A page as client/session.ts makes it, with a connection that can be broken. */
async function open() {
  const presented = { session: session.id, key: session.key, token: null as string | null, clientId: null as number | null };
  const socket = connectSocket(server.url, presented);
  socket.auth = (answer) => answer({ version: 1, ...presented });
  const refusals: string[] = [];
  const link = linkDocument(socket, (reason) => refusals.push(reason));
  let welcome!: Welcome;
  let joins = 0;
  socket.on('welcome', (given) => {
    welcome = given;
    Object.assign(presented, { token: given.token, clientId: given.clientId });
    void link.join(given.clientId).then(() => joins++);
  });
  opened.push(() => {
    link.close();
    socket.close();
  });
  await until(() => joins === 1, 'the document');
  const doc = () => link.doc.getSnapshot();
  const note = (id: string, text: string) => {
    const { me } = welcome;
    writeRecord(doc(), 'annotations', id, { by: me.id, byName: me.name, at: 1, kind: 'note', text, slice: sliceIdOf(recipe), a: 0, b: 0 });
  };
  const place = () => writeRecord(doc(), 'slices', sliceIdOf(recipe), { by: welcome.me.id, byName: welcome.me.name, at: 1, recipe, isPutAway: false });
  const isSaved = () => link.saved.getSnapshot().kind === 'saved';
  const reconnect = async () => {
    const before = joins;
    socket.connect();
    await until(() => joins > before, 'the document again');
  };
  return { socket, link, refusals, doc, note, place, isSaved, reconnect };
}

const seenByAnother = async () => {
  const page = await openPage(server.url, { session: session.id, key: null });
  opened.push(page.close);
  return page.doc;
};

describe('document link', () => {
  it('[W5] counts a change as saved when it is durable, as waiting while offline', async () => {
    session = await server.createSession();
    const ada = await open();
    setTitle(ada.doc(), 'Basins');
    expect(ada.link.saved.getSnapshot()).toEqual({ kind: 'saving', pending: 1 });
    await until(ada.isSaved, 'the confirmation');
    ada.socket.disconnect();
    setTitle(ada.doc(), 'Valleys');
    expect(ada.link.saved.getSnapshot()).toEqual({ kind: 'waiting', pending: 1 });
    await ada.reconnect();
    await until(ada.isSaved, 'the confirmation');
    expect(titleOf(await seenByAnother())).toBe('Valleys');
  });

  it('[D7] much that was written while offline arrives whole, though no single message could hold it', async () => {
    session = await server.createSession();
    const ada = await open();
    ada.place();
    await until(ada.isSaved, 'the slice');
    ada.socket.disconnect();
    for (let n = 0; n < 400; n++) ada.note(`offline-note-${n}`, `${n} `.repeat(60));
    await ada.reconnect();
    // Written while the messages before it are still under way.
    ada.note('online-note', 'after');
    await until(ada.isSaved, 'the confirmations');
    expect(ada.refusals).toEqual([]);
    expect(annotationsOf(await seenByAnother()).size).toBe(401);
  });

  it('[D1] a refused change is gone from the page too, what was saved before it stays, and writing goes on', async () => {
    session = await server.createSession();
    const ada = await open();
    ada.place();
    setTitle(ada.doc(), 'kept');
    // An erased slice is refused; the title after it rests on nothing that was refused.
    writeRecord(ada.doc(), 'slices', sliceIdOf(recipe), null);
    const refusedDoc = ada.doc();
    await until(() => ada.doc() !== refusedDoc && ada.link.canWrite(), 'the new document');
    expect(ada.refusals).toHaveLength(1);
    expect(titleOf(ada.doc())).toBe('kept');
    expect(slicesOf(ada.doc()).size).toBe(1);
    expect(ada.isSaved()).toBe(true);
    setTitle(ada.doc(), 'goes on');
    await until(ada.isSaved, 'the confirmation');
    expect(titleOf(await seenByAnother())).toBe('goes on');
  });

  it('[D1] what rested on a refused change goes with it, and is said once', async () => {
    session = await server.createSession();
    const ada = await open();
    // No slice to stand on.
    ada.note('note-in-the-air', 'here');
    setTitle(ada.doc(), 'written after it');
    const refusedDoc = ada.doc();
    await until(() => ada.doc() !== refusedDoc && ada.link.canWrite(), 'the new document');
    setTitle(ada.doc(), 'anew');
    await until(ada.isSaved, 'the confirmation');
    expect(ada.refusals).toHaveLength(1);
    expect(titleOf(ada.doc())).toBe('anew');
  });

  it('[D1] a refusal while the document is being fetched leaves the page with one document it may write to', async () => {
    session = await server.createSession();
    const ada = await open();
    ada.place();
    await until(ada.isSaved, 'the slice');
    writeRecord(ada.doc(), 'slices', sliceIdOf(recipe), null);
    const refusedDoc = ada.doc();
    // Its answer comes after the refusal, for a document that is thrown away by then.
    const late = ada.link.join(refusedDoc.clientID);
    await late;
    await until(() => ada.doc() !== refusedDoc && ada.link.canWrite(), 'the new document');
    setTitle(ada.doc(), 'still one');
    await until(ada.isSaved, 'the confirmation');
    expect(ada.refusals).toHaveLength(1);
    expect(titleOf(await seenByAnother())).toBe('still one');
  });

  it('[D7] of several changes written while offline only the one that is refused is lost', async () => {
    session = await server.createSession();
    const ada = await open();
    ada.place();
    await until(ada.isSaved, 'the slice');
    ada.socket.disconnect();
    ada.note('note-before', 'before');
    setTitle(ada.doc(), 'x'.repeat(500));
    ada.note('note-after', 'after');
    await ada.reconnect();
    await until(() => ada.isSaved() && ada.refusals.length > 0, 'all but one');
    expect(ada.refusals).toHaveLength(1);
    await until(() => annotationsOf(ada.doc()).size === 2, 'both notes here');
    const other = await seenByAnother();
    expect([...annotationsOf(other).keys()].sort()).toEqual(['note-after', 'note-before']);
    expect(titleOf(other)).toBe('');
  });

  it('[D7] much that was written while offline arrives whole', async () => {
    session = await server.createSession();
    const ada = await open();
    ada.place();
    await until(ada.isSaved, 'the slice');
    ada.socket.disconnect();
    for (let index = 0; index < 60; index++) ada.note(`note-long-${index}`, 'y'.repeat(1990));
    expect(ada.link.saved.getSnapshot()).toEqual({ kind: 'waiting', pending: 60 });
    await ada.reconnect();
    await until(ada.isSaved, 'all notes');
    expect(ada.refusals).toEqual([]);
    expect(annotationsOf(await seenByAnother()).size).toBe(60);
  });
});
