/**
 * The storage contract on an embedded SQLite database: one file, no service, durable on every promise.
 *
 * Writes go through the group commit, reads go straight to the database: a read that must see an earlier
 * write comes after its promise. Rules K1–K6, K9 in docs/SPEC.md.
 */
import { createClient, type InStatement, type InValue, type Row, type Value } from '@libsql/client';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { LoggedUpdate, SessionRecord, Storage, StoredDocument, TileRecord } from '#lib/session/storage.ts';
import type { Proof } from '#lib/work/belief/decision.ts';
import { tileOfKey, type TileKey } from '#lib/work/tile.ts';
import { createGroupCommit } from './groupCommit.ts';
import { prepareSchema } from './sqliteSchema.ts';
import { unitTables } from './sqliteUnits.ts';
import { trustTables } from './sqliteTrust.ts';
import { checkSequence } from './storedSequence.ts';

export type SqliteStorage = Storage & {
  /** What the database finds wrong with its own file; 'ok' for nothing. */
  readonly integrity: () => Promise<string>;
};

export async function openSqliteStorage(file: string): Promise<SqliteStorage> {
  await mkdir(dirname(file), { recursive: true });
  const client = createClient({ url: `file:${file}` });
  await prepareSchema(client, file);
  const commits = createGroupCommit(client);

  const rows = async (sql: string, ...args: InValue[]): Promise<readonly Row[]> => (await client.execute({ sql, args })).rows;
  const write = (...statements: InStatement[]) => commits.write(statements);
  /** Whether a statement with `returning` changed a row. */
  const changed = async (...statements: InStatement[]): Promise<boolean> => (await write(...statements))[0]!.rows.length > 0;

  async function document(sessionId: string): Promise<StoredDocument> {
    const [snapshots, updates] = await client.batch(
      [
        { sql: 'select seq, bytes from snapshots where session = ?', args: [sessionId] },
        { sql: 'select seq, author, bytes from updates where session = ? order by seq', args: [sessionId] },
      ],
      'read',
    );
    const snapshot = snapshots!.rows[0];
    const stored: StoredDocument = {
      snapshot: snapshot ? bytesOf(snapshot['bytes']) : null,
      snapshotSeq: snapshot ? Number(snapshot['seq']) : 0,
      updates: updates!.rows.map((row): LoggedUpdate => ({ seq: Number(row['seq']), author: String(row['author']), bytes: bytesOf(row['bytes']) })),
    };
    checkSequence(sessionId, stored);
    return stored;
  }

  return {
    createSession: ({ id, code, editKeyHash, createdAt }) =>
      changed({
        sql: 'insert into sessions (id, code, edit_key_hash, created_at) values (?, ?, ?, ?) on conflict do nothing returning id',
        args: [id, code, editKeyHash, createdAt],
      }),
    session: async (id) => sessionOf((await rows('select * from sessions where id = ?', id))[0]),
    sessionByCode: async (code) => sessionOf((await rows('select * from sessions where code = ?', code))[0]),

    document,
    append: async (sessionId, updates) => {
      if (updates.length === 0) throw new Error(`nothing to append to session ${sessionId}`);
      const results = await write(
        ...updates.map(({ author, bytes }) => ({
          sql: `insert into updates (session, seq, author, bytes) values (?1,
                  coalesce((select max(seq) from updates where session = ?1), (select seq from snapshots where session = ?1), 0) + 1, ?2, ?3) returning seq`,
          args: [sessionId, author, bytes],
        })),
      );
      return Number(results.at(-1)!.rows[0]!['seq']);
    },
    compact: async (sessionId, merge) => {
      const stored = await document(sessionId);
      const last = stored.updates.at(-1)?.seq;
      if (last === undefined) return;
      await write(
        {
          sql: `insert into snapshots (session, seq, bytes) values (?1, ?2, ?3)
                on conflict (session) do update set seq = excluded.seq, bytes = excluded.bytes where excluded.seq > snapshots.seq`,
          args: [sessionId, last, merge(stored)],
        },
        { sql: 'delete from updates where session = ? and seq <= ?', args: [sessionId, last] },
      );
    },

    claimClientId: (sessionId, clientId, personId) =>
      changed({ sql: 'insert into client_ids (session, client_id, person) values (?, ?, ?) on conflict do nothing returning person', args: [sessionId, clientId, personId] }),
    clientIds: async (sessionId) =>
      new Map((await rows('select client_id, person from client_ids where session = ?', sessionId)).map((row) => [Number(row['client_id']), String(row['person'])])),
    savePerson: async (sessionId, { id, name }) => {
      await write({ sql: 'insert into people (session, id, name) values (?, ?, ?) on conflict (session, id) do update set name = excluded.name', args: [sessionId, id, name] });
    },
    people: async (sessionId) => (await rows('select id, name from people where session = ?', sessionId)).map((row) => ({ id: String(row['id']), name: String(row['name']) })),

    putTile: ({ tile, digest, by, byName, backend, device, isVerified, proof, isRechecked, at }, bytes) =>
      changed(
        {
          // One that is being rechecked gives way to the next.
          sql: `insert into tiles (tile, slice, digest, by, by_name, backend, device, verified, proof, agreed, rechecked, at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                on conflict (tile) do update set digest = excluded.digest, by = excluded.by, by_name = excluded.by_name, backend = excluded.backend, device = excluded.device,
                  verified = excluded.verified, proof = excluded.proof, agreed = excluded.agreed, rechecked = excluded.rechecked, at = excluded.at where tiles.rechecked = 1
                returning tile`,
          args: [tile, tileOfKey(tile)!.sliceId, digest, by, byName, backend, device, Number(isVerified), proof?.kind ?? null, proof?.agreed ?? 0, Number(isRechecked), at],
        },
        {
          // Bytes only for a tile that was kept just now, or they would stay for nothing.
          sql: 'insert into blobs (digest, bytes) select ?1, ?2 where exists (select 1 from tiles where tile = ?3 and digest = ?1) on conflict do nothing',
          args: [digest, bytes, tile],
        },
      ),
    markVerified: async (tile, digest, { kind, agreed }) => {
      await write({ sql: 'update tiles set verified = 1, proof = ?, agreed = ?, rechecked = 0 where tile = ? and digest = ?', args: [kind, agreed, tile, digest] });
    },
    recheckTiles: async (device) => {
      const [result] = await write({
        sql: "update tiles set verified = 0, proof = null, agreed = 0, rechecked = 1 where device = ? and (proof is null or proof = 'points') returning tile",
        args: [device],
      });
      return result!.rows.map((row) => String(row['tile']) as TileKey);
    },
    strikeTile: async (tile, digest) => {
      await write({ sql: 'delete from tiles where tile = ? and digest = ?', args: [tile, digest] });
    },
    tiles: async (sliceId) => (await rows('select * from tiles where slice = ?', sliceId)).map(tileRecordOf),
    putFile: ({ session, digest, isState, at }, bytes) =>
      changed(
        { sql: 'insert into files (session, digest, bytes, at, state) values (?, ?, ?, ?, ?) on conflict do nothing returning digest', args: [session, digest, bytes.byteLength, at, Number(isState)] },
        { sql: 'insert into blobs (digest, bytes) values (?, ?) on conflict do nothing', args: [digest, bytes] },
        // Whoever puts a state again is about to name it.
        { sql: 'update files set at = max(at, ?) where session = ? and digest = ? and state = 1', args: [at, session, digest] },
      ),
    fileBytes: async (sessionId) => Number((await rows('select coalesce(sum(bytes), 0) as total from files where session = ?', sessionId))[0]!['total']),
    ...unitTables(rows, write, changed),
    blob: async (digest) => {
      const [row] = await rows('select bytes from blobs where digest = ?', digest);
      return row ? bytesOf(row['bytes']) : null;
    },

    ...trustTables({ rows, write }),

    secret: async (offered) => {
      await write({ sql: "insert into secrets (name, bytes) values ('installation', ?) on conflict do nothing", args: [offered] });
      return bytesOf((await rows("select bytes from secrets where name = 'installation'"))[0]!['bytes']);
    },
    integrity: async () => String((await rows('pragma integrity_check'))[0]!['integrity_check']),
    close: async () => {
      await commits.settled();
      client.close();
    },
  };
}

function bytesOf(value: Value | undefined): Uint8Array {
  if (!(value instanceof ArrayBuffer)) throw new Error(`expected bytes in the database, found ${typeof value}`);
  return new Uint8Array(value);
}

function sessionOf(row: Row | undefined): SessionRecord | null {
  return row ? { id: String(row['id']), code: String(row['code']), editKeyHash: String(row['edit_key_hash']), createdAt: Number(row['created_at']) } : null;
}

const tileRecordOf = (row: Row): TileRecord => ({
  tile: String(row['tile']) as TileKey,
  digest: String(row['digest']),
  by: String(row['by']),
  byName: String(row['by_name']),
  backend: String(row['backend']),
  device: String(row['device']),
  isVerified: row['verified'] === 1,
  proof: row['proof'] === null ? null : ({ kind: String(row['proof']), agreed: Number(row['agreed']) } as Proof),
  isRechecked: row['rechecked'] === 1,
  at: Number(row['at']),
});
