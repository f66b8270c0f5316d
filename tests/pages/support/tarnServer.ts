/** A Tarn server of a test's own, as a process that can be killed: the built one, with a fresh data directory. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export type TarnServer = {
  readonly url: string;
  /** Ends it at once, as a power cut would. */
  readonly kill: () => Promise<void>;
  readonly start: () => Promise<void>;
  /** Ends it for good and removes what it kept. */
  readonly remove: () => Promise<void>;
};

const root = fileURLToPath(new URL('../../..', import.meta.url));

export async function startTarn(port: number, env: Readonly<Record<string, string>> = {}): Promise<TarnServer> {
  const dataDir = mkdtempSync(join(tmpdir(), 'tarn-test-'));
  const url = `http://127.0.0.1:${port}`;
  let child: ChildProcess | null = null;

  async function start(): Promise<void> {
    child = spawn('node', [join(root, 'dist/main.mjs')], {
      cwd: root,
      env: { ...process.env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1', PORT: String(port), HOST: '127.0.0.1', DATA_DIR: dataDir, ...env },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    for (let attempt = 0; attempt < 300; attempt++) {
      const answer = await fetch(`${url}/healthz`).catch(() => null);
      if (answer?.ok) return;
      if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error('the server did not answer within 30 s');
  }

  async function kill(): Promise<void> {
    const ended = child;
    child = null;
    if (!ended || ended.exitCode !== null) return;
    const gone = new Promise((resolve) => ended.once('exit', resolve));
    ended.kill('SIGKILL');
    await gone;
  }

  await start();
  return {
    url,
    start,
    kill,
    remove: async () => {
      await kill();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
