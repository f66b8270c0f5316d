/** The built server as a process of its own with a fresh data folder, and its HTTP interface: for benchmarks that need all of it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SliceRecipe } from '#lib/slice/recipe.ts';
import type { CreatedSession, SliceProgress } from '#lib/wire/api.ts';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));
const START_MS = 60_000;

export type BuiltServer = {
  readonly url: string;
  readonly createSession: () => Promise<CreatedSession>;
  /** Places a slice; resolves to its id. */
  readonly place: (session: CreatedSession, recipe: SliceRecipe) => Promise<string>;
  readonly progress: (session: CreatedSession, sliceId: string) => Promise<SliceProgress>;
  /** Resolves when every point of a slice is measured, looking every few milliseconds. @throws after `limitMs` */
  readonly complete: (session: CreatedSession, sliceId: string, limitMs: number) => Promise<SliceProgress>;
  readonly end: () => Promise<void>;
};

/** For a server whose checking would take from the processors that are timed: in production it has its own. Enough to judge a newcomer in its first turn. */
export const LITTLE_TRUTH = { TRUTH_BUDGET: '100000000' } as const;

export async function startBuiltServer(env: Readonly<Record<string, string>> = {}): Promise<BuiltServer> {
  const dataDir = mkdtempSync(join(tmpdir(), 'tarn-bench-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(process.execPath, ['dist/main.mjs'], {
    cwd: ROOT,
    env: { ...process.env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1', PORT: String(port), HOST: '127.0.0.1', DATA_DIR: dataDir, ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ended = once(child, 'exit');

  async function end(): Promise<void> {
    child.kill('SIGTERM');
    await ended;
    rmSync(dataDir, { recursive: true, force: true });
  }

  async function ask<T>(path: string, body?: unknown, key?: string): Promise<T> {
    const headers = { 'content-type': 'application/json', ...(key === undefined ? {} : { authorization: `Bearer ${key}` }) };
    const answer = await fetch(url + path, body === undefined ? { headers } : { method: 'POST', headers, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
    return (await answer.json()) as T;
  }

  const progress: BuiltServer['progress'] = (session, sliceId) => ask(`/api/v1/sessions/${session.id}/slices/${sliceId}`, undefined, session.key);

  const deadline = performance.now() + START_MS;
  while (!(await fetch(`${url}/healthz`).catch(() => null))?.ok) {
    if (performance.now() > deadline || child.exitCode !== null) {
      await end();
      throw new Error(`the built server did not answer within ${START_MS / 1000} s`);
    }
    await sleep(100);
  }
  return {
    url,
    end,
    progress,
    createSession: () => ask('/api/v1/sessions', {}),
    place: async (session, recipe) => (await ask<{ sliceId: string }>(`/api/v1/sessions/${session.id}/slices`, recipe, session.key)).sliceId,
    async complete(session, sliceId, limitMs) {
      const limit = performance.now() + limitMs;
      for (;;) {
        const now = await progress(session, sliceId);
        if (now.isComplete) return now;
        if (performance.now() > limit) throw new Error(`of ${now.points} points ${now.measured} were measured within ${Math.round(limitMs / 1000)} s`);
        await sleep(LOOK_MS);
      }
    },
  };
}

/** The interface answers twenty requests a second of one address for long. */
const LOOK_MS = 60;

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no free port was found');
  return address.port;
}
