/** The storage contract in memory: for tests and simulations. It promises order and atomicity, and durable means: until the process ends. */
import type { FileRecord, KeptRecord, LoggedUpdate, SessionRecord, Storage, StoredDocument, TileRecord, UnitRecord, Vote } from '#lib/session/storage.ts';
import type { DeviceRecord } from '#lib/work/belief/device.ts';
import { tileOfKey, type TileKey } from '#lib/work/tile.ts';
import { checkSequence } from './storedSequence.ts';

type StoredSession = { snapshot: Uint8Array | null; snapshotSeq: number; updates: LoggedUpdate[]; readonly clientIds: Map<number, string>; readonly people: Map<string, string> };

export function createMemoryStorage(): Storage {
  const sessions = new Map<string, SessionRecord>();
  const contents = new Map<string, StoredSession>();
  const tiles = new Map<TileKey, TileRecord>();
  const files = new Map<string, FileRecord & { readonly bytes: number }>();
  const units = new Map<string, UnitRecord>();
  const kept = new Map<string, KeptRecord>();
  const blobs = new Map<string, Uint8Array>();
  const devices = new Map<string, DeviceRecord>();
  const votes: Vote[] = [];
  let installationSecret: Uint8Array | null = null;

  function contentOf(sessionId: string): StoredSession {
    let content = contents.get(sessionId);
    if (!content) contents.set(sessionId, (content = { snapshot: null, snapshotSeq: 0, updates: [], clientIds: new Map(), people: new Map() }));
    return content;
  }

  function documentOf(sessionId: string): StoredDocument {
    const { snapshot, snapshotSeq, updates } = contentOf(sessionId);
    const stored = { snapshot, snapshotSeq, updates: [...updates] };
    checkSequence(sessionId, stored);
    return stored;
  }

  return {
    createSession: async (session) => {
      if (sessions.has(session.id) || [...sessions.values()].some(({ code }) => code === session.code)) return false;
      sessions.set(session.id, session);
      return true;
    },
    session: async (id) => sessions.get(id) ?? null,
    sessionByCode: async (code) => [...sessions.values()].find((session) => session.code === code) ?? null,

    document: async (sessionId) => documentOf(sessionId),
    append: async (sessionId, updates) => {
      if (updates.length === 0) throw new Error(`nothing to append to session ${sessionId}`);
      const content = contentOf(sessionId);
      for (const { author, bytes } of updates) {
        const seq = (content.updates.at(-1)?.seq ?? content.snapshotSeq) + 1;
        content.updates.push({ seq, author, bytes: bytes.slice() });
      }
      return content.updates.at(-1)!.seq;
    },
    compact: async (sessionId, merge) => {
      const content = contentOf(sessionId);
      const last = content.updates.at(-1)?.seq;
      if (last === undefined) return;
      content.snapshot = merge(documentOf(sessionId)).slice();
      content.snapshotSeq = last;
      content.updates = [];
    },

    claimClientId: async (sessionId, clientId, personId) => {
      const { clientIds } = contentOf(sessionId);
      if (clientIds.has(clientId)) return false;
      clientIds.set(clientId, personId);
      return true;
    },
    clientIds: async (sessionId) => new Map(contentOf(sessionId).clientIds),
    savePerson: async (sessionId, { id, name }) => void contentOf(sessionId).people.set(id, name),
    people: async (sessionId) => [...contentOf(sessionId).people].map(([id, name]) => ({ id, name })),

    putTile: async (record, bytes) => {
      const before = tiles.get(record.tile);
      if (before && !before.isRechecked) return false;
      tiles.set(record.tile, record);
      blobs.set(record.digest, bytes.slice());
      return true;
    },
    markVerified: async (tile, digest, proof) => {
      const record = tiles.get(tile);
      if (record?.digest === digest) tiles.set(tile, { ...record, isVerified: true, proof, isRechecked: false });
    },
    recheckTiles: async (device) => {
      const theirs = [...tiles.values()].filter((record) => record.device === device && (record.proof === null || record.proof.kind === 'points'));
      for (const record of theirs) tiles.set(record.tile, { ...record, isVerified: false, proof: null, isRechecked: true });
      return theirs.map(({ tile }) => tile);
    },
    strikeTile: async (tile, digest) => {
      if (tiles.get(tile)?.digest === digest) tiles.delete(tile);
    },
    tiles: async (sliceId) => [...tiles.values()].filter(({ tile }) => tileOfKey(tile)?.sliceId === sliceId),
    putFile: async (record, bytes) => {
      const name = `${record.session}/${record.digest}`;
      const before = files.get(name);
      if (before) {
        if (before.isState) files.set(name, { ...before, at: Math.max(before.at, record.at) });
        return false;
      }
      files.set(name, { ...record, bytes: bytes.byteLength });
      blobs.set(record.digest, bytes.slice());
      return true;
    },
    fileBytes: async (sessionId) => [...files.values()].reduce((sum, { session, bytes }) => sum + (session === sessionId ? bytes : 0), 0),
    putUnit: async (record, bytes) => {
      const name = `${record.session}/${record.unit}`;
      if (units.has(name)) return false;
      units.set(name, record);
      kept.delete(name);
      blobs.set(record.digest, bytes.slice());
      return true;
    },
    markUnitVerified: async (session, unit, digest, verified) => {
      const record = units.get(`${session}/${unit}`);
      if (record?.digest === digest) units.set(`${session}/${unit}`, { ...record, verified });
    },
    strikeUnit: async (session, unit, digest) => {
      if (units.get(`${session}/${unit}`)?.digest === digest) units.delete(`${session}/${unit}`);
    },
    units: async (session) => [...units.values()].filter((record) => record.session === session),
    keepUnit: async (record) => {
      if (units.has(`${record.session}/${record.unit}`) || !blobs.has(record.digest)) return false;
      kept.set(`${record.session}/${record.unit}`, record);
      return true;
    },
    freeStates: async (session, before) => {
      const named = new Set([...kept.values()].map(({ digest }) => digest));
      const freed = [...files].filter(([, file]) => file.session === session && file.isState && file.at < before && !named.has(file.digest));
      for (const [name, { digest }] of freed) {
        files.delete(name);
        if (![...files.values()].some((other) => other.digest === digest)) blobs.delete(digest);
      }
      return freed.map(([, { digest }]) => digest);
    },
    keptUnits: async (session) => [...kept.values()].filter((record) => record.session === session),
    blob: async (digest) => blobs.get(digest) ?? null,

    saveDevice: async (record) => void devices.set(record.key, record),
    device: async (key) => devices.get(key) ?? null,
    addVote: async (vote) => void votes.push(vote),
    votes: async () => [...votes],

    secret: async (offered) => (installationSecret ??= offered.slice()),
    close: async () => {},
  };
}
