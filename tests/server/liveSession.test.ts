/** A live session without sockets: document, people, tiles, belief. */
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { annotationsOf, slicesOf, titleOf, writeRecord } from '#lib/session/document.ts';
import { entriesOf } from '#lib/session/ledger.ts';
import type { Storage } from '#lib/session/storage.ts';
import { tilesOf, tilingOf } from '#lib/work/tile.ts';
import type { LeaseOffer, SyncReply } from '#lib/wire/events.ts';
import { createMemoryStorage } from '#server/memoryStorage.ts';
import { evaluatorFor } from '#tests/support/evaluated.ts';
import { settle } from '#tests/support/manualClock.ts';
import { openSession, stateRequest, takeAnswer, updateBytes } from '#tests/support/openedSession.ts';
import { lineSubject, planeRecipe } from '#tests/support/subjects.ts';
import { CPU } from '#tests/support/lendFacts.ts';

const evaluate = evaluatorFor(lineSubject());
const recipe = planeRecipe({}, [33, 33]);

type Opened = Awaited<ReturnType<typeof openSession>>;

const ledgerOf = async ({ session }: Opened, connectionId: string): Promise<Y.Doc> => {
  const ledger = new Y.Doc();
  takeAnswer(ledger, await session.sync(connectionId, 'ledger', stateRequest(ledger)));
  return ledger;
};

/** Two tiles at once, also of who is new here. */
const TWO: typeof CPU = { ...CPU, workers: 2 };
/** What came last of a trusted device is looked at after some seconds. */
async function settleTiles({ tiles, clock }: Opened): Promise<void> {
  await tiles.settled();
  await clock.advance(4000);
  await tiles.settled();
}

/** Milliseconds: room for the next tile and no other. */
const A_MOMENT = 1e-6;

const returned = ({ tile, ticket }: LeaseOffer) => ({ tile, ticket, ms: 10, backend: 'CPU' });

/** The next tile; what was lent with it is handed back. */
function askForOne(session: Opened['session'], connectionId: string): LeaseOffer | undefined {
  const [lease, ...others] = session.askForWork(connectionId, A_MOMENT);
  session.handBack(connectionId, others.map(({ tile }) => tile));
  return lease;
}

/** Asks and returns until nothing is lent; resolves to what was answered. */
async function computeAll({ session, clock }: Opened, connectionId: string, distort?: (loss: number) => number): Promise<string[]> {
  const outcomes: string[] = [];
  // What was pushed to it before is not computed.
  session.lend(connectionId, null);
  session.lend(connectionId, CPU);
  for (let lease = askForOne(session, connectionId); lease; lease = askForOne(session, connectionId)) {
    const outcome = await session.returnTile(connectionId, returned(lease), evaluate(recipe, lease.tile, distort));
    outcomes.push(outcome.ok ? outcome.value : outcome.problems[0]!.message);
    await clock.advance(100);
  }
  await settle();
  return outcomes;
}

const problemsIn = (reply: SyncReply) => (reply.ok ? null : reply.problems.map(({ message }) => message).join());

describe('live session', () => {
  it('[W7] tells a newcomer who they are, who is here, and the others of them', async () => {
    const { join, said, heard } = await openSession();
    const ada = await join('c1');
    const bob = await join('c2', 'view');
    expect(ada.welcome.code).toBe('ABCDEF');
    expect(bob.welcome.code).toBeNull();
    expect(ada.me.name).not.toBe(bob.me.name);
    expect(heard('people')[2]).toEqual([[ada.me, bob.me], []]);
    expect(said.find(([to, event]) => event === 'people' && typeof to === 'object' && 'except' in to && to.except === 'c2')?.[2]).toEqual([bob.me]);
  });

  it('[W5] a change is confirmed and told to the others once it is durable, and not before', async () => {
    const inner = createMemoryStorage();
    let release = () => {};
    const storage: Storage = { ...inner, append: (...args) => new Promise((resolve) => (release = () => resolve(inner.append(...args)))) };
    const { join, heard } = await openSession({ storage });
    const ada = await join('c1');
    const reply = ada.change((doc) => doc.getMap('session').set('title', 'Basins'));
    await settle();
    expect(heard('sync')).toEqual([]);
    release();
    expect(await reply).toEqual({ ok: true, value: null });
    expect(heard('sync')).toHaveLength(1);
  });

  it('[D7] two who write at once end with the same document, and so does who comes later', async () => {
    const opened = await openSession();
    const ada = await opened.join('c1');
    const bob = await opened.join('c2');
    const slice = await ada.place(recipe);
    await bob.change(() => {});
    takeAnswer(bob.doc, await opened.session.sync('c2', 'document', stateRequest(bob.doc)));
    await Promise.all([ada.annotate('note-by-ada', { slice, text: 'a' }), bob.annotate('note-by-bob', { slice, text: 'b' })]);
    const late = await opened.join('c3', 'view');
    expect([...annotationsOf(late.doc).values()].map(({ text }) => text).sort()).toEqual(['a', 'b']);
  });

  it('[D2] who came by a view link cannot change the document', async () => {
    const { join, heard } = await openSession();
    const eve = await join('c1', 'view');
    expect(problemsIn(await eve.change((doc) => doc.getMap('session').set('title', 'Mine')))).toContain('only look');
    expect(heard('sync')).toEqual([]);
  });

  it('[W10] nobody writes the ledger but the server', async () => {
    const { join, session } = await openSession();
    await join('c1');
    const forged = new Y.Doc();
    forged.getMap('tiles').set('x', 1);
    expect((await session.sync('c1', 'ledger', updateBytes(Y.encodeStateAsUpdate(forged)))).ok).toBe(false);
    expect((await session.sync('c1', 'document', Uint8Array.of(9, 9, 9))).ok).toBe(false);
  });

  it('[W6] a page that comes back with its client id keeps it, unless somebody else has it or it is in use', async () => {
    const { join, session } = await openSession();
    const ada = await join('c1');
    const twin = await join('c2', 'edit', ada.me.id, ada.welcome.clientId);
    expect(twin.welcome.clientId).not.toBe(ada.welcome.clientId);
    session.leave('c1');
    const back = await join('c3', 'edit', ada.me.id, ada.welcome.clientId);
    expect(back.welcome.clientId).toBe(ada.welcome.clientId);
    expect(back.me.name).toBe(ada.me.name);
    session.leave('c3');
    const eve = await join('c4', 'edit', null, ada.welcome.clientId);
    expect(eve.welcome.clientId).not.toBe(ada.welcome.clientId);
  });

  it('[W7] several tabs of one person are one person, who leaves with the last', async () => {
    const { join, session, heard } = await openSession();
    const ada = await join('c1');
    await join('c2', 'view', ada.me.id);
    const bob = await join('c3');
    expect(heard('people').at(-2)![0].map(({ id }) => id)).toEqual([ada.me.id, bob.me.id]);
    session.leave('c1');
    expect(heard('people').at(-1)).toEqual([[{ ...ada.me, role: 'view' }], []]);
    session.leave('c2');
    expect(heard('people').at(-1)).toEqual([[], [ada.me.id]]);
  });

  it('[W7] names are taken when they can be shown, and kept', async () => {
    const { join, session, storage, heard } = await openSession();
    const ada = await join('c1');
    expect(await session.rename('c1', '  Ada L. ')).toEqual({ ok: true, value: 'Ada L.' });
    expect((await session.rename('c1', 'a\u202eb')).ok).toBe(false);
    expect(heard('people').at(-1)![0][0]!.name).toBe('Ada L.');
    expect(await storage.people('session-1')).toContainEqual({ id: ada.me.id, name: 'Ada L.' });
  });

  it('[W8] pointers go out in one frame per tick, and go with who leaves', async () => {
    const { join, session, heard, clock } = await openSession();
    const ada = await join('c1');
    const bob = await join('c2');
    session.point('c1', { slice: null, at: [0, 0] });
    session.point('c1', { slice: null, at: [1, 1] });
    session.point('c2', { slice: null, at: null });
    await clock.advance(100);
    expect(heard('pointers').at(-1)).toEqual([[[ada.me.id, { slice: null, at: [1, 1] }], [bob.me.id, { slice: null, at: null }]]]);
    const before = heard('pointers').length;
    await clock.advance(500);
    expect(heard('pointers')).toHaveLength(before);
    session.leave('c1');
    await clock.advance(100);
    expect(heard('pointers').at(-1)).toEqual([[[ada.me.id, null]]]);
  });

  it('[V4] a slice is computed by one volunteer, each tile shown at once and verified after its probe', async () => {
    const opened = await openSession();
    const ada = await opened.join('c1');
    const slice = await ada.place(recipe);
    const tiles = tilesOf(tilingOf(recipe, lineSubject().manifest));
    expect(await computeAll(opened, 'c1')).toEqual(tiles.map(() => 'accepted'));
    await settleTiles(opened);
    expect(opened.heard('tile')).toHaveLength(tiles.length);
    const entries = [...entriesOf(await ledgerOf(opened, 'c1')).values()];
    expect(entries).toHaveLength(tiles.length);
    expect(entries.every(({ isVerified, by }) => isVerified && by === ada.me.id)).toBe(true);
    const progress = await opened.session.scripts.progress(slice);
    expect(progress).toMatchObject({ points: 1089, measured: 1089, verified: 1089, nonFinite: 0, isComplete: true, helpers: 1 });
    await opened.clock.advance(1000);
    expect(opened.heard('people').at(-1)![0][0]!.points).toBe(1089);
  });

  it('[V1] a result of another form is refused and its tile is lent again', async () => {
    const opened = await openSession();
    const ada = await opened.join('c1');
    await ada.place(recipe);
    opened.session.lend('c1', CPU);
    const lease = askForOne(opened.session, 'c1');
    expect((await opened.session.returnTile('c1', returned(lease!), Uint8Array.of(1, 2, 3))).ok).toBe(false);
    expect(opened.heard('tile')).toEqual([]);
    expect(askForOne(opened.session, 'c1')!.tile).toBe(lease!.tile);
  });

  it('[L3] a result without the ticket of its tile is not taken', async () => {
    const opened = await openSession();
    const ada = await opened.join('c1');
    await opened.join('c2');
    await ada.place(recipe);
    opened.session.lend('c1', CPU);
    const [lease] = opened.session.askForWork('c1', 1);
    const bytes = evaluate(recipe, lease!.tile);
    expect((await opened.session.returnTile('c2', returned(lease!), bytes)).ok).toBe(false);
    expect((await opened.session.returnTile('c1', { ...returned(lease!), ticket: 'x' }, bytes)).ok).toBe(false);
    expect(await opened.session.returnTile('c1', returned(lease!), bytes)).toEqual({ ok: true, value: 'accepted' });
    expect(await opened.session.returnTile('c1', returned(lease!), bytes)).toEqual({ ok: true, value: 'duplicate' });
    expect(opened.heard('tile')).toHaveLength(1);
  });

  it('[V5] wrong numbers are struck, lent again to others, never verified; their maker is told how many, and not lent to', async () => {
    const opened = await openSession();
    const liar = await opened.join('c1');
    const ada = await opened.join('c2');
    const slice = await ada.place(recipe);
    const outcomes = await computeAll(opened, 'c1', (loss) => loss * 1.1 + 0.5);
    expect(outcomes).toEqual(['accepted']);
    await opened.tiles.settled();
    expect(entriesOf(await ledgerOf(opened, 'c2')).size).toBe(0);
    expect(opened.heard('notice')).toEqual([[{ kind: 'checkFailed', message: expect.stringMatching(/\((\d+) of \1 compared\).*overheating.*10 minutes/) }]]);
    expect(opened.session.askForWork('c1', 1)).toEqual([]);
    await computeAll(opened, 'c2');
    await settleTiles(opened);
    const entries = [...entriesOf(await ledgerOf(opened, 'c2')).values()];
    expect(entries.every(({ isVerified, by }) => isVerified && by !== liar.me.id)).toBe(true);
    expect((await opened.session.scripts.progress(slice))?.isComplete).toBe(true);
  });

  it('[L6] what a page held is lent to others when it closes, and they are told', async () => {
    const opened = await openSession();
    const ada = await opened.join('c1');
    await opened.join('c2');
    await ada.place(planeRecipe({}, [9, 9]));
    for (const id of ['c1', 'c2']) opened.session.lend(id, CPU);
    const [lease] = opened.session.askForWork('c1', 8);
    expect(opened.session.askForWork('c2', 8)).toEqual([]);
    opened.session.leave('c1');
    expect(opened.heard('offerWork').at(-1)![0].map(({ tile }) => tile)).toEqual([lease!.tile]);
  });

  it('[L2] a lease that ended is lent again by the sweep, and the late result still counts', async () => {
    const opened = await openSession();
    const ada = await opened.join('c1');
    await opened.join('c2');
    const small = planeRecipe({}, [9, 9]);
    await ada.place(small);
    for (const id of ['c1', 'c2']) opened.session.lend(id, CPU);
    const [lease] = opened.session.askForWork('c1', 8);
    opened.session.askForWork('c2', 1);
    await opened.clock.advance(12_000);
    const [again] = opened.heard('offerWork').at(-1)![0];
    expect(again!.tile).toBe(lease!.tile);
    expect(await opened.session.returnTile('c1', returned(lease!), evaluate(small, lease!.tile))).toEqual({ ok: true, value: 'accepted' });
    expect(await opened.session.returnTile('c2', returned(again!), evaluate(small, again!.tile))).toEqual({ ok: true, value: 'duplicate' });
  });

  it('[L7] what people look at is lent first', async () => {
    const opened = await openSession();
    const ada = await opened.join('c1');
    const fine = planeRecipe({}, [129, 129]);
    const slice = await ada.place(fine);
    opened.session.point('c1', { slice, at: [0.75, 0.75] });
    await opened.clock.advance(1000);
    opened.session.lend('c1', CPU);
    const coarse = opened.session.askForWork('c1', A_MOMENT);
    await opened.session.returnTile('c1', returned(coarse[0]!), evaluate(fine, coarse[0]!.tile));
    await opened.tiles.settled();
    const next = opened.session.askForWork('c1', 1000).map(({ tile }) => tile.split('/').map(Number).slice(1));
    const finest = next.filter(([level]) => level === 3).slice(0, 1);
    expect(coarse[0]!.tile).toMatch(/\/0\/0\/0$/);
    expect(finest).toEqual([[3, 3, 3]]);
  });

  it('[L10] a slow device is lent no more than it can chew', async () => {
    const opened = await openSession();
    const ada = await opened.join('c1');
    const fine = planeRecipe({}, [129, 129]);
    await ada.place(fine);
    opened.session.lend('c1', CPU);
    const first = askForOne(opened.session, 'c1');
    await opened.session.returnTile('c1', { ...returned(first!), ms: 9000 }, evaluate(fine, first!.tile));
    await opened.tiles.settled();
    const slow = opened.session.askForWork('c1', 1000);
    expect(slow).toHaveLength(1);
    expect(slow[0]!.predictedMs).toBeGreaterThan(5000);
  });

  it('[K7] after a restart everything confirmed is there, nothing stored is computed again, and unprobed tiles are probed', async () => {
    const storage = createMemoryStorage();
    const before = await openSession({ storage });
    const ada = await before.join('c1');
    const slice = await ada.place(recipe);
    await ada.annotate('note-by-ada', { slice });
    before.session.lend('c1', TWO);
    const [first, second] = [askForOne(before.session, 'c1'), askForOne(before.session, 'c1')];
    await before.session.returnTile('c1', returned(first!), evaluate(recipe, first!.tile));
    await before.tiles.settled();
    // Kept and never probed: the server was killed in between.
    const [record] = await storage.tiles(slice);
    await storage.strikeTile(record!.tile, record!.digest);
    await storage.putTile({ ...record!, isVerified: false }, (await storage.blob(record!.digest))!);

    const after = await openSession({ storage, seed: 2 });
    await after.tiles.settled();
    const back = await after.join('c9', 'edit', ada.me.id, ada.welcome.clientId);
    expect(back.welcome.clientId).toBe(ada.welcome.clientId);
    expect(back.welcome.ledgerEpoch).not.toBe(ada.welcome.ledgerEpoch);
    expect(back.me.points).toBeGreaterThan(0);
    expect(slicesOf(back.doc).has(slice)).toBe(true);
    expect(annotationsOf(back.doc).has('note-by-ada')).toBe(true);
    expect([...entriesOf(await ledgerOf(after, 'c9')).values()].map(({ isVerified }) => isVerified)).toEqual([true]);
    // Lent by the server before: its ticket is enough.
    expect(await after.session.returnTile('c9', returned(second!), evaluate(recipe, second!.tile))).toEqual({ ok: true, value: 'accepted' });
    const lent = new Set((await computeAll(after, 'c9')).map(String));
    expect(lent).toEqual(new Set(['accepted']));
    expect(await storage.tiles(slice)).toHaveLength(tilesOf(tilingOf(recipe, lineSubject().manifest)).length);
  });

  it('[K5] the same slice in another session has its tiles at once, also those computed meanwhile', async () => {
    const one = await openSession();
    const ada = await one.join('c1');
    await ada.place(recipe);
    one.session.lend('c1', TWO);
    const [first, second] = [askForOne(one.session, 'c1'), askForOne(one.session, 'c1')];
    await one.session.returnTile('c1', returned(first!), evaluate(recipe, first!.tile));
    const two = await openSession({ storage: one.storage, tiles: one.tiles, seed: 5, record: { id: 'session-2', code: 'GHJKMN', editKeyHash: '', createdAt: 0 } });
    const bob = await two.join('d1');
    await bob.place(recipe);
    await one.session.returnTile('c1', returned(second!), evaluate(recipe, second!.tile));
    expect(two.heard('tile').map(([tile]) => tile)).toEqual([second!.tile]);
    expect([...entriesOf(await ledgerOf(two, 'd1')).keys()].sort()).toEqual([first!.tile, second!.tile].sort());
    const outcomes = await computeAll(two, 'd1');
    expect(outcomes.length).toBe(tilesOf(tilingOf(recipe, lineSubject().manifest)).length - 2);
    expect(entriesOf(await ledgerOf(one, 'c1')).size).toBe(outcomes.length + 2);
  });

  it('[L1] a slice put away is not lent, brought back it goes on where it was', async () => {
    const opened = await openSession();
    const ada = await opened.join('c1');
    const slice = await ada.place(recipe);
    opened.session.lend('c1', CPU);
    const lease = askForOne(opened.session, 'c1');
    await opened.session.returnTile('c1', returned(lease!), evaluate(recipe, lease!.tile));
    const record = slicesOf(ada.doc).get(slice)!;
    await ada.change((doc) => writeRecord(doc, 'slices', slice, { ...record, isPutAway: true }));
    expect(opened.session.askForWork('c1', 3)).toEqual([]);
    await ada.change((doc) => writeRecord(doc, 'slices', slice, record));
    await settle();
    const outcomes = await computeAll(opened, 'c1');
    expect(outcomes.length).toBe(tilesOf(tilingOf(recipe, lineSubject().manifest)).length - 1);
    await opened.clock.advance(1000);
    expect(opened.heard('people').at(-1)![0][0]!.points).toBe(1089);
  });

  it('[L14] a slice that somebody paused is left at once by who computes it, lent no more, also after a restart, and goes on where it was', async () => {
    const storage = createMemoryStorage();
    const opened = await openSession({ storage });
    const ada = await opened.join('c1');
    const slice = await ada.place(recipe);
    opened.session.lend('c1', TWO);
    const [first, second] = [askForOne(opened.session, 'c1'), askForOne(opened.session, 'c1')];
    await opened.session.returnTile('c1', returned(first!), evaluate(recipe, first!.tile));
    const record = slicesOf(ada.doc).get(slice)!;
    await ada.change((doc) => writeRecord(doc, 'slices', slice, { ...record, halt: 'paused' }));
    expect(opened.heard('withdrawWork')).toContainEqual([[second!.tile], true]);
    expect(opened.session.askForWork('c1', 1000)).toEqual([]);
    const after = await openSession({ storage, seed: 2 });
    await after.join('c2');
    after.session.lend('c2', CPU);
    expect(after.session.askForWork('c2', 1000)).toEqual([]);
    expect((await after.session.scripts.progress(slice))!.tilesDone).toBe(1);
    await ada.change((doc) => writeRecord(doc, 'slices', slice, record));
    expect((await computeAll(opened, 'c1')).length).toBe(tilesOf(tilingOf(recipe, lineSubject().manifest)).length - 1);
  });

  it('[S4] axes that span nothing are found out, said in words, and not lent', async () => {
    const towards = { kind: 'towards', checkpoint: 'initial', length: 'difference', orthogonal: false } as const;
    const opened = await openSession();
    const ada = await opened.join('c1');
    const [first] = recipe.axes;
    await ada.place(planeRecipe({ axes: [{ ...first!, direction: towards }, { ...first!, direction: { ...towards, length: 'unit' } }] }));
    await settle();
    opened.session.lend('c1', CPU);
    expect(opened.session.askForWork('c1', 3)).toEqual([]);
    expect(opened.heard('notice')).toHaveLength(1);
  });

  it('[K3] the log becomes a snapshot after 500 changes, and at closing', async () => {
    const opened = await openSession();
    const ada = await opened.join('c1');
    for (let n = 0; n < 520; n++) await ada.change((doc) => doc.getMap('session').set('title', `${n}`));
    await settle();
    const stored = await opened.storage.document('session-1');
    expect(stored.snapshotSeq).toBeGreaterThanOrEqual(500);
    expect(stored.updates.length).toBeLessThan(25);
    await opened.session.close();
    expect((await opened.storage.document('session-1')).updates).toEqual([]);
    const again = await openSession({ storage: opened.storage });
    expect(titleOf((await again.join('c1')).doc)).toBe('519');
  });

  it('[W5] when the log cannot be written the change is refused and the session is opened anew', async () => {
    const inner = createMemoryStorage();
    let isFull = false;
    const storage: Storage = { ...inner, append: (...args) => (isFull ? Promise.reject(new Error('disk full')) : inner.append(...args)) };
    const opened = await openSession({ storage });
    const ada = await opened.join('c1');
    isFull = true;
    expect((await ada.change((doc) => doc.getMap('session').set('title', 'lost'))).ok).toBe(false);
    expect(opened.isBroken()).toBe(true);
    expect(opened.heard('sync')).toEqual([]);
    isFull = false;
    const again = await openSession({ storage });
    expect(titleOf((await again.join('c1')).doc)).toBe('');
  });

  it('[D4] a script’s slice goes through the same gate, signed by the server', async () => {
    const opened = await openSession();
    const ada = await opened.join('c1');
    const placed = await opened.session.scripts.place(recipe);
    expect(placed).toMatchObject({ ok: true, value: { isNew: true } });
    expect(await opened.session.scripts.place(recipe)).toMatchObject({ ok: true, value: { isNew: false } });
    expect((await opened.session.scripts.place({ ...recipe, centre: 'nowhere' })).ok).toBe(false);
    takeAnswer(ada.doc, await opened.session.sync('c1', 'document', stateRequest(ada.doc)));
    expect([...slicesOf(ada.doc).values()].map(({ by }) => by)).toEqual(['api']);
  });
});
