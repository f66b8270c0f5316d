/** What people do in a session window, by the words they see: for tests that read like the thing they test. */
import { expect, test as base, type Browser, type Page } from '@playwright/test';

/** The focusable picture of a slice, plane or line. */
export const PICTURE = '[aria-roledescription="loss landscape"], [aria-roledescription="loss curve"]';

/** A test after which no window stands open: one that goes on drawing or lending would take the processor from all that follow. */
export const test = base.extend<{ closed: void }>({
  closed: [
    async ({ browser }, use) => {
      await use();
      await Promise.all(browser.contexts().map((context) => context.close()));
    },
    { auto: true },
  ],
});

/** A window of its own, with its own storage; its page's errors fail the test that asks for them. */
export async function openWindow(browser: Browser, options: Parameters<Browser['newContext']>[0] = {}): Promise<{ page: Page; errors: string[] }> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    // A server that is killed leaves requests unanswered; the browser says so by itself.
    if (message.type() === 'error' && !/Failed to load resource|WebSocket connection|net::ERR/.test(message.text())) errors.push(message.text());
  });
  return { page, errors };
}

export const tab = (page: Page, name: 'Slice' | 'Analyse' | 'Look' | 'Pins' | 'Compute') => page.getByRole('tab', { name: new RegExp(`^${name}`) }).click();

/** Switches lending on with the backend named, and waits until it computes or has nothing to do. */
export async function lend(page: Page, wish: 'auto' | 'webgpu' | 'wasm' | 'cpu'): Promise<void> {
  await tab(page, 'Compute');
  await page.getByLabel('Compute with').selectOption(wish);
  await page.getByRole('button', { name: 'Start lending' }).click();
  await expect(page.getByText(/^(Helping —|Ready to help)/)).toBeVisible({ timeout: 60_000 });
}

/** Places a slice through the form. */
export async function placeSlice(page: Page, choice: { network?: RegExp; kind?: string; count: number; samples?: 'Train' | 'Test' | 'Both'; trainSamples?: number }): Promise<void> {
  await page.getByRole('button', { name: 'Place a slice', exact: true }).first().click();
  const form = page.getByRole('region', { name: 'Place a slice' });
  if (choice.network) {
    const title = await form.getByLabel('Network').locator('option').filter({ hasText: choice.network }).first().textContent();
    await form.getByLabel('Network').selectOption({ label: title!.trim() });
    // The form begins anew with a network's weights.
    await expect(form.getByText('Loading its weights')).toHaveCount(0);
  }
  if (choice.kind) await form.getByLabel('Kind').selectOption({ label: choice.kind });
  for (const field of await form.getByLabel('Points', { exact: true }).all()) await field.fill(String(choice.count));
  if (choice.samples) await form.getByText(choice.samples, { exact: true }).click();
  if (choice.trainSamples) await form.getByLabel(/^Training samples/).fill(String(choice.trainSamples));
  await form.getByRole('button', { name: 'Place it' }).click();
}

export const expectComplete = (page: Page, points: number, timeout = 90_000) =>
  expect(page.getByText(`All ${points.toLocaleString('en-GB')} points measured`)).toBeVisible({ timeout });

export const expectVerified = (page: Page, points: number, timeout = 60_000) =>
  expect(page.getByText(`${points.toLocaleString('en-GB')} verified`)).toBeVisible({ timeout });

/** Writes a note at the crosshair, with the keyboard alone. */
export async function noteAtCrosshair(page: Page, text: string): Promise<void> {
  await page.locator(PICTURE).first().focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('n');
  await page.locator(PICTURE).first().focus();
  await page.keyboard.press('Enter');
  await page.getByLabel('What is there to see?').fill(text);
  await page.getByRole('button', { name: 'Add the note' }).click();
}
