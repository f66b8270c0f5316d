/** What every storage must fulfil; run on each of them. */
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { digestOf } from '#lib/digest.ts';
import { newDevice } from '#lib/work/belief/device.ts';
import type { Storage, StoredDocument, TileRecord } from '#lib/session/storage.ts';

const session = (id: string, code: string) => ({ id, code, editKeyHash: digestOf(id), createdAt: 1000 });
const SLICE = 'a'.repeat(32);
const bytes = (...values: number[]) => Uint8Array.from(values);

function tileRecord(column: number, content: Uint8Array): TileRecord {
  return { tile: `${SLICE}/0/0/${column}`, digest: digestOf(content), by: 'ada', byName: 'Ada', backend: 'CPU', device: 'd1', isVerified: false, proof: null, isRechecked: false, at: 5 };
}

/** Updates of a document that counts up, one per change. */
function countingUpdates(length: number): Uint8Array[] {
  const doc = new Y.Doc();
  const updates: Uint8Array[] = [];
  doc.on('update', (update: Uint8Array) => updates.push(update));
  for (let n = 1; n <= length; n++) doc.getMap('session').set('n', n);
  return updates;
}

function mergeAll({ snapshot, updates }: StoredDocument): Uint8Array {
  const doc = new Y.Doc();
  if (snapshot) Y.applyUpdate(doc, snapshot);
  for (const update of updates) Y.applyUpdate(doc, update.bytes);
  return Y.encodeStateAsUpdate(doc);
}

function countIn(stored: StoredDocument): unknown {
  const doc = new Y.Doc();
  Y.applyUpdate(doc, mergeAll(stored));
  return doc.getMap('session').get('n');
}

export function storageContract(name: string, open: () => Promise<Storage>): void {
  describe(`storage contract on ${name}`, () => {
    it('[K1] keeps a session, and neither its id nor its code twice', async () => {
      const storage = await open();
      expect(await storage.createSession(session('s1', 'ABCDEF'))).toBe(true);
      expect(await storage.createSession(session('s1', 'GHJKMN'))).toBe(false);
      expect(await storage.createSession(session('s2', 'ABCDEF'))).toBe(false);
      expect(await storage.session('s1')).toEqual(session('s1', 'ABCDEF'));
      expect(await storage.sessionByCode('ABCDEF')).toEqual(session('s1', 'ABCDEF'));
      expect(await storage.session('s2')).toBeNull();
      expect(await storage.sessionByCode('GHJKMN')).toBeNull();
      await storage.close();
    });

    it('[K1] two who create the same code at once: one of them gets it', async () => {
      const storage = await open();
      const made = await Promise.all([storage.createSession(session('s1', 'ABCDEF')), storage.createSession(session('s2', 'ABCDEF'))]);
      expect(made.filter(Boolean)).toHaveLength(1);
      await storage.close();
    });

    it('[K2] appends in order, without gaps, each session by itself', async () => {
      const storage = await open();
      const updates = countingUpdates(50);
      const seqs = await Promise.all(updates.map((update) => storage.append('s1', [{ author: 'ada', bytes: update }])));
      expect(seqs).toEqual(updates.map((_, index) => index + 1));
      expect(await storage.append('s2', [{ author: 'bob', bytes: bytes(1) }, { author: 'eve', bytes: bytes(2) }])).toBe(2);
      const stored = await storage.document('s1');
      expect(stored.updates.map(({ bytes: each }) => [...each])).toEqual(updates.map((each) => [...each]));
      expect((await storage.document('s2')).updates.map(({ author }) => author)).toEqual(['bob', 'eve']);
      await storage.close();
    });

    it('[K2] a document nobody wrote is empty', async () => {
      const storage = await open();
      expect(await storage.document('s1')).toEqual({ snapshot: null, snapshotSeq: 0, updates: [] });
      await storage.close();
    });

    it('[K3] compaction keeps the content, and later updates follow the snapshot', async () => {
      const storage = await open();
      const updates = countingUpdates(12);
      for (const update of updates.slice(0, 10)) await storage.append('s1', [{ author: 'ada', bytes: update }]);
      await storage.compact('s1', mergeAll);
      const compacted = await storage.document('s1');
      expect(compacted.updates).toEqual([]);
      expect(compacted.snapshotSeq).toBe(10);
      expect(countIn(compacted)).toBe(10);
      expect(await storage.append('s1', updates.slice(10).map((update) => ({ author: 'ada', bytes: update })))).toBe(12);
      expect(countIn(await storage.document('s1'))).toBe(12);
      await storage.compact('s1', mergeAll);
      expect(countIn(await storage.document('s1'))).toBe(12);
      await storage.close();
    });

    it('[K3] updates appended while a compaction runs are kept', async () => {
      const storage = await open();
      const updates = countingUpdates(20);
      for (const update of updates.slice(0, 10)) await storage.append('s1', [{ author: 'ada', bytes: update }]);
      await Promise.all([storage.compact('s1', mergeAll), ...updates.slice(10).map((update) => storage.append('s1', [{ author: 'ada', bytes: update }]))]);
      expect(countIn(await storage.document('s1'))).toBe(20);
      await storage.close();
    });

    it('[K3] a compaction that cannot merge changes nothing', async () => {
      const storage = await open();
      await storage.append('s1', countingUpdates(3).map((update) => ({ author: 'ada', bytes: update })));
      await expect(storage.compact('s1', () => { throw new Error('cannot merge'); })).rejects.toThrow('cannot merge');
      expect(countIn(await storage.document('s1'))).toBe(3);
      await storage.close();
    });

    it('[K4] a client id belongs to who claimed it first, in its session', async () => {
      const storage = await open();
      expect(await storage.claimClientId('s1', 0xffffffff, 'ada')).toBe(true);
      expect(await storage.claimClientId('s1', 0xffffffff, 'bob')).toBe(false);
      expect(await storage.claimClientId('s2', 0xffffffff, 'bob')).toBe(true);
      expect(await storage.clientIds('s1')).toEqual(new Map([[0xffffffff, 'ada']]));
      await storage.close();
    });

    it('[K4] a person keeps the name given last', async () => {
      const storage = await open();
      await storage.savePerson('s1', { id: 'ada', name: 'Ada' });
      await storage.savePerson('s1', { id: 'ada', name: 'Countess' });
      expect(await storage.people('s1')).toEqual([{ id: 'ada', name: 'Countess' }]);
      await storage.close();
    });

    it('[K5] keeps the first result of a tile, and its bytes by digest', async () => {
      const storage = await open();
      const first = bytes(1, 2, 3);
      const second = bytes(4, 5, 6);
      expect(await storage.putTile(tileRecord(0, first), first)).toBe(true);
      expect(await storage.putTile(tileRecord(0, second), second)).toBe(false);
      expect(await storage.tiles(SLICE)).toEqual([tileRecord(0, first)]);
      expect([...(await storage.blob(digestOf(first)))!]).toEqual([1, 2, 3]);
      expect(await storage.blob(digestOf(second))).toBeNull();
      expect(await storage.tiles('b'.repeat(32))).toEqual([]);
      await storage.close();
    });

    it('[K5] verifies and strikes the very result that is named', async () => {
      const storage = await open();
      const content = bytes(1);
      const proof = { kind: 'points', agreed: 3 } as const;
      await storage.putTile(tileRecord(0, content), content);
      await storage.markVerified(tileRecord(0, content).tile, digestOf('another'), proof);
      expect((await storage.tiles(SLICE))[0]!.isVerified).toBe(false);
      await storage.markVerified(tileRecord(0, content).tile, digestOf(content), proof);
      expect((await storage.tiles(SLICE))[0]).toEqual({ ...tileRecord(0, content), isVerified: true, proof });
      await storage.strikeTile(tileRecord(0, content).tile, digestOf('another'));
      expect(await storage.tiles(SLICE)).toHaveLength(1);
      await storage.strikeTile(tileRecord(0, content).tile, digestOf(content));
      expect(await storage.tiles(SLICE)).toEqual([]);
      expect(await storage.blob(digestOf(content))).not.toBeNull();
      await storage.close();
    });

    it('[K11] takes back what nobody proved of a device, in every slice, and lets another result replace it', async () => {
      const storage = await open();
      const [spot, every, other, far, again] = [bytes(1), bytes(2), bytes(3), bytes(4), bytes(5)];
      const away = { ...tileRecord(0, far), tile: `${'b'.repeat(32)}/0/0/0` as const };
      await storage.putTile(tileRecord(0, spot), spot);
      await storage.putTile(tileRecord(1, every), every);
      await storage.putTile({ ...tileRecord(2, other), device: 'd2' }, other);
      await storage.putTile(away, far);
      await storage.markVerified(tileRecord(0, spot).tile, digestOf(spot), { kind: 'points', agreed: 1 });
      await storage.markVerified(tileRecord(1, every).tile, digestOf(every), { kind: 'everyPoint', agreed: 4 });
      expect([...(await storage.recheckTiles('d1'))].sort()).toEqual([tileRecord(0, spot).tile, away.tile].sort());
      const after = await storage.tiles(SLICE);
      expect(after.map(({ isVerified, isRechecked }) => [isVerified, isRechecked])).toEqual([[false, true], [true, false], [false, false]]);
      expect((await storage.tiles('b'.repeat(32)))[0]).toMatchObject({ isRechecked: true, proof: null });
      expect(await storage.putTile({ ...tileRecord(0, again), by: 'bob', device: 'd2' }, again)).toBe(true);
      expect((await storage.tiles(SLICE)).find(({ tile }) => tile === tileRecord(0, spot).tile)).toEqual({ ...tileRecord(0, again), by: 'bob', device: 'd2' });
      expect([...(await storage.blob(digestOf(again)))!]).toEqual([5]);
      expect(await storage.putTile(tileRecord(0, spot), spot)).toBe(false);
      await storage.close();
    });

    it('[K11] keeps what is believed of a device, and the votes against one', async () => {
      const storage = await open();
      const record = { ...newDevice('d1', 'ada', 7), passed: 12.5, compared: 20, state: 'probation' as const };
      expect(await storage.device('d1')).toBeNull();
      await storage.saveDevice(newDevice('d1', 'ada', 7));
      await storage.saveDevice(record);
      expect(await storage.device('d1')).toEqual(record);
      const vote = { tile: tileRecord(0, bytes(1)).tile, by: 'd1', against: 'd2', at: 3 };
      await storage.addVote(vote);
      expect(await storage.votes()).toEqual([vote]);
      await storage.close();
    });

    it('[K9] keeps a file once in each session, its bytes by digest, and counts what a session holds', async () => {
      const storage = await open();
      const content = bytes(1, 2, 3);
      const digest = digestOf(content);
      expect(await storage.putFile({ session: 's1', digest, isState: false, at: 5 }, content)).toBe(true);
      expect(await storage.putFile({ session: 's1', digest, isState: false, at: 6 }, content)).toBe(false);
      expect(await storage.putFile({ session: 's2', digest, isState: false, at: 7 }, content)).toBe(true);
      expect(await storage.putFile({ session: 's1', digest: digestOf('more'), isState: false, at: 8 }, bytes(9))).toBe(true);
      expect([...(await storage.blob(digest))!]).toEqual([1, 2, 3]);
      expect([await storage.fileBytes('s1'), await storage.fileBytes('s2'), await storage.fileBytes('s3')]).toEqual([4, 3, 0]);
      await storage.close();
    });

    it('[K10] keeps the first result of a unit in each session, and what was kept of a unit until then', async () => {
      const storage = await open();
      const unit = `${SLICE}/3` as const;
      const [first, second] = [bytes(1, 2), bytes(3)];
      const record = (session: string, content: Uint8Array) =>
        ({ session, unit, digest: digestOf(content), by: 'ada', byName: 'Ada', backend: 'float64', ms: 12.5, verified: null, at: 5 }) as const;
      const kept = { session: 's1', unit, digest: digestOf(second), by: 'bob', byName: 'Bob', share: 0.25, at: 4 };
      // Without its file nothing is named.
      expect(await storage.keepUnit(kept)).toBe(false);
      await storage.putFile({ session: 's1', digest: kept.digest, isState: true, at: 3 }, second);
      expect(await storage.keepUnit(kept)).toBe(true);
      expect(await storage.keepUnit({ ...kept, share: 0.5 })).toBe(true);
      expect(await storage.keptUnits('s1')).toEqual([{ ...kept, share: 0.5 }]);
      expect(await storage.putUnit(record('s1', first), first)).toBe(true);
      expect(await storage.putUnit(record('s1', second), second)).toBe(false);
      expect(await storage.putUnit(record('s2', second), second)).toBe(true);
      expect(await storage.units('s1')).toEqual([record('s1', first)]);
      expect(await storage.keptUnits('s1')).toEqual([]);
      expect(await storage.keepUnit(kept)).toBe(false);
      expect([...(await storage.blob(digestOf(first)))!]).toEqual([1, 2]);
      await storage.markUnitVerified('s1', unit, digestOf('another'), 'no');
      await storage.markUnitVerified('s1', unit, digestOf(first), 'recomputed');
      expect((await storage.units('s1'))[0]!.verified).toBe('recomputed');
      await storage.strikeUnit('s1', unit, digestOf('another'));
      expect(await storage.units('s1')).toHaveLength(1);
      await storage.strikeUnit('s1', unit, digestOf(first));
      expect(await storage.units('s1')).toEqual([]);
      expect(await storage.units('s2')).toHaveLength(1);
      await storage.close();
    });

    it('[K10] frees states that are kept no more, and never what is kept of a unit, lately put, another session’s or no state', async () => {
      const storage = await open();
      const put = async (name: number, { session: of = 's1', isState = true, at = 10 } = {}) => {
        const digest = digestOf(bytes(name));
        await storage.putFile({ session: of, digest, isState, at }, bytes(name));
        return digest;
      };
      const keep = (digest: string, unit: `${string}/${number}` = `${SLICE}/0`) => storage.keepUnit({ session: 's1', unit, digest, by: 'ada', byName: 'Ada', share: 0.5, at: 11 });
      const [old, latest, late, vector, shared] = [await put(1), await put(2), await put(3, { at: 30 }), await put(4, { isState: false }), await put(5)];
      await put(5, { session: 's2' });
      await keep(old);
      await keep(latest);
      expect(await storage.freeStates('s1', 10)).toEqual([]);
      expect([...(await storage.freeStates('s1', 20))].toSorted()).toEqual([old, shared].toSorted());
      expect(await storage.blob(old)).toBeNull();
      for (const digest of [latest, late, vector, shared]) expect(await storage.blob(digest)).not.toBeNull();
      expect([await storage.fileBytes('s1'), await storage.fileBytes('s2')]).toEqual([3, 1]);
      // What was put again is about to be named, and stays as long as if it were new.
      await put(3, { at: 50 });
      expect(await storage.freeStates('s1', 40)).toEqual([]);
      // What was freed can be put and kept again; a unit that is done keeps nothing.
      await put(1, { at: 41 });
      expect(await keep(old)).toBe(true);
      await storage.putUnit({ session: 's1', unit: `${SLICE}/0`, digest: digestOf('r'), by: 'ada', byName: 'Ada', backend: 'x', ms: 1, verified: null, at: 60 }, bytes(9));
      expect([...(await storage.freeStates('s1', 100))].toSorted()).toEqual([old, latest, late].toSorted());
      expect(await storage.blob(digestOf('r'))).not.toBeNull();
      await storage.close();
    });

    it('[K6] has one secret, made once', async () => {
      const storage = await open();
      expect([...(await storage.secret(bytes(1, 2)))]).toEqual([1, 2]);
      expect([...(await storage.secret(bytes(3, 4)))]).toEqual([1, 2]);
      await storage.close();
    });
  });
}
