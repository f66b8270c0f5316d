/** The part of the embedded database on units of analyses: results, and what was kept of units that are not done. Rule K10. */
import type { InStatement, InValue, Row } from '@libsql/client';
import type { KeptRecord, Storage, UnitRecord } from '#lib/session/storage.ts';
import type { UnitKey } from '#lib/work/unit.ts';

type UnitTables = Pick<Storage, 'putUnit' | 'markUnitVerified' | 'strikeUnit' | 'units' | 'keepUnit' | 'keptUnits' | 'freeStates'>;

/** @param changed whether the first statement, which ends in `returning`, changed a row */
export function unitTables(
  rows: (sql: string, ...args: InValue[]) => Promise<readonly Row[]>,
  write: (...statements: InStatement[]) => Promise<readonly { readonly rows: readonly Row[] }[]>,
  changed: (...statements: InStatement[]) => Promise<boolean>,
): UnitTables {
  return {
    putUnit: ({ session, unit, digest, by, byName, backend, ms, verified, at }, bytes) =>
      changed(
        {
          sql: `insert into units (session, unit, digest, by, by_name, backend, ms, verified, at) values (?, ?, ?, ?, ?, ?, ?, ?, ?)
                on conflict do nothing returning unit`,
          args: [session, unit, digest, by, byName, backend, ms, verified, at],
        },
        {
          sql: 'insert into blobs (digest, bytes) select ?1, ?2 where exists (select 1 from units where session = ?3 and unit = ?4 and digest = ?1) on conflict do nothing',
          args: [digest, bytes, session, unit],
        },
        { sql: 'delete from kept_units where session = ? and unit = ?', args: [session, unit] },
      ),
    markUnitVerified: async (session, unit, digest, verified) => {
      await write({ sql: 'update units set verified = ? where session = ? and unit = ? and digest = ?', args: [verified, session, unit, digest] });
    },
    strikeUnit: async (session, unit, digest) => {
      await write({ sql: 'delete from units where session = ? and unit = ? and digest = ?', args: [session, unit, digest] });
    },
    units: async (session) => (await rows('select * from units where session = ?', session)).map(unitRecordOf),
    keepUnit: ({ session, unit, digest, by, byName, share, at }) =>
      changed({
        sql: `insert into kept_units (session, unit, digest, by, by_name, share, at) select ?1, ?2, ?3, ?4, ?5, ?6, ?7
              where not exists (select 1 from units where session = ?1 and unit = ?2) and exists (select 1 from blobs where digest = ?3)
              on conflict (session, unit) do update set digest = excluded.digest, by = excluded.by, by_name = excluded.by_name, share = excluded.share, at = excluded.at
              returning unit`,
        args: [session, unit, digest, by, byName, share, at],
      }),
    freeStates: async (session, before) => {
      const unnamed = 'session = ?1 and state = 1 and at < ?2 and not exists (select 1 from kept_units where kept_units.digest = files.digest)';
      // One transaction, bytes first: they go only where no other session has the file as well.
      const results = await write(
        {
          sql: `delete from blobs where digest in (select digest from files where ${unnamed})
                and not exists (select 1 from files as other where other.digest = blobs.digest and (other.session <> ?1 or other.state = 0))`,
          args: [session, before],
        },
        { sql: `delete from files where ${unnamed} returning digest`, args: [session, before] },
      );
      return results[1]!.rows.map((row) => String(row['digest']));
    },
    keptUnits: async (session) => (await rows('select * from kept_units where session = ?', session)).map(keptRecordOf),
  };
}

const signed = (row: Row) => ({
  session: String(row['session']),
  unit: String(row['unit']) as UnitKey,
  digest: String(row['digest']),
  by: String(row['by']),
  byName: String(row['by_name']),
  at: Number(row['at']),
});

const unitRecordOf = (row: Row): UnitRecord => ({
  ...signed(row),
  backend: String(row['backend']),
  ms: Number(row['ms']),
  verified: row['verified'] === null ? null : String(row['verified']),
});

const keptRecordOf = (row: Row): KeptRecord => ({ ...signed(row), share: Number(row['share']) });
