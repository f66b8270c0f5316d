/** The document of a session against a storage that fails, and its tiles while nobody watches them. */
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { setTitle, slicesOf, titleOf, writeRecord } from '#lib/session/document.ts';
import { entriesOf } from '#lib/session/ledger.ts';
import type { Storage } from '#lib/session/storage.ts';
import { createMemoryStorage } from '#server/memoryStorage.ts';
import { createInlineProber, type Prober } from '#server/prober.ts';
import { evaluatorFor } from '#tests/support/evaluated.ts';
import { settle } from '#tests/support/manualClock.ts';
import { openSession, stateRequest, takeAnswer, updateBytes } from '#tests/support/openedSession.ts';
import { lineSubject, planeRecipe } from '#tests/support/subjects.ts';
import { CPU } from '#tests/support/lendFacts.ts';

const recipe = planeRecipe({}, [33, 33]);
const evaluate = evaluatorFor(lineSubject());

/** A prober that answers when the test says so. */
function heldProber() {
  const inner = createInlineProber(new Map([[lineSubject().id, lineSubject()]]));
  let open = () => {};
  const gate = new Promise<void>((resolve) => (open = resolve));
  let asked = 0;
  const prober: Prober = {
    ...inner,
    truthAt: async (...point) => {
      asked++;
      await gate;
      return inner.truthAt(...point);
    },
  };
  return { prober, open: () => open(), asked: () => asked };
}

describe('session document', () => {
  it('[K2] a change that rests on one that could not be stored is not stored either, so the session opens again', async () => {
    const inner = createMemoryStorage();
    let failures = 0;
    const storage: Storage = { ...inner, append: (...args) => (failures-- > 0 ? settle().then(() => Promise.reject(new Error('disk full'))) : inner.append(...args)) };
    const opened = await openSession({ storage });
    const ada = await opened.join('c1');
    await ada.change((doc) => setTitle(doc, 'kept'));
    failures = 1;
    const replies = await Promise.all([ada.change((doc) => setTitle(doc, 'lost')), ada.change((doc) => setTitle(doc, 'rests on it'))]);
    expect(replies.map(({ ok }) => ok)).toEqual([false, false]);
    expect((await ada.change((doc) => setTitle(doc, 'too late'))).ok).toBe(false);
    const again = await openSession({ storage });
    expect(titleOf((await again.join('c1')).doc)).toBe('kept');
  });

  it('[K2] what is accepted while the disk is busy is appended together, in order, and each is confirmed', async () => {
    const inner = createMemoryStorage();
    const sizes: number[] = [];
    const storage: Storage = { ...inner, append: async (id, updates) => (sizes.push(updates.length), await settle(), inner.append(id, updates)) };
    const opened = await openSession({ storage });
    const ada = await opened.join('c1');
    const replies = await Promise.all(Array.from({ length: 9 }, (_, n) => ada.change((doc) => setTitle(doc, `${n}`))));
    expect(replies.every(({ ok }) => ok)).toBe(true);
    expect(sizes).toEqual([1, 8]);
    expect((await ada.change((doc) => setTitle(doc, 'last'))).ok).toBe(true);
    expect(titleOf((await (await openSession({ storage })).join('c1')).doc)).toBe('last');
  });

  it('[W5] neither a repeated change nor a question is answered before what it rests on is durable', async () => {
    const inner = createMemoryStorage();
    let release = () => {};
    const storage: Storage = { ...inner, append: (...args) => new Promise((resolve) => (release = () => resolve(inner.append(...args)))) };
    const opened = await openSession({ storage });
    const ada = await opened.join('c1');
    const answered: string[] = [];
    const first = ada.change((doc) => setTitle(doc, 'Basins')).then(() => answered.push('first'));
    const same = updateBytes(Y.encodeStateAsUpdate(ada.doc));
    const again = opened.session.sync('c1', 'document', same).then(() => answered.push('again'));
    const question = opened.session.sync('c1', 'document', stateRequest(new Y.Doc())).then(() => answered.push('question'));
    await settle();
    expect(answered).toEqual([]);
    release();
    await Promise.all([first, again, question]);
    expect(answered).toHaveLength(3);
  });

  it('[V4] a tile found wrong while its slice was put away is not listed when the slice is brought back', async () => {
    const { prober, open } = heldProber();
    const opened = await openSession({ prober });
    const ada = await opened.join('c1');
    const slice = await ada.place(recipe);
    opened.session.lend('c1', CPU);
    const [lease] = opened.session.askForWork('c1', 1);
    await opened.session.returnTile('c1', { ...lease!, ms: 10, backend: 'CPU' }, evaluate(recipe, lease!.tile, (loss) => loss + 1));
    const record = slicesOf(ada.doc).get(slice)!;
    await ada.change((doc) => writeRecord(doc, 'slices', slice, { ...record, isPutAway: true }));
    open();
    await opened.tiles.settled();
    await ada.change((doc) => writeRecord(doc, 'slices', slice, record));
    await settle();
    await opened.tiles.settled();
    const ledger = new Y.Doc();
    takeAnswer(ledger, await opened.session.sync('c1', 'ledger', stateRequest(ledger)));
    expect(entriesOf(ledger).size).toBe(0);
  });

  it('[V3] putting a slice away and bringing it back does not ask for the same probe again and again', async () => {
    const { prober, open, asked } = heldProber();
    const opened = await openSession({ prober });
    const ada = await opened.join('c1');
    const slice = await ada.place(recipe);
    opened.session.lend('c1', CPU);
    for (const lease of opened.session.askForWork('c1', 4)) await opened.session.returnTile('c1', { ...lease, ms: 10, backend: 'CPU' }, evaluate(recipe, lease.tile));
    const kept = opened.tiles.waiting + asked();
    const record = slicesOf(ada.doc).get(slice)!;
    for (let round = 0; round < 5; round++) {
      await ada.change((doc) => writeRecord(doc, 'slices', slice, { ...record, isPutAway: true }));
      await ada.change((doc) => writeRecord(doc, 'slices', slice, record));
      await settle();
    }
    expect(opened.tiles.waiting).toBeLessThanOrEqual(kept);
    open();
    await opened.tiles.settled();
    expect((await opened.session.scripts.progress(slice))!.verified).toBe((await opened.session.scripts.progress(slice))!.measured);
  });

  it('[V5] who twice returned what is no result is neither lent to nor believed any more', async () => {
    const opened = await openSession();
    const ada = await opened.join('c1');
    await ada.place(recipe);
    opened.session.lend('c1', { ...CPU, workers: 3 });
    const leases = opened.session.askForWork('c1', 3);
    const give = (index: number, bytes: Uint8Array) => opened.session.returnTile('c1', { tile: leases[index]!.tile, ticket: leases[index]!.ticket, ms: 10, backend: 'CPU' }, bytes);
    for (const index of [0, 1]) expect((await give(index, Uint8Array.of(1, 2, 3))).ok).toBe(false);
    expect(opened.session.askForWork('c1', 3)).toEqual([]);
    expect((await give(2, evaluate(recipe, leases[2]!.tile))).ok).toBe(false);
    expect(opened.heard('tile')).toEqual([]);
  });

  it('[K5] a tile that could not be stored is refused, shown to nobody, and lent again', async () => {
    const inner = createMemoryStorage();
    let isFull = true;
    const storage: Storage = { ...inner, putTile: (...args) => (isFull ? Promise.reject(new Error('disk full')) : inner.putTile(...args)) };
    const opened = await openSession({ storage });
    const ada = await opened.join('c1');
    await ada.place(planeRecipe());
    opened.session.lend('c1', CPU);
    const give = async () => {
      const [lease] = opened.session.askForWork('c1', 1e-6);
      return opened.session.returnTile('c1', { tile: lease!.tile, ticket: lease!.ticket, ms: 10, backend: 'CPU' }, evaluate(planeRecipe(), lease!.tile));
    };
    expect((await give()).ok).toBe(false);
    expect(opened.heard('tile')).toEqual([]);
    isFull = false;
    expect(await give()).toEqual({ ok: true, value: 'accepted' });
  });

  it('[L6] a tab hands back its own tiles only, and takes its own pointer only with it', async () => {
    const opened = await openSession();
    const ada = await opened.join('c1');
    await opened.join('c2', 'edit', ada.me.id);
    await opened.join('c3');
    await ada.place(planeRecipe());
    for (const id of ['c1', 'c2', 'c3']) opened.session.lend(id, CPU);
    const [lease] = opened.session.askForWork('c1', 1);
    opened.session.askForWork('c2', 1);
    opened.session.handBack('c2', [lease!.tile]);
    expect(opened.session.askForWork('c3', 1)).toEqual([]);
    opened.session.point('c1', { slice: null, at: [1, 1] });
    await opened.clock.advance(100);
    opened.session.leave('c2');
    await opened.clock.advance(100);
    expect(opened.heard('pointers').at(-1)).toEqual([[[ada.me.id, { slice: null, at: [1, 1] }]]]);
  });
});
