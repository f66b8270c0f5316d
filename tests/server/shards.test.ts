/** A dataset in shards in a live session: what is lent when, what is believed, what outlives the server, what two sessions share. */
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { digestOf } from '#lib/digest.ts';
import { subjectIdOf, type FileName, type SubjectManifest } from '#lib/network/subject.ts';
import { entriesOf } from '#lib/session/ledger.ts';
import { sharesOf } from '#lib/slice/shards.ts';
import { needsOf } from '#lib/work/costCaps.ts';
import { tileOfKey, tilesOf, tilingOf, type TileKey } from '#lib/work/tile.ts';
import type { SetSums, TileResult } from '#lib/work/tileResult.ts';
import { decodeTileResult, encodeTileResult } from '#lib/wire/tileCodec.ts';
import type { LeaseOffer } from '#lib/wire/events.ts';
import { fetchedOf, Lending } from '#server/lending.ts';
import { createMemoryStorage } from '#server/memoryStorage.ts';
import { reportProgress, reportSurface } from '#server/sliceReport.ts';
import { evaluatorFor } from '#tests/support/evaluated.ts';
import { CPU } from '#tests/support/lendFacts.ts';
import { settle } from '#tests/support/manualClock.ts';
import { openSession, stateRequest, takeAnswer } from '#tests/support/openedSession.ts';
import { planeRecipe, strayingSubject } from '#tests/support/subjects.ts';

const subject = strayingSubject(2500, 16);
const { manifest } = subject;
const recipe = planeRecipe({ subject: subject.id, samples: [{ set: 'train', count: 2500 }] }, [17, 17]);
const tiles = tilesOf(tilingOf(recipe, manifest));
const evaluate = evaluatorFor(subject);

type Opened = Awaited<ReturnType<typeof openSession>>;
type Options = NonNullable<Parameters<typeof openSession>[0]>;

const open = (options: Options = {}) => openSession({ subjects: [subject], ...options });

async function ledgerOf({ session }: Opened, connectionId: string): Promise<ReturnType<typeof entriesOf>> {
  const ledger = new Y.Doc();
  takeAnswer(ledger, await session.sync(connectionId, 'ledger', stateRequest(ledger)));
  return entriesOf(ledger);
}

const returned = ({ tile, ticket }: LeaseOffer) => ({ tile, ticket, ms: 10, backend: 'CPU' });

/** Asks and returns one tile at a time until there is none, or `most` are done; resolves to them in their order. */
async function compute({ session, clock }: Opened, connectionId: string, { most = Infinity, change = (_, result) => result }: { most?: number; change?: (key: TileKey, result: TileResult) => TileResult } = {}): Promise<TileKey[]> {
  const done: TileKey[] = [];
  session.lend(connectionId, null);
  session.lend(connectionId, CPU);
  while (done.length < most) {
    const [lease, ...others] = session.askForWork(connectionId, 1e-6);
    session.handBack(connectionId, others.map(({ tile }) => tile));
    if (!lease) break;
    const result = decodeTileResult(evaluate(recipe, lease.tile));
    if (!result.ok) throw new Error('unreadable');
    const outcome = await session.returnTile(connectionId, returned(lease), encodeTileResult(change(lease.tile, result.value)));
    if (!outcome.ok) break;
    done.push(lease.tile);
    await clock.advance(100);
  }
  // What came last of a trusted device is looked at a moment later.
  await clock.advance(1000);
  await settle();
  return done;
}

const shardOf = (key: TileKey): number => tileOfKey(key)!.shard!;

describe('a large dataset in a session', () => {
  it('[L7] [T7] every point is measured on the first shard before any on the second, coarse levels first, and each tile of each shard once', async () => {
    const opened = await open();
    const ada = await opened.join('c1');
    await ada.place(recipe);
    const done = await compute(opened, 'c1');
    expect(done.map(shardOf)).toEqual(done.map(shardOf).toSorted((one, other) => one - other));
    const first = done.filter((key) => shardOf(key) === 0).map((key) => tileOfKey(key)!.level);
    expect(first).toEqual(first.toSorted((one, other) => one - other));
    expect([...done].toSorted()).toEqual(tiles.map((tile) => `${tile.sliceId}/${tile.level}/${tile.row}/${tile.column}:${tile.shard}`).toSorted());
    await opened.tiles.settled();
    const progress = (await reportProgress(opened.storage, recipe, manifest, 1))!;
    expect(progress).toMatchObject({ points: 289, measured: 289, verified: 289, tiles: tiles.length, tilesDone: tiles.length, isComplete: true });
  });

  it('[K7] a server that ends in the middle of a shard goes on with the tiles that are missing, and ends with the same picture', async () => {
    const storage = createMemoryStorage();
    const before = await open({ storage });
    const ada = await before.join('c1');
    await ada.place(recipe);
    const half = await compute(before, 'c1', { most: Math.ceil(tiles.length / 2) });
    expect(half.map(shardOf)).toContain(1);
    await before.tiles.settled();
    const report = () => reportSurface(storage, { recipe, network: manifest, runs: [] });
    const early = (await report()).sets[0]!;
    expect([early.samples, (await reportProgress(storage, recipe, manifest, 1))!.isComplete]).toEqual([1024, false]);

    const after = await open({ storage, seed: 2 });
    await after.join('c9', 'edit', ada.me.id, ada.welcome.clientId);
    const rest = await compute(after, 'c9');
    expect([...half, ...rest].toSorted()).toEqual([...new Set([...half, ...rest])].toSorted());
    expect(half.length + rest.length).toBe(tiles.length);
    const late = (await report()).sets[0]!;
    expect(late.samples).toBe(2500);
    // Falls at every single point.
    for (const [row, errors] of late.standardError!.entries()) for (const [column, error] of errors.entries()) expect(error!).toBeLessThan(early.standardError![row]![column]!);

    const other = await open();
    await (await other.join('c1')).place(recipe);
    await compute(other, 'c1');
    expect((await reportSurface(other.storage, { recipe, network: manifest, runs: [] })).sets[0]!.loss).toEqual(late.loss);
  });

  it.each<readonly [what: string, field: 'lossSum' | 'lossSquares', factor: number]>([
    ['losses', 'lossSum', 0.999],
    // Of a picture that shows a standard error, a device might falsify that alone.
    ['squares of losses', 'lossSquares', 1.01],
  ])('[V3] [V4] [L9] %s that are wrong in one shard are found, and that shard is lent to somebody else', async (_, field, factor) => {
    const opened = await open();
    await (await opened.join('c1')).place(recipe);
    const wrong = (sums: SetSums): SetSums => ({ ...sums, [field]: sums[field]!.map((value) => value * factor) });
    const isWrong = (key: TileKey) => shardOf(key) === 1;
    const done = await compute(opened, 'c1', { change: (key, result) => (isWrong(key) ? { ...result, sets: result.sets.map(wrong) } : result) });
    expect(done.some(isWrong)).toBe(true);
    await opened.tiles.settled();
    const kept = await ledgerOf(opened, 'c1');
    expect([...kept].filter(([key, { isVerified }]) => isWrong(key) && isVerified)).toEqual([]);
    expect([...kept.keys()].filter((key) => shardOf(key) === 0).length).toBeGreaterThan(0);
    await opened.join('c2');
    await compute(opened, 'c2');
    await opened.tiles.settled();
    const all = await ledgerOf(opened, 'c2');
    expect(all.size).toBe(tiles.length);
    expect([...all.values()].every(({ isVerified, isRechecked }) => isVerified && !isRechecked)).toBe(true);
  });

  it('[K5] the same slice of somebody else, in another session, has the tiles of every shard at once', async () => {
    const one = await open();
    await (await one.join('c1')).place(recipe);
    const done = await compute(one, 'c1', { most: 5 });
    const two = await open({ storage: one.storage, tiles: one.tiles, seed: 5, record: { id: 'session-2', code: 'GHJKMN', editKeyHash: '', createdAt: 0 } });
    await (await two.join('d1')).place(recipe);
    expect([...(await ledgerOf(two, 'd1')).keys()].toSorted()).toEqual(done.toSorted());
    const rest = await compute(two, 'd1');
    expect(rest.length).toBe(tiles.length - done.length);
    expect((await ledgerOf(one, 'c1')).size).toBe(tiles.length);
  });
});

describe('a dataset in parts', () => {
  const file = (name: string): FileName => ({ digest: digestOf(name), bytes: 10_000 });
  const many = strayingSubject(8192, 16);
  const parts = { train: Array.from({ length: 8 }, (_, part) => file(`train ${part}`)), test: [file('test')] };
  const divided: SubjectManifest = { ...many.manifest, dataset: { ...many.manifest.dataset, parts } };
  const wide = planeRecipe({ subject: subjectIdOf(divided), samples: [{ set: 'train', count: 8192 }, { set: 'test', count: 16 }] }, [17, 17]);

  it('[L20] what a device has to fetch for a shard is named by its files, and takes time by their size; a dataset that is not in parts has no such names', () => {
    const fetched = fetchedOf(wide, divided)!;
    expect(fetched.names.map((name) => name.split(' '))).toEqual(parts.train.map(({ digest }, part) => (part === 0 ? [digest, parts.test[0]!.digest] : [digest])));
    expect(fetched.ms).toBe(100 + 10);
    expect(fetchedOf(wide, many.manifest)).toBeUndefined();
    expect(fetchedOf({ ...wide, samples: [{ set: 'train', count: 1024 }] }, divided)).toBeUndefined();
  });

  it.each([['in parts', 6], ['whole', 8]] as const)('[L20] of a dataset %s two pages that take turns are lent at most %i of its eight shards each', (how, most) => {
    const lending = new Lending();
    const tiling = tilingOf(wide, divided);
    lending.want({ tiling, shares: sharesOf(wide), fetched: how === 'in parts' ? fetchedOf(wide, divided) : undefined, by: 'ada', costClass: 'net', needs: needsOf(wide, divided), loadMs: 0, isPaused: false }, new Set());
    const shards = new Map([['c1', new Set<number>()], ['c2', new Set<number>()]]);
    for (const page of shards.keys()) lending.join({ connectionId: page, personId: page, browser: page, domain: null }, CPU);
    let done = 0;
    for (let now = 0; done < tilesOf(tiling).length; now += 10) {
      expect(now).toBeLessThan(1e5);
      for (const [page, seen] of shards) {
        const [lent, ...others] = lending.ask(page, 1e-6, now);
        lending.handBack(page, others.map(({ tile }) => tile));
        if (!lent) continue;
        seen.add(shardOf(lent.tile));
        if (lending.complete(page, page, lent.tile, 5, now + 5) === 'accepted') done++;
      }
    }
    const counts = [...shards.values()].map(({ size }) => size);
    expect(Math.max(...counts)).toBeLessThanOrEqual(most);
    if (how === 'whole') expect(counts).toEqual([8, 8]);
  });

  it('[L22] a page that was loaded again, with another connection and as somebody else, is lent the shard that its browser has', async () => {
    const subject = { ...many, id: subjectIdOf(divided), manifest: divided };
    const opened = await openSession({ subjects: [subject] });
    const { session } = opened;
    const ada = await opened.join('ada');
    await ada.place(wide);
    const perShard = tilesOf(tilingOf(wide, divided)).length / 8;
    const evaluateWide = evaluatorFor(subject);
    session.lend('ada', CPU);
    // Of the four shards after these, each who begins is lent the one that fewest are at.
    for (let done = 0; done < 4 * perShard; done++) {
      const [lease, ...others] = session.askForWork('ada', 1e-6);
      session.handBack('ada', others.map(({ tile }) => tile));
      await session.returnTile('ada', returned(lease!), evaluateWide(wide, lease!.tile));
      await opened.clock.advance(100);
    }
    await opened.tiles.settled();
    const begin = async (connectionId: string, device: string): Promise<number> => {
      if (connectionId !== 'ada') await opened.join(connectionId);
      session.device(connectionId, { device, epoch: 0, engine: 1 });
      session.lend(connectionId, CPU);
      const [lease, ...others] = session.askForWork(connectionId, 1e-6);
      session.handBack(connectionId, others.map(({ tile }) => tile));
      return shardOf(lease!.tile);
    };
    expect([await begin('ada', 'browser-of-ada-01'), await begin('first', 'browser-of-bob-01')]).toEqual([4, 5]);
    session.leave('first');
    expect(await begin('cleo', 'browser-of-cleo-1')).toBe(5);
    expect([await begin('dan', 'browser-of-dan-01'), await begin('again', 'browser-of-bob-01')]).toEqual([6, 5]);
  });
});
