/** Two people in two windows: place, compute on software WebGPU, annotate, kill the server, go on. */
import { expect, type Page } from '@playwright/test';
import { expectComplete, expectVerified, lend, noteAtCrosshair, openWindow, PICTURE, placeSlice, tab, test } from './support/people.ts';
import { startTarn } from './support/tarnServer.ts';

const PORT = 3981;
const POINTS = 17 * 17;

test('[P5] two windows see a slice appear, annotate it, and both after kill -9', async ({ browser }) => {
  test.setTimeout(240_000);
  const tarn = await startTarn(PORT);
  try {
    const ann = await openWindow(browser, { baseURL: tarn.url });
    await ann.page.goto('/');
    await ann.page.getByRole('button', { name: 'Start a class' }).click();
    await expect(ann.page).toHaveURL(/\/s\/[\w-]+/);
    const code = (await ann.page.getByRole('status').or(ann.page.locator('output')).filter({ hasText: /^[A-Z2-9]{3}-[A-Z2-9]{3}$/ }).first().textContent())!;
    await ann.page.keyboard.press('Escape');

    const ben = await openWindow(browser, { baseURL: tarn.url });
    await ben.page.goto('/j');
    await ben.page.getByRole('textbox').fill(code.replace('-', ' ').toLowerCase());
    await expect(ben.page).toHaveURL(/\/s\/[\w-]+/);
    await expect(ben.page.getByText('Live', { exact: true })).toBeVisible();

    await placeSlice(ann.page, { network: /spiral/i, count: 17 });
    await lend(ann.page, 'webgpu');
    await expect(ann.page.getByText(/WebGPU \(.*software adapter/)).toBeVisible();
    await lend(ben.page, 'auto');
    for (const { page } of [ann, ben]) {
      await expectComplete(page, POINTS, 150_000);
      await expectVerified(page, POINTS);
    }

    await noteAtCrosshair(ann.page, 'The valley bends here');
    await tab(ben.page, 'Pins');
    await expect(ben.page.getByText('The valley bends here').first()).toBeVisible();
    await noteAtCrosshair(ben.page, 'Why is it flat?');
    await tab(ann.page, 'Pins');
    await expect(ann.page.getByText('Why is it flat?').first()).toBeVisible();
    for (const { page } of [ann, ben]) await expect(page.getByText('Saved', { exact: true })).toBeVisible();
    await ann.page.screenshot({ path: 'test-results/two-windows-ann.png' });
    await ben.page.screenshot({ path: 'test-results/two-windows-ben.png' });

    const [, id] = /\/s\/([\w-]+)/.exec(ann.page.url())!;
    const before = await progressOf(tarn.url, id!, ann.page);
    // A finer slice is under way, and a note is written, when the server is killed.
    await placeSlice(ann.page, { network: /spiral/i, count: 65 });
    await noteAtCrosshair(ben.page, 'Written just before');
    await expect(ben.page.getByText('Saved', { exact: true })).toBeVisible();
    await tarn.kill();
    for (const { page } of [ann, ben]) await expect(page.getByText('Offline', { exact: true })).toBeVisible();
    await tarn.start();
    for (const { page } of [ann, ben]) {
      await expect(page.getByText('Live', { exact: true })).toBeVisible({ timeout: 30_000 });
      await expect(page.getByText('Saved', { exact: true })).toBeVisible();
    }
    for (const { page } of [ann, ben]) {
      await tab(page, 'Pins');
      for (const text of ['The valley bends here', 'Why is it flat?', 'Written just before']) await expect(page.getByText(text).first()).toBeVisible();
    }
    // The first slice is whole without anybody computing it again.
    expect(await progressOf(tarn.url, id!, ann.page, before.sliceId)).toMatchObject({ isComplete: true, measured: POINTS, verified: POINTS });
    await expectComplete(ann.page, 65 * 65, 120_000);

    expect([...ann.errors, ...ben.errors]).toEqual([]);
  } finally {
    await tarn.remove();
  }
});

/** What the HTTP interface says of the slice that is open in a window, or of the one named. */
async function progressOf(url: string, sessionId: string, page: Page, sliceId?: string) {
  const shown = sliceId ?? new URLSearchParams(new URL(page.url()).hash.slice(1)).get('slice');
  const answer = await fetch(`${url}/api/v1/sessions/${sessionId}/slices/${shown}`);
  expect(answer.status).toBe(200);
  return (await answer.json()) as { sliceId: string; isComplete: boolean; measured: number; verified: number };
}

test('[P6] a copied link restores slice, look and camera in another window', async ({ browser, baseURL }) => {
  const ann = await openWindow(browser, { baseURL: baseURL! });
  await ann.page.goto('/');
  await ann.page.getByRole('button', { name: 'Explore' }).click();
  await expect(ann.page.locator(PICTURE).first()).toBeVisible({ timeout: 30_000 });
  await tab(ann.page, 'Look');
  await ann.page.getByLabel('Colour map').selectOption('magma');
  await ann.page.locator(PICTURE).first().focus();
  await ann.page.keyboard.press('2');
  await ann.page.keyboard.press('+');
  await expect(ann.page).toHaveURL(/magma.*map|map.*magma/);
  await ann.page.waitForTimeout(1500);
  const ben = await openWindow(browser, { baseURL: baseURL! });
  await ben.page.goto(ann.page.url());
  await expect(ben.page.locator(PICTURE).first()).toBeVisible({ timeout: 30_000 });
  await tab(ben.page, 'Look');
  await expect(ben.page.getByLabel('Colour map')).toHaveValue('magma');
  await expect.poll(() => new URL(ben.page.url()).hash).toBe(new URL(ann.page.url()).hash);
  expect([...ann.errors, ...ben.errors]).toEqual([]);
});

test('[P8] everything works where WebSockets are blocked', async ({ browser, baseURL }) => {
  const ann = await openWindow(browser, { baseURL: baseURL! });
  await ann.page.addInitScript(() => {
    // As a school proxy does: the socket never opens.
    class Blocked extends EventTarget {
      readyState = 3;
      constructor() {
        super();
        setTimeout(() => (this as unknown as { onerror?: (event: Event) => void }).onerror?.(new Event('error')), 10);
      }
      close() {}
      send() {}
    }
    Object.assign(window, { WebSocket: Blocked });
  });
  await ann.page.goto('/');
  await ann.page.getByRole('button', { name: 'Explore' }).click();
  await expect(ann.page.getByText('Polling', { exact: true })).toBeVisible({ timeout: 30_000 });
  await placeSlice(ann.page, { network: /line|m.?x/i, count: 9 });
  await lend(ann.page, 'cpu');
  await expectVerified(ann.page, 81);
  await noteAtCrosshair(ann.page, 'Through the wall');
  await expect(ann.page.getByText('Saved', { exact: true })).toBeVisible();
  expect(ann.errors).toEqual([]);
});

test('[D2] a view link looks and changes nothing', async ({ browser, baseURL }) => {
  const created = (await (await fetch(`${baseURL}/api/v1/sessions`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' })).json()) as { viewLink: string; id: string };
  const eve = await openWindow(browser, { baseURL: baseURL! });
  await eve.page.goto(created.viewLink);
  await expect(eve.page.getByText('View only.', { exact: false }).first()).toBeVisible();
  await expect(eve.page.getByRole('button', { name: 'Place a slice', exact: true })).toHaveCount(0);
  expect(eve.errors).toEqual([]);
});

test('[J2] the same slice under another loss is one press away, and two windows see it', async ({ browser, baseURL }) => {
  test.setTimeout(240_000);
  const ann = await openWindow(browser, { baseURL: baseURL! });
  await ann.page.goto('/');
  await ann.page.getByRole('button', { name: 'Open Two spirals', exact: true }).click();
  await expect(ann.page.locator(PICTURE).first()).toBeVisible({ timeout: 30_000 });
  await placeSlice(ann.page, { network: /spiral/i, count: 9 });
  await lend(ann.page, 'auto');
  await expectComplete(ann.page, 81);
  await tab(ann.page, 'Slice');
  await expect(ann.page.getByText('mean cross-entropy', { exact: true })).toBeVisible();
  const ben = await openWindow(browser, { baseURL: baseURL! });
  await ben.page.goto(ann.page.url());
  await expect(ben.page.locator(PICTURE).first()).toBeVisible({ timeout: 30_000 });

  await ann.page.getByText('Under another loss').click();
  await ann.page.getByRole('button', { name: 'focal loss' }).click();
  await expect(ann.page.getByText('mean focal loss', { exact: true })).toBeVisible();
  await expectComplete(ann.page, 81);
  await expect(ben.page.getByRole('button', { name: /Random plane .*focal loss/ })).toBeVisible();
  const [first, second] = await Promise.all(['Axes', 'Dataset'].map((term) => factsUnder(ann.page, term)));
  await ann.page.getByRole('button', { name: /Random plane .*9 × 9/ }).filter({ hasNotText: 'focal' }).first().click();
  await expect(ann.page.getByText('mean cross-entropy', { exact: true })).toBeVisible();
  expect(await Promise.all(['Axes', 'Dataset'].map((term) => factsUnder(ann.page, term)))).toEqual([first, second]);
  expect([...ann.errors, ...ben.errors]).toEqual([]);
});

/** What the slice panel says under a heading or beside a term. */
const factsUnder = (page: Page, name: string): Promise<string> =>
  page.evaluate((wanted) => {
    const found = [...document.querySelectorAll('h3, dt')].find((each) => each.textContent === wanted);
    return found?.nextElementSibling?.textContent ?? 'nothing';
  }, name);

test('[J5] a slice says how its network was trained, how it is evaluated, and what computed it', async ({ browser, baseURL }) => {
  test.setTimeout(240_000);
  const { page, errors } = await openWindow(browser, { baseURL: baseURL! });
  await page.goto('/');
  await page.getByRole('button', { name: 'Open Glyph reader' }).click();
  await expect(page.locator(PICTURE).first()).toBeVisible({ timeout: 60_000 });
  await page.getByRole('button', { name: 'Place a slice', exact: true }).first().click();
  const form = page.getByRole('region', { name: 'Place a slice' });
  for (const field of await form.getByLabel('Points', { exact: true }).all()) await field.fill('3');
  await form.getByLabel(/Training samples/).fill('16');
  await form.getByText('How it is evaluated').click();
  await form.getByText('On', { exact: true }).click();
  await form.getByLabel('Seed of the mask').fill('-1');
  await expect(form.getByText('must be 0 or more')).toBeVisible();
  await form.getByLabel('Seed of the mask').fill('7');
  await form.getByRole('button', { name: 'Place it' }).click();
  await lend(page, 'auto');
  await expectComplete(page, 9);
  expect(await factsUnder(page, 'With')).toMatch(/WASM|WebGPU|CPU/);
  await tab(page, 'Slice');
  expect(await factsUnder(page, 'Evaluated')).toBe('dropout on, one mask everywhere (seed 7)');
  expect(await factsUnder(page, 'Centre')).toBe('Trainedtrained without dropout');
  await page.locator(PICTURE).first().focus();
  await page.keyboard.press('ArrowRight');
  // A fixed mask is something that the tile engines leave to the operators.
  expect(await factsUnder(page, 'Computed with')).toMatch(/^TensorFlow\.js operators on /);
  await expect(page.getByText(/, by .*, verified: /)).toBeVisible();
  expect(errors).toEqual([]);
});
