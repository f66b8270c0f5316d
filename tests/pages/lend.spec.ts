/** Lending from a page that does nothing else: nothing before the click, plain words, Pause, Finish, Stop, and one's own points glowing. */
import AxeBuilder from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';
import { openPage } from '#tests/support/startedTarn.ts';
import { expectComplete, openWindow, placeSlice, tab, test } from './support/people.ts';

/** A class with a slice in it, and its code. */
async function hostedSlice(page: Page, count: number): Promise<string> {
  await page.goto('/');
  await page.getByRole('button', { name: 'Start a class' }).click();
  await page.waitForURL(/\/s\//);
  const code = (await page.locator('output').filter({ hasText: /^[A-Z0-9]{3}-[A-Z0-9]{3}$/ }).first().textContent())!.trim();
  await page.getByRole('button', { name: 'Close' }).first().click().catch(() => {});
  await placeSlice(page, { kind: 'Random plane', count });
  return code;
}

/** Milliseconds from pressing a button until no worker is left. */
const stopMs = (page: Page) =>
  page.evaluate(async () => {
    const button = [...document.querySelectorAll('button')].find(({ textContent }) => textContent === 'Stop')!;
    const start = performance.now();
    button.click();
    while (![...document.querySelectorAll('button')].some(({ textContent }) => textContent === 'Start lending')) await new Promise((resolve) => setTimeout(resolve, 5));
    return performance.now() - start;
  });

test('[P16] [L23] a phone lends by code: nothing runs before the click, its points glow and are verified, and Stop is at once; whom to help is asked only where slices are placed', async ({ browser }) => {
  const host = await openWindow(browser);
  const code = await hostedSlice(host.page, 65);
  const phone = await openWindow(browser, { viewport: { width: 320, height: 700 } });
  await phone.page.goto(`/v/${code}`);
  await expect(phone.page.getByRole('button', { name: 'Start lending' })).toBeVisible();
  expect(phone.page.workers()).toHaveLength(0);
  // Nothing can be placed here, so it is not asked for whom.
  await expect(phone.page.getByText('Whom to help')).toHaveCount(0);
  expect(await phone.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
  await phone.page.getByRole('button', { name: 'Start lending' }).click();
  await expect(phone.page.getByText(/points, .* of this picture/)).toBeVisible({ timeout: 60_000 });
  await phone.page.getByRole('button', { name: 'Pause' }).click();
  await expect(phone.page.getByText('Paused. Nothing is being computed here.')).toBeVisible();
  await phone.page.getByRole('button', { name: 'Go on' }).click();
  await expectComplete(host.page, 65 * 65);
  await expect(phone.page.getByText(/all verified/)).toBeVisible({ timeout: 60_000 });
  expect((await new AxeBuilder({ page: phone.page }).analyze()).violations).toEqual([]);
  expect(await stopMs(phone.page)).toBeLessThan(200);
  await expect.poll(() => phone.page.workers().length).toBe(0);
  await expect(phone.page.getByText(/^Done\. You computed/)).toBeVisible();
  // The host's own slice is complete: who helps only with their own has nothing to do, and reads what would change that.
  await tab(host.page, 'Compute');
  await host.page.getByText('Only my own slices').click();
  await host.page.getByRole('button', { name: 'Start lending' }).click();
  await expect(host.page.getByText('You have placed no slice that is still to be computed')).toBeVisible({ timeout: 60_000 });
  expect([...host.errors, ...phone.errors]).toEqual([]);
});

test('[P15] [L25] two tabs of one device: the second waits, takes over when asked, and the first waits then; a device that cannot hold the slice keeps nobody waiting', async ({ browser, baseURL }) => {
  const host = await openWindow(browser);
  const code = await hostedSlice(host.page, 33);
  // A device with next to no memory lends meanwhile: the slice does not wait for it silently.
  const tiny = await openPage(new URL(baseURL!).origin, { session: new URL(host.page.url()).pathname.split('/').at(-1)! });
  tiny.socket.emit('lend', { title: 'a wristwatch', workers: 1, duty: 1, holds: { piece: 1000, all: 1000 } });
  await expect(host.page.getByRole('heading', { name: 'No device here can hold this slice' })).toBeVisible();
  tiny.close();
  await expect(host.page.getByRole('heading', { name: 'Nobody computes this picture yet' })).toBeVisible();
  const first = await openWindow(browser);
  const second = await first.page.context().newPage();
  for (const page of [first.page, second]) {
    await page.goto(`/v/${code}`);
    await page.getByRole('button', { name: 'Start lending' }).click();
    await expect(page.getByText(/^(Helping —|Ready to help|Another tab of this device)/)).toBeVisible({ timeout: 60_000 });
  }
  await expect(second.getByText('Another tab of this device is computing already')).toBeVisible();
  await second.getByRole('button', { name: 'Compute in this tab instead' }).click();
  await expect(first.page.getByText('Another tab of this device is computing already')).toBeVisible();
  await expect(second.getByText(/^(Helping —|Ready to help)/)).toBeVisible();
});

test('[P17] a code that leads nowhere is said, with the way back', async ({ page }) => {
  await page.goto('/v/AAA-AAA');
  await expect(page.getByText('No open session has the code AAA-AAA')).toBeVisible();
});
