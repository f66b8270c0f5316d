/**
 * One server per data folder: two would not see each other's edits, and each would tell its own pages they are saved.
 *
 * A socket named after the folder is the lock: the system takes it away with the process, however that ends.
 */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The message says which folder, and what to do. */
export class FolderInUse extends Error {
  override readonly name = 'FolderInUse';
}

/** @throws FolderInUse while another process holds the folder */
export async function lockFolder(folder: string): Promise<{ readonly release: () => void }> {
  const path = join(tmpdir(), `tarn-${createHash('sha256').update(folder).digest('hex').slice(0, 24)}.lock`);
  if (await isAnswered(path)) throw new FolderInUse(`Another Tarn is using ${folder}: stop it, or set DATA_DIR to another folder.`);
  // Left by a process that was killed.
  rmSync(path, { force: true });
  const server: Server = createServer((socket) => socket.end()).unref();
  server.listen(path);
  await once(server, 'listening');
  return { release: () => void server.close() };
}

async function isAnswered(path: string): Promise<boolean> {
  const socket = connect(path);
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    // Nobody listens there, or there is no such file.
    return false;
  } finally {
    socket.destroy();
  }
}
