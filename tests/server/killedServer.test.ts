/** The server is killed in the middle of editing and computing, again and again: what was confirmed is there. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { annotationsOf, writeRecord } from '#lib/session/document.ts';
import { entriesOf } from '#lib/session/ledger.ts';
import { sliceIdOf } from '#lib/slice/recipe.ts';
import { tilesOf, tilingOf } from '#lib/work/tile.ts';
import type { CreatedSession } from '#lib/wire/api.ts';
import type { LeaseOffer } from '#lib/wire/events.ts';
import { evaluatorFor } from '#tests/support/evaluated.ts';
import { openPage, until, type LivePage } from '#tests/support/startedTarn.ts';
import { lineSubject, planeRecipe } from '#tests/support/subjects.ts';
import { CPU } from '#tests/support/lendFacts.ts';

const CYCLES = 4;
const recipe = planeRecipe({}, [129, 129]);
const slice = sliceIdOf(recipe);
const evaluate = evaluatorFor(lineSubject());
const child = fileURLToPath(new URL('../support/killedServer.ts', import.meta.url));

let folder: string;
let server: ChildProcess | null = null;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tarn-killed-'));
});
afterAll(async () => {
  server?.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

async function start(): Promise<string> {
  server = spawn(process.execPath, ['--import', 'tsx', child, join(folder, 'tarn.db')], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [port] = (await once(createInterface({ input: server.stdout! }), 'line')) as [string];
  return `http://127.0.0.1:${port}`;
}

async function kill(): Promise<void> {
  const gone = once(server!, 'exit');
  server!.kill('SIGKILL');
  await gone;
}

/** Does what it does until the connection breaks. */
async function untilBroken(page: LivePage, act: () => Promise<void>): Promise<void> {
  while (page.socket.connected) await Promise.race([act(), once(page.socket as unknown as NodeJS.EventEmitter, 'disconnect')]);
}

describe('a server that is killed', () => {
  it('[K7] loses nothing that was confirmed, and has nothing computed twice', { timeout: 60_000 }, async () => {
    let url = await start();
    const created = (await (await fetch(`${url}/api/v1/sessions`, { method: 'POST' })).json()) as CreatedSession;
    await fetch(`${url}/api/v1/sessions/${created.id}/slices`, {
      method: 'POST',
      body: JSON.stringify(recipe),
      headers: { 'content-type': 'application/json', authorization: `Bearer ${created.key}` },
    });
    const confirmed = new Set<string>();
    const accepted: string[] = [];
    const unreturned: { readonly lease: LeaseOffer; readonly bytes: Uint8Array }[] = [];
    let presented: { token?: string; clientId?: number } = {};

    for (let cycle = 0; cycle < CYCLES; cycle++) {
      const page = await openPage(url, { session: created.id, key: created.key, ...presented });
      const { me, token, clientId } = page.welcome;
      presented = { token, clientId };
      for (const id of confirmed) expect(annotationsOf(page.doc).has(id)).toBe(true);
      for (const tile of accepted) expect(entriesOf(page.ledger).has(tile as LeaseOffer['tile'])).toBe(true);

      let notes = 0;
      const write = async () => {
        const id = `note-${cycle}-${notes++}`;
        const reply = await page.change((doc) => writeRecord(doc, 'annotations', id, { by: me.id, byName: me.name, at: 1, kind: 'note', text: id, slice, a: 0, b: 0 }));
        if (reply.ok) confirmed.add(id);
      };
      const give = async ({ lease, bytes }: (typeof unreturned)[number]) => {
        const outcome = await page.socket.emitWithAck('returnTile', { tile: lease.tile, ticket: lease.ticket, ms: 5, backend: 'CPU' }, bytes);
        expect(outcome.ok).toBe(true);
        if (outcome.ok && outcome.value === 'accepted') accepted.push(lease.tile);
      };
      // What was computed when the server died is returned to the next one.
      for (const each of unreturned.splice(0)) await give(each);
      page.socket.emit('lend', CPU);
      const compute = async () => {
        for (const lease of await page.socket.emitWithAck('askForWork', 1)) {
          const result = { lease, bytes: evaluate(recipe, lease.tile) };
          unreturned.push(result);
          await give(result);
          unreturned.splice(unreturned.indexOf(result), 1);
        }
      };
      const busy = [untilBroken(page, write), untilBroken(page, compute)];
      await until(() => notes > 10 + cycle * 3 && accepted.length > (cycle + 1) * 5, 'some work to be done');
      await kill();
      await Promise.all(busy);
      page.close();
      url = await start();
    }

    const last = await openPage(url, { session: created.id, key: created.key, ...presented });
    for (const id of confirmed) expect(annotationsOf(last.doc).has(id)).toBe(true);
    expect(confirmed.size).toBeGreaterThan(40);
    // A tile that was stored but whose answer was lost is a duplicate when it is returned, so no tile was accepted twice.
    expect(new Set(accepted).size).toBe(accepted.length);
    const all = tilesOf(tilingOf(recipe, lineSubject().manifest)).length;
    await until(() => [...entriesOf(last.ledger).values()].every(({ isVerified }) => isVerified), 'every stored tile to be probed again');
    expect(entriesOf(last.ledger).size).toBeLessThanOrEqual(all);
    last.close();
    await kill();
  });
});
