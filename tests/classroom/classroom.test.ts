/** A class of thirty on a bad network, by seed: in the end everyone has the same, and all of it is right. */
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { createRandom } from '#lib/random.ts';
import { entriesOf } from '#lib/session/ledger.ts';
import { annotationsOf, slicesOf } from '#lib/session/document.ts';
import { tileOfKey, tilesOf, tilingOf, type TileKey } from '#lib/work/tile.ts';
import { sliceIdOf } from '#lib/slice/recipe.ts';
import type { SliceRecipe } from '#lib/slice/recipe.ts';
import { LiveSession } from '#server/liveSession.ts';
import { createMemoryStorage } from '#server/memoryStorage.ts';
import type { Outbox } from '#server/outbox.ts';
import { createInlineProber, type Prober } from '#server/prober.ts';
import { TileBook } from '#server/tileBook.ts';
import { createTokens } from '#server/tokens.ts';
import { evaluatorFor, type Evaluate } from '#tests/support/evaluated.ts';
import { createManualClock, settle } from '#tests/support/manualClock.ts';
import { SESSION, silentLog, takeAnswer } from '#tests/support/openedSession.ts';
import { seededDice } from '#tests/support/seededDice.ts';
import { lineSubject, planeRecipe } from '#tests/support/subjects.ts';
import { SimulatedPage } from './simulatedPage.ts';

const PEOPLE = 30;
const CLASS_MS = 60_000;

const subject = lineSubject();
const axis = (seed: number) => ({ ...planeRecipe({}, [65, 65]).axes[0]!, direction: { kind: 'random', seed, normalisation: 'none', vectors: 'layer' } as const });
const recipes = [1, 2, 3].map((seed) => planeRecipe({ axes: [axis(seed), axis(seed + 10)] }));

/** Results are the same for everyone, so each is computed once for all seeds. */
const honest = evaluatorFor(subject);
const known = new Map<TileKey, Uint8Array>();
const evaluate: Evaluate = (recipe, key, distort) => {
  if (distort) return honest(recipe, key, distort);
  if (!known.has(key)) known.set(key, honest(recipe, key));
  return known.get(key)!;
};

const SLOW_PROBES = 600;

async function holdClass(seed: number) {
  const clock = createManualClock();
  const random = createRandom(seed);
  const storage = createMemoryStorage();
  const subjects = new Map([[subject.id, subject]]);
  const inline = createInlineProber(subjects);
  // Probing takes its time while people come, so a wrong tile is seen before it is struck.
  let asked = 0;
  const prober: Prober = {
    ...inline,
    truthAt: async (...point) => {
      if (asked++ < SLOW_PROBES) await new Promise<void>((resolve) => void clock.after(120, resolve));
      return inline.truthAt(...point);
    },
  };
  const tiles = new TileBook({ storage, prober, dice: seededDice(seed + 1), clock, log: silentLog });
  const pages: SimulatedPage[] = [];
  const accepted: { readonly tile: TileKey; readonly by: string }[] = [];
  /** Hears every version of the ledger: whose tiles were ever listed, and whose as verified. */
  const witness = { ledger: new Y.Doc(), listed: new Set<string>(), verified: new Set<string>() };
  const outbox: Outbox = {
    send: (to, event, ...payload) => {
      if (event === 'sync' && payload[0] === 'ledger') takeAnswer(witness.ledger, { ok: true, value: payload[1] as Uint8Array });
      for (const { by, isVerified } of event === 'sync' ? entriesOf(witness.ledger).values() : []) (isVerified ? witness.verified : witness.listed).add(by);
      for (const page of pages) {
        const isMeant = to === 'everyone' ? page.isConnected : 'only' in to ? page.is(to.only) : page.isConnected && !page.is(to.except);
        if (isMeant) page.hear(event, payload);
      }
    },
    hangUp: () => {},
  };
  const session = await LiveSession.open({
    record: SESSION, storage, subjects, tiles, prober, tokens: createTokens(Uint8Array.of(seed)), clock, dice: seededDice(seed + 2), log: silentLog, outbox,
    onBroken: () => { throw new Error('the session broke'); },
  });
  const world = { clock, random, evaluate, recipes: recipes as readonly SliceRecipe[], session: () => session, onAccepted: (tile: TileKey, by: string) => void accepted.push({ tile, by }) };
  for (let index = 0; index < PEOPLE; index++) {
    pages.push(
      new SimulatedPage(world, {
        tileMs: 50 * 40 ** random.uniform(),
        lends: index % 5 !== 4,
        lies: index === 7,
        dozes: index % 4 === 0 ? 0.3 : 0.02,
        repeats: 0.1,
        writes: index % 2 === 0,
      }),
    );
  }

  for (const page of pages) clock.after(random.integer(5000), () => page.connect());
  const live = (page: SimulatedPage) => {
    if (clock.now() > CLASS_MS) return;
    const roll = random.uniform();
    if (!page.isConnected) {
      if (roll < 0.5) page.connect();
    } else if (roll < 0.04) page.disconnect();
    // Written offline as well: it is exchanged when they come back.
    if (page.habits.writes && roll > 0.5) page.write();
    clock.after(300 + random.integer(3000), () => live(page));
  };
  for (const page of pages) clock.after(5000 + random.integer(3000), () => live(page));
  await clock.advance(CLASS_MS + 5000);
  // Everyone comes back and the last tiles are computed.
  for (const page of pages) if (!page.isConnected) page.connect();
  await clock.advance(90_000);
  // What nobody else has to prove is recomputed, point by point.
  while (tiles.waiting > 0) await clock.advance(1000);
  await clock.advance(2000);
  await settle();
  return { pages, storage, accepted, witness };
}

describe('a class of thirty', () => {
  it.each([1, 2, 3, 728_608])('[D7] comes, writes, computes, dozes, leaves and lies, and ends with one truth (seed %i)', { timeout: 60_000 }, async (seed) => {
    const { pages, storage, accepted } = await holdClass(seed);
    const liar = pages[7]!.welcome!.me.id;

    const [first, ...others] = pages;
    const content = (page: SimulatedPage) => ({ slices: [...slicesOf(page.doc)], notes: [...annotationsOf(page.doc)], state: [...Y.decodeStateVector(Y.encodeStateVector(page.doc))].sort() });
    expect(content(first!).notes.length).toBeGreaterThan(20);
    for (const page of others) expect(content(page)).toEqual(content(first!));
    expect(first!.doc.store.pendingStructs).toBeNull();

    const placed = slicesOf(first!.doc);
    expect(placed.size).toBeGreaterThan(0);
    const expected = [...placed.values()].flatMap(({ recipe }) => tilesOf(tilingOf(recipe, subject.manifest)).map(({ sliceId, level, row, column }) => `${sliceId}/${level}/${row}/${column}`));
    for (const page of pages) {
      const entries = entriesOf(page.ledger);
      expect([...entries.keys()].sort()).toEqual([...expected].sort());
      expect([...entries.values()].every(({ isVerified, by }) => isVerified && by !== liar)).toBe(true);
    }

    for (const [key, { digest }] of entriesOf(first!.ledger)) {
      const recipe = recipes.find((each) => sliceIdOf(each) === tileOfKey(key)!.sliceId)!;
      expect([...(await storage.blob(digest))!]).toEqual([...evaluate(recipe, key)]);
    }
    const honestly = accepted.filter(({ by }) => by !== liar).map(({ tile }) => tile);
    expect(new Set(honestly).size).toBe(honestly.length);
    expect(accepted.filter(({ by }) => by === liar).length).toBeLessThanOrEqual(6);
  });

  it('[V4] the liar’s tiles are never shown as verified, not for a moment', { timeout: 60_000 }, async () => {
    const { pages, witness } = await holdClass(7);
    const liar = pages[7]!.welcome!.me.id;
    expect(witness.listed).toContain(liar);
    expect(witness.verified).not.toContain(liar);
    expect(witness.verified.size).toBeGreaterThan(10);
  });
});
