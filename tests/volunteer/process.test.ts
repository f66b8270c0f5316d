/** The volunteer as a process of its own, against a whole server on a free port: it computes, stops, comes back, and says how it ended. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { analysisIdOf, type AnalysisRequest } from '#lib/analysis/requests/requests.ts';
import { unitsOf } from '#lib/session/analysisLedger.ts';
import { writeRecord } from '#lib/session/document.ts';
import type { SliceRecipe } from '#lib/slice/recipe.ts';
import type { CreatedSession, SliceProgress } from '#lib/wire/api.ts';
import { systemClock } from '#server/clock.ts';
import { secretDice } from '#server/dice.ts';
import { createMemoryStorage } from '#server/memoryStorage.ts';
import { createInlineProber } from '#server/prober.ts';
import { loadSubjects } from '#server/subjects.ts';
import { startTarn, type Tarn } from '#server/tarn.ts';
import { findBrowser } from '#scripts/browser.mjs';
import { serverBuild } from '#scripts/buildServer.mjs';
import { openPage, type LivePage } from '#tests/support/startedTarn.ts';
import { silentLog } from '#tests/support/openedSession.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const BUILT = 'dist/volunteer-under-test';

let tarn: Tarn;
let subjects: Awaited<ReturnType<typeof loadSubjects>>;
const running = new Set<ChildProcess>();
const said: { text: string }[] = [];

/** A whole server that gives out the built-in networks, as the real one does, and has no pages. */
async function serve(port = 0): Promise<Tarn> {
  return startTarn({
    config: { host: '127.0.0.1', port, publicUrl: null, maxPeople: 300, trustProxy: false, isDevelopment: false },
    storage,
    subjects,
    prober: createInlineProber(subjects),
    clock: systemClock,
    dice: secretDice,
    log: silentLog,
    openPages: async () => async (request, response) => {
      const file = join(root, 'public', new URL(request.url ?? '/', 'http://host').pathname);
      if (existsSync(file)) response.end(readFileSync(file));
      else response.writeHead(404).end();
    },
  });
}
const storage = createMemoryStorage();

const url = () => `http://127.0.0.1:${tarn.port}`;

async function post<T>(path: string, body: unknown, key?: string): Promise<T> {
  const headers = { 'content-type': 'application/json', ...(key === undefined ? {} : { authorization: `Bearer ${key}` }) };
  return (await (await fetch(url() + path, { method: 'POST', headers, body: JSON.stringify(body) })).json()) as T;
}

async function planeOf(network: RegExp, count: number, { id, key }: CreatedSession): Promise<SliceProgress> {
  const subject = [...subjects.values()].find(({ manifest }) => network.test(manifest.title))!;
  const axis = (seed: number) => ({ direction: { kind: 'random', seed, normalisation: 'filter', vectors: 'layer' }, min: -1, max: 1, count }) as const;
  const recipe: SliceRecipe = {
    format: 1,
    subject: subject.id,
    samples: [{ set: 'train', count: subject.manifest.dataset.samples.train }],
    loss: subject.manifest.loss,
    mode: { batchNorm: 'frozen', dropout: 'off' },
    centre: subject.manifest.checkpoints.at(-1)!.id,
    axes: [axis(1), axis(2)],
  };
  return post<SliceProgress>(`/api/v1/sessions/${id}/slices`, recipe, key);
}

async function progressOf({ id }: CreatedSession, sliceId: string): Promise<SliceProgress> {
  return (await (await fetch(`${url()}/api/v1/sessions/${id}/slices/${sliceId}`)).json()) as SliceProgress;
}

function volunteer(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const child = spawn(process.execPath, [join(root, BUILT, 'volunteer.mjs'), ...args], { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  const own = { text: '' };
  said.push(own);
  child.stdout.on('data', (chunk: Buffer) => (own.text += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (own.text += chunk.toString()));
  const ended = once(child, 'close').then(([code]) => code as number | null);
  void ended.then(() => running.delete(child));
  return { child, said: own, ended };
}

async function until<T>(read: () => T | Promise<T>, isEnough: (value: T) => boolean, what: string): Promise<T> {
  for (const end = performance.now() + 90_000; performance.now() < end; ) {
    const value = await read();
    if (isEnough(value)) return value;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`waited for ${what} in vain; the volunteers said:\n${said.map(({ text }) => text).join('\n')}`);
}

beforeAll(async () => {
  subjects = await loadSubjects(join(root, 'public/builtins'));
  await build({ ...serverBuild, entryPoints: { volunteer: 'scripts/volunteer.ts', computeThread: 'scripts/volunteer/computeThread.ts' }, outdir: BUILT });
  tarn = await serve();
});
afterEach(() => {
  said.length = 0;
  running.forEach((child) => child.kill('SIGKILL'));
});
afterAll(() => tarn.close());

describe('npm run volunteer', () => {
  it('[A2] computes what the session lends, which the server verifies; Ctrl-C ends it with 0', async () => {
    const session = await post<CreatedSession>('/api/v1/sessions', { title: 'Valleys' });
    const { sliceId } = await planeOf(/spiral/i, 17, session);
    const { child, said, ended } = volunteer([session.editLink, '--backend', 'wasm', '--threads', '2']);
    const progress = () => progressOf(session, sliceId);
    const done = await until(progress, ({ verified }) => verified === 289, 'a verified slice');
    expect(done).toMatchObject({ isComplete: true, measured: 289, helpers: 1 });
    child.kill('SIGINT');
    expect(await ended).toBe(0);
    expect(said.text).toContain('Joined “Valleys”');
    expect(said.text).toContain('289 points computed');
    expect(await progress()).toMatchObject({ helpers: 0 });
  });

  it('[A2] a code joins as well, a view link may lend, and what is not finished when it stops is lent again', async () => {
    const session = await post<CreatedSession>('/api/v1/sessions', {});
    const { tiles, sliceId } = await planeOf(/glyph/i, 33, session);
    const byCode = volunteer([`${url()}/j/${session.code.toLowerCase()}`, '--backend', 'wasm', '--threads', '1']);
    await until(() => byCode.said.text, (text) => text.includes('computing'), 'it to compute');
    byCode.child.kill('SIGTERM');
    expect(await byCode.ended).toBe(0);
    // Somebody else is lent every tile that was not returned, at once, though the leases would have lasted longer.
    const lent = new Set<string>();
    const pages: LivePage[] = [];
    // A newcomer holds one tile for each of its workers until it was judged: it takes several.
    for (let before = -1; lent.size > before; ) {
      before = lent.size;
      const page = await openPage(url(), { session: session.id });
      pages.push(page);
      page.socket.emit('lend', { title: 'a page', workers: 64, duty: 1 });
      for (const { tile } of await page.socket.emitWithAck('askForWork', 64)) lent.add(tile);
    }
    const { tilesDone } = await progressOf(session, sliceId);
    expect(tilesDone).toBeLessThan(tiles);
    expect(lent.size).toBe(tiles - tilesDone);
    for (const page of pages) page.close();

    const looking = volunteer([session.viewLink, '--backend', 'wasm', '--threads', '1']);
    await until(() => looking.said.text, (text) => text.includes('Joined'), 'a view link to join');
    looking.child.kill('SIGINT');
    expect(await looking.ended).toBe(0);
  });

  it('[A2] computes the units of an analysis that the session asks for', async () => {
    const session = await post<CreatedSession>('/api/v1/sessions', {});
    const [subject] = [...subjects.values()].filter(({ manifest }) => /spiral/i.test(manifest.title));
    const { id, manifest } = subject!;
    const request: AnalysisRequest = { kind: 'checkpointLosses', format: 1, subject: id, samples: [{ set: 'train', count: 64 }], loss: manifest.loss, mode: { batchNorm: 'frozen', dropout: 'off' } };
    const page = await openPage(url(), { session: session.id, key: session.key });
    await page.change((doc) => writeRecord(doc, 'analyses', analysisIdOf(request), { by: page.welcome.me.id, byName: 'Ada', at: 1, request, isPaused: false, isPutAway: false }));
    const { child, ended } = volunteer([session.viewLink, '--backend', 'wasm', '--threads', '1']);
    const units = () => Promise.resolve([...unitsOf(page.ledger).values()]);
    const done = await until(units, (found) => found.filter(({ verified }) => verified !== null).length === manifest.checkpoints.length, 'every checkpoint');
    expect(new Set(done.map(({ by }) => by)).size).toBe(1);
    expect(done[0]!.by).not.toBe(page.welcome.me.id);
    page.close();
    child.kill('SIGINT');
    expect(await ended).toBe(0);
  });

  it('[A2] comes back by itself when the server was away, and goes on', async () => {
    const session = await post<CreatedSession>('/api/v1/sessions', {});
    const { child, said, ended } = volunteer([session.editLink, '--backend', 'wasm', '--threads', '1']);
    await until(() => said.text, (text) => text.includes('waiting for work'), 'it to join');
    const { port } = tarn;
    await tarn.close();
    await until(() => said.text, (text) => text.includes('offline, trying again'), 'it to notice');
    tarn = await serve(port);
    const { sliceId } = await planeOf(/spiral/i, 9, session);
    await until(() => progressOf(session, sliceId), ({ verified }) => verified === 81, 'a verified slice');
    child.kill('SIGINT');
    expect(await ended).toBe(0);
  });

  it('[A1] ends with 1 where it cannot join, and 2 where it was not understood', async () => {
    const session = await post<CreatedSession>('/api/v1/sessions', {});
    const wrongKey = volunteer([`${session.viewLink}#key=wrong`, '--backend', 'wasm']);
    expect(await wrongKey.ended).toBe(1);
    expect(wrongKey.said.text).toContain('its key is not right');
    const nowhere = volunteer([`${url()}/s/nosuchsession`, '--backend', 'wasm']);
    expect(await nowhere.ended).toBe(1);
    expect(nowhere.said.text).toContain('There is no session at this address');
    const noCode = volunteer([`${url()}/j/ZZZ-ZZZ`]);
    expect(await noCode.ended).toBe(1);
    expect(noCode.said.text).toContain('no session has this code');
    const closed = volunteer(['http://127.0.0.1:9/s/abc']);
    expect(await closed.ended).toBe(1);
    const unread = volunteer(['--threads', '0', session.editLink]);
    expect(await unread.ended).toBe(2);
    expect(unread.said.text).toContain('--threads takes');
    const help = volunteer(['--help']);
    expect(await help.ended).toBe(0);
    expect(help.said.text).toContain('Exit codes');
  });

  it('[A4] without a graphics device auto computes with WebAssembly and says why, and insisting on WebGPU ends with 3', async () => {
    const session = await post<CreatedSession>('/api/v1/sessions', {});
    // No driver is found where there is none to look for, whatever this machine has.
    const bare = { VK_DRIVER_FILES: '/nonexistent', VK_ICD_FILENAMES: '/nonexistent' };
    const insisting = volunteer([session.editLink, '--backend', 'webgpu'], bare);
    expect(await insisting.ended).toBe(3);
    expect(insisting.said.text).toContain('WebGPU cannot be had here');
    const auto = volunteer([session.editLink, '--threads', '1'], bare);
    await until(() => auto.said.text, (text) => /Computing with WASM.*, because there is no/.test(text), 'the reason');
    auto.child.kill('SIGINT');
    expect(await auto.ended).toBe(0);
  });

  it('[A4] with a Vulkan driver, WebGPU computes numbers that the server verifies', async (context) => {
    const browser = join(await findBrowser(), '..');
    const real = ['/usr/lib/chromium', browser].find((folder) => existsSync(join(folder, 'libvulkan.so.1')) && existsSync(join(folder, 'vk_swiftshader_icd.json')));
    if (real === undefined) return context.skip('no software Vulkan driver beside the browser');
    const session = await post<CreatedSession>('/api/v1/sessions', {});
    const { sliceId } = await planeOf(/spiral/i, 5, session);
    const { child, said, ended } = volunteer([session.editLink, '--backend', 'webgpu'], { LD_LIBRARY_PATH: real, VK_ICD_FILENAMES: join(real, 'vk_swiftshader_icd.json') });
    await until(() => progressOf(session, sliceId), ({ verified }) => verified === 25, 'a verified slice');
    child.kill('SIGINT');
    expect(await ended).toBe(0);
    expect(said.text).toMatch(/Computing with WebGPU \(google swiftshader, a software adapter\)/);
  });
});
