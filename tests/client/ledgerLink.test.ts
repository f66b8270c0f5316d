/** The ledger's follower against a socket that is a stand-in and a store of bytes that answers when the test says so. */
import * as Y from 'yjs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { LiveSocket } from '#client/connection.ts';
import { linkLedger } from '#client/ledgerLink.ts';
import { createSurfaceStore } from '#client/surfaceStore.ts';
import { digestOf } from '#lib/digest.ts';
import { strikeEntry, writeEntry } from '#lib/session/ledger.ts';
import { sliceIdOf } from '#lib/slice/recipe.ts';
import { tileKey, tilesOf, tilingOf } from '#lib/work/tile.ts';
import { answerTo, updateMessage } from '#server/syncMessages.ts';
import { evaluatorFor } from '#tests/support/evaluated.ts';
import { settle } from '#tests/support/manualClock.ts';
import { lineSubject, planeRecipe } from '#tests/support/subjects.ts';

const subject = lineSubject();
const recipe = planeRecipe({}, [17, 17]);
const sliceId = sliceIdOf(recipe);
const tiles = tilesOf(tilingOf(recipe, subject.manifest)).map(tileKey);
const evaluate = evaluatorFor(subject);
const right = evaluate(recipe, tiles[0]!);
const wrong = evaluate(recipe, tiles[0]!, (loss) => loss + 1);

function start() {
  const handlers = new Map<string, (...payload: never[]) => void>();
  let serverLedger = new Y.Doc();
  const socket = {
    connected: true,
    on: (event: string, handler: () => void) => handlers.set(event, handler),
    off: (event: string) => handlers.delete(event),
    timeout: () => ({ emitWithAck: async () => ({ ok: true, value: answerTo(serverLedger, Y.encodeStateVector(new Y.Doc()), false) }) }),
  };
  const fetches: { readonly digest: string; readonly answer: (bytes: Uint8Array) => void }[] = [];
  vi.stubGlobal('fetch', (url: string) => new Promise((resolve) => fetches.push({ digest: url.split('/').at(-1)!, answer: (bytes) => resolve(new Response(new Uint8Array(bytes))) })));
  const surfaces = createSurfaceStore((work) => work());
  const source = surfaces.open(sliceId, recipe, subject.manifest);
  const link = linkLedger(socket as unknown as LiveSocket, surfaces);
  const say = (event: string, ...payload: unknown[]) => (handlers.get(event) as unknown as (...all: unknown[]) => void)(...payload);
  const changeLedger = (change: (ledger: Y.Doc) => void) => {
    const before = Y.encodeStateVector(serverLedger);
    serverLedger.transact(() => change(serverLedger));
    say('sync', 'ledger', updateMessage(Y.encodeStateAsUpdate(serverLedger, before)));
  };
  const list = (ledger: Y.Doc, bytes: Uint8Array, isVerified: boolean, tile = tiles[0]!) => writeEntry(ledger, tile, { digest: digestOf(bytes), by: 'ada', byName: 'Ada', backend: 'CPU', isVerified, proof: isVerified ? { kind: 'points', agreed: 1 } : null, isRechecked: false, at: 5 });
  return { link, surfaces, fetches, say, changeLedger, list, counts: () => source.surface.counts('train'), restart: () => (serverLedger = new Y.Doc()), ledger: () => serverLedger };
}

afterEach(() => void vi.unstubAllGlobals());

describe('ledger link', () => {
  it('[L19] it is told apart what the list says when it is read whole, at each welcome, and what comes after', async () => {
    const { link, changeLedger, list, restart } = start();
    const tally = () => link.lines.tally(tilingOf(recipe, subject.manifest)).points;
    expect(link.reads.getSnapshot()).toBe(0);
    const seen: (readonly [reads: number, points: number])[] = [];
    link.reads.subscribe(() => seen.push([link.reads.getSnapshot(), tally()]));
    changeLedger((ledger) => list(ledger, right, true));
    const points = tally();
    expect(points).toBeGreaterThan(0);
    expect(seen).toEqual([]);
    await link.join('one');
    await link.join('one');
    restart();
    await link.join('two');
    expect(seen).toEqual([[1, points], [2, points], [3, 0]]);
  });

  it('[V4] bytes are shown as verified only when the ledger calls those very bytes verified', async () => {
    const { link, say, changeLedger, list, counts } = start();
    await link.join('one');
    say('tile', tiles[0], digestOf(wrong), wrong);
    changeLedger((ledger) => list(ledger, wrong, true));
    expect(counts().verified).toBeGreaterThan(0);
    // Struck and computed again: the new bytes come before the ledger says so.
    say('tile', tiles[0], digestOf(right), right);
    expect(counts()).toMatchObject({ verified: 0, tiles: 1 });
    changeLedger((ledger) => list(ledger, right, true));
    expect(counts().verified).toBeGreaterThan(0);
  });

  it('[V4] bytes that arrive after their tile was struck are not shown', async () => {
    const { link, say, fetches, changeLedger, list, counts, surfaces } = start();
    await link.join('one');
    changeLedger((ledger) => list(ledger, wrong, false));
    expect(fetches.map(({ digest }) => digest)).toEqual([digestOf(wrong)]);
    changeLedger((ledger) => strikeEntry(ledger, tiles[0]!));
    say('tile', tiles[0], digestOf(right), right);
    changeLedger((ledger) => list(ledger, right, true));
    fetches[0]!.answer(wrong);
    await settle();
    await settle();
    expect(surfaces.has(tiles[0]!, digestOf(right))).toBe(true);
    expect(counts().tiles).toBe(1);
  });

  it('[V4] what a server that started anew does not list any more was struck, and is taken back', async () => {
    const { link, say, changeLedger, list, counts, restart, ledger } = start();
    await link.join('one');
    const other = evaluate(recipe, tiles[1]!);
    say('tile', tiles[0], digestOf(wrong), wrong);
    say('tile', tiles[1], digestOf(other), other);
    changeLedger((doc) => {
      list(doc, wrong, false);
      list(doc, other, true, tiles[1]!);
    });
    restart();
    list(ledger(), other, true, tiles[1]!);
    await link.join('two');
    expect(counts().tiles).toBe(1);
    expect(counts().verified).toBe(counts().measured);
  });

  it('[W10] who joins late fetches what is listed, a few at a time', async () => {
    const { link, fetches, list, counts, ledger } = start();
    for (const tile of tiles) list(ledger(), evaluate(recipe, tile), true, tile);
    await link.join('one');
    expect(fetches.length).toBeLessThanOrEqual(6);
    for (let answered = 0; answered < fetches.length; answered++) {
      const tile = tiles.find((key) => digestOf(evaluate(recipe, key)) === fetches[answered]!.digest)!;
      fetches[answered]!.answer(evaluate(recipe, tile));
      await settle();
      await settle();
    }
    expect(counts().tiles).toBe(tiles.length);
  });
});
