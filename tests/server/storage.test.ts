/** Every storage fulfils the contract; the embedded one also survives being killed. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createInterface } from 'node:readline';
import { createClient } from '@libsql/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { digestOf } from '#lib/digest.ts';
import { createMemoryStorage } from '#server/memoryStorage.ts';
import { openSqliteStorage } from '#server/sqliteStorage.ts';
import { storageContract } from '#tests/contracts/storageContract.ts';

let folder: string;
let files = 0;
const nextFile = () => join(folder, `${files++}.db`);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tarn-storage-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

storageContract('memory', async () => createMemoryStorage());
storageContract('SQLite', () => openSqliteStorage(nextFile()));

describe('SQLite storage', () => {
  it('[K2] is there again after it was closed', async () => {
    const file = nextFile();
    const storage = await openSqliteStorage(file);
    await storage.append('s1', [{ author: 'ada', bytes: Uint8Array.of(7) }]);
    await storage.close();
    const again = await openSqliteStorage(file);
    expect((await again.document('s1')).updates.map(({ bytes }) => [...bytes])).toEqual([[7]]);
    await again.close();
  });

  it('[K2] a log with a gap is refused, never opened with a part missing', async () => {
    const file = nextFile();
    const storage = await openSqliteStorage(file);
    for (const value of [1, 2, 3]) await storage.append('s1', [{ author: 'ada', bytes: Uint8Array.of(value) }]);
    const client = createClient({ url: `file:${file}` });
    await client.execute("delete from updates where session = 's1' and seq = 2");
    client.close();
    await expect(storage.document('s1')).rejects.toThrow('change 2 is missing');
    await storage.close();
  });

  it('[K2] many writes at once share a commit, and one that fails does not take the others with it', async () => {
    const storage = await openSqliteStorage(nextFile());
    const bad = { author: 'eve', bytes: undefined as unknown as Uint8Array };
    const outcomes = await Promise.allSettled([
      storage.append('s1', [{ author: 'ada', bytes: Uint8Array.of(1) }]),
      storage.append('s1', [bad]),
      storage.append('s1', [{ author: 'ada', bytes: Uint8Array.of(2) }]),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect((await storage.document('s1')).updates.map(({ seq }) => seq)).toEqual([1, 2]);
    await storage.close();
  });

  it('[K10] killed between keeping a state and freeing the one before, the last acknowledged is there, and the rest is freed next time', { timeout: 120_000 }, async () => {
    const file = nextFile();
    const keeper = fileURLToPath(new URL('../support/killedKeeper.ts', import.meta.url));
    let at = 0;
    for (let cycle = 0; cycle < 3; cycle++) {
      const child = spawn(process.execPath, ['--import', 'tsx', keeper, file, String(at + 1)], { stdio: ['ignore', 'pipe', 'inherit'] });
      let mine = 0;
      createInterface({ input: child.stdout }).on('line', (line) => {
        at = Number(line.split(' ')[0]);
        if (++mine === 5 + cycle * 4) child.kill('SIGKILL');
      });
      const [, signal] = (await once(child, 'exit')) as [number | null, string | null];
      expect(signal).toBe('SIGKILL');
      const storage = await openSqliteStorage(file);
      expect(await storage.integrity()).toBe('ok');
      const [kept] = await storage.keptUnits('s1');
      expect(kept!.at).toBeGreaterThanOrEqual(at);
      at = kept!.at + 10;
      await storage.freeStates('s1', at);
      expect(digestOf((await storage.blob(kept!.digest))!)).toBe(kept!.digest);
      // Nothing is left but what is kept.
      expect(await storage.fileBytes('s1')).toBe(20_000);
      const client = createClient({ url: `file:${file}` });
      expect((await client.execute('select count(*) as n from blobs')).rows[0]!['n']).toBe(1);
      client.close();
      await storage.close();
    }
  });

  it('[K7] loses nothing that was acknowledged when the process is killed', { timeout: 60_000 }, async () => {
    const file = nextFile();
    const writer = fileURLToPath(new URL('../support/killedWriter.ts', import.meta.url));
    let acknowledged = 0;
    for (let cycle = 0; cycle < 8; cycle++) {
      const child = spawn(process.execPath, ['--import', 'tsx', writer, file], { stdio: ['ignore', 'pipe', 'inherit'] });
      let mine = 0;
      createInterface({ input: child.stdout }).on('line', (line) => {
        acknowledged = Math.max(acknowledged, Number(line));
        // Killed at another point of its work each time.
        if (++mine === 12 + cycle * 7) child.kill('SIGKILL');
      });
      const [, signal] = (await once(child, 'exit')) as [number | null, string | null];
      expect(signal).toBe('SIGKILL');
      const storage = await openSqliteStorage(file);
      expect(await storage.integrity()).toBe('ok');
      const { updates, snapshotSeq } = await storage.document('s1');
      expect(updates.at(-1)?.seq ?? snapshotSeq).toBeGreaterThanOrEqual(acknowledged);
      await storage.close();
    }
    expect(acknowledged).toBeGreaterThan(100);
  });
});
