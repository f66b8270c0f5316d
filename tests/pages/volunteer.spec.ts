/** A browser that only looks and a volunteer without a browser, in one session: the picture comes out whole and verified. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from '@playwright/test';
import { expectComplete, expectVerified, lend, openWindow, placeSlice, test } from './support/people.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

function volunteer(link: string) {
  const child = spawn(process.execPath, [join(root, 'dist/volunteer.mjs'), link, '--backend', 'wasm', '--threads', '2'], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  return { child, said: () => said, ended: once(child, 'close').then(([code]) => code as number | null) };
}

/** Whether it said that it was computing when it had more points than so many. */
const computingBeyond = (said: string, points: number): boolean => [...said.matchAll(/^([\d,]+) points so far.*: computing$/gm)].some(([, count]) => Number(count!.replaceAll(',', '')) > points);

test('[A2] a volunteer without a browser computes what a page placed, and hands back what is unfinished on Ctrl-C', async ({ browser, baseURL }) => {
  test.setTimeout(400_000);
  const ann = await openWindow(browser, { baseURL: baseURL! });
  await ann.page.goto('/');
  await ann.page.getByRole('button', { name: 'Explore' }).click();
  await expect(ann.page.getByText('Live', { exact: true })).toBeVisible();
  const helper = volunteer(ann.page.url());
  try {
    await placeSlice(ann.page, { network: /spiral/i, count: 17 });
    await expectComplete(ann.page, 289);
    // The slices of the tests before are still being recomputed by the same server.
    await expectVerified(ann.page, 289, 180_000);
    expect(helper.said()).toContain('Joined');

    // A slice that takes a while is under way when it is stopped.
    await placeSlice(ann.page, { network: /glyph/i, count: 33 });
    await expect.poll(() => computingBeyond(helper.said(), 289), { timeout: 60_000 }).toBe(true);
    helper.child.kill('SIGINT');
    expect(await helper.ended).toBe(0);
    expect(helper.said()).toContain('what was not finished is handed back');
  } finally {
    helper.child.kill('SIGKILL');
  }
  // The page itself is lent what was handed back, and computes the rest.
  await lend(ann.page, 'wasm');
  await expectComplete(ann.page, 1089);
  // A newcomer's points on a network this dear are recomputed for minutes; the first tile is proven soon.
  await expect(ann.page.getByText(/^[1-9][\d,]* verified$/).first()).toBeVisible({ timeout: 60_000 });
  expect(ann.errors).toEqual([]);
});
