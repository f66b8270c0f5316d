/** What a page may be lent: whose slices it computes, and what it can hold; in a live session without sockets. */
import { describe, expect, it } from 'vitest';
import type { LeaseOffer } from '#lib/wire/events.ts';
import { evaluatorFor } from '#tests/support/evaluated.ts';
import { CPU } from '#tests/support/lendFacts.ts';
import { openSession } from '#tests/support/openedSession.ts';
import { lineSubject, planeRecipe } from '#tests/support/subjects.ts';

const evaluate = evaluatorFor(lineSubject());
const recipe = planeRecipe({}, [33, 33]);
/** Two tiles at once, also of who is new here. */
const TWO: typeof CPU = { ...CPU, workers: 2 };

const returned = ({ tile, ticket }: LeaseOffer) => ({ tile, ticket, ms: 10, backend: 'CPU' });

describe('what a page may be lent', () => {
  it('[L23] who lends for their own slices computes nothing of others, everybody sees so, and a change is in force at once', async () => {
    const opened = await openSession();
    const { session } = opened;
    const ada = await opened.join('c1');
    const bob = await opened.join('c2');
    const slice = await ada.place(recipe);
    const helpers = async () => (await session.scripts.progress(slice))?.helpers;
    const lendsNow = () => opened.heard('people').at(-1)![0].map(({ id, lending, helps }) => [id, lending, helps]);
    session.lend('c2', { ...CPU, workers: 2, helps: 'own' });
    expect(lendsNow()).toEqual([[bob.me.id, 'CPU', 'own']]);
    expect(await helpers()).toBe(0);
    expect(session.askForWork('c2', 1000)).toEqual([]);
    session.lend('c2', { ...TWO, helps: 'everyone', rate: 1e9 });
    expect(lendsNow()).toEqual([[bob.me.id, 'CPU', 'everyone']]);
    expect(await helpers()).toBe(1);
    const lent = session.askForWork('c2', 1000);
    expect(lent.length).toBeGreaterThan(2);
    session.lend('c2', { ...TWO, helps: 'own', rate: 1e9 });
    // Two workers are at the first two; the others are to be left, and wait for somebody else.
    expect(opened.heard('withdrawWork').map(([tiles, areUseless]) => [[...tiles].sort(), areUseless])).toEqual([[lent.slice(2).map(({ tile }) => tile).sort(), false]]);
    session.lend('c1', { ...TWO, helps: 'own' });
    expect(session.askForWork('c1', 1000).length).toBeGreaterThan(0);
    expect(await session.returnTile('c2', returned(lent[0]!), evaluate(recipe, lent[0]!.tile))).toEqual({ ok: true, value: 'accepted' });
  });

  it('[L25] a slice that nobody here can hold is named within a second, also to who comes later, until somebody who can lends', async () => {
    const opened = await openSession();
    const { session, clock } = opened;
    const ada = await opened.join('c1');
    const slice = await ada.place(recipe);
    session.lend('c1', { ...CPU, holds: { piece: 8, all: 8 } });
    expect(session.askForWork('c1', 1000)).toEqual([]);
    await clock.advance(1000);
    expect(opened.heard('tooLarge').at(-1)).toEqual([[slice]]);
    await opened.join('c2');
    expect(opened.said.filter(([to, event]) => event === 'tooLarge' && typeof to === 'object' && 'only' in to && to.only === 'c2')).toEqual([[{ only: 'c2' }, 'tooLarge', [slice]]]);
    const said = opened.heard('tooLarge').length;
    await clock.advance(5000);
    expect(opened.heard('tooLarge')).toHaveLength(said);
    session.lend('c2', { ...CPU, holds: { piece: 2 ** 27, all: 2 ** 30 } });
    expect(session.askForWork('c2', 1000).length).toBeGreaterThan(0);
    await clock.advance(1000);
    expect(opened.heard('tooLarge').at(-1)).toEqual([[]]);
  });
});
