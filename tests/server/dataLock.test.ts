import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { FolderInUse, lockFolder } from '#server/dataLock.ts';

it('[K8] a data folder is used by one server at a time, and is free again when that one ends', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tarn-lock-'));
  const first = await lockFolder(folder);
  await expect(lockFolder(folder)).rejects.toThrow(FolderInUse);
  await expect(lockFolder(`${folder}-other`)).resolves.toBeDefined();
  first.release();
  (await lockFolder(folder)).release();
});
