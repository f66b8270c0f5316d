/** What is believed of devices, on the embedded database: their records, and the votes against one another. Rule K11. */
import type { InStatement, InValue, Row } from '@libsql/client';
import type { Storage } from '#lib/session/storage.ts';
import type { DeviceRecord } from '#lib/work/belief/device.ts';
import type { TileKey } from '#lib/work/tile.ts';

type Database = {
  readonly rows: (sql: string, ...args: InValue[]) => Promise<readonly Row[]>;
  readonly write: (...statements: InStatement[]) => Promise<unknown>;
};

export const trustTables = ({ rows, write }: Database): Pick<Storage, 'saveDevice' | 'device' | 'addVote' | 'votes'> => ({
  saveDevice: async ({ key, person, state, since, passed, passedAt, compared, mismatched, catches }) => {
    await write({
      sql: 'insert or replace into devices (key, person, state, since, passed, passed_at, compared, mismatched, catches) values (?, ?, ?, ?, ?, ?, ?, ?, ?)',
      args: [key, person, state, since, passed, passedAt, compared, mismatched, catches],
    });
  },
  device: async (key) => {
    const [row] = await rows('select * from devices where key = ?', key);
    if (!row) return null;
    return {
      key,
      person: String(row['person']),
      state: String(row['state']) as DeviceRecord['state'],
      since: Number(row['since']),
      passed: Number(row['passed']),
      passedAt: Number(row['passed_at']),
      compared: Number(row['compared']),
      mismatched: Number(row['mismatched']),
      catches: Number(row['catches']),
    };
  },
  addVote: async ({ tile, by, against, at }) => {
    await write({ sql: 'insert into votes (tile, by, against, at) values (?, ?, ?, ?)', args: [tile, by, against, at] });
  },
  votes: async () => (await rows('select * from votes order by rowid')).map((row) => ({ tile: String(row['tile']) as TileKey, by: String(row['by']), against: String(row['against']), at: Number(row['at']) })),
});
