/** A family of networks in a window: priced, placed with one press, side by side on equal levels, each with its test error. */
import { expect, type Page } from '@playwright/test';
import { lend, openWindow, placeSlice, tab, test } from './support/people.ts';

test('[S22] [Q9] four widths stand side by side on equal contour levels, each with its test error; the size of a Hessian is said', async ({ browser, baseURL }) => {
  test.setTimeout(400_000);
  const { page, errors } = await openWindow(browser, { baseURL: baseURL!, reducedMotion: 'reduce' });
  await page.goto('/');
  await page.getByRole('button', { name: 'Explore' }).click();
  await placeSlice(page, { network: /spiral/i, count: 5 });
  await lend(page, 'wasm');
  await tab(page, 'Analyse');
  await page.getByText('Depth, width and shortcuts', { exact: true }).click();
  await page.getByLabel('Family').selectOption({ label: 'Widths k = 1, 2, 4, 8, without shortcuts' });

  // Ours and the paper's, apart.
  const rows = page.getByRole('table').filter({ hasText: 'Li et al.' }).getByRole('row');
  await expect(rows).toHaveCount(5);
  await expect(rows.nth(4)).toContainText(/k = 8.*1,184,714.*\d %.*8\.70 %/);

  await page.getByLabel('Points along each axis').fill('4');
  await expect(page.getByRole('button', { name: 'Place the 4 side by side' })).toBeDisabled();
  await page.getByLabel('Points along each axis').fill('3');
  await page.getByLabel(/^Training samples, of 128/).fill('4');
  await expect(page.locator('[data-family-price]')).toContainText(/About .* on this device for the 4 together/, { timeout: 90_000 });
  await page.getByRole('button', { name: 'Place the 4 side by side' }).click();

  const panes = page.locator('figure').filter({ hasText: /^[ABCD]\./ });
  await expect(panes).toHaveCount(4, { timeout: 90_000 });
  for (const [index, width] of [1, 2, 4, 8].entries()) await expect(panes.nth(index)).toContainText(new RegExp(`k = ${width}, without shortcuts · test error [\\d.]+ % of 500`));
  for (const pane of await panes.all()) expect((await pane.getByRole('application').or(pane.locator('canvas')).first().boundingBox())!.height).toBeGreaterThan(120);
  // All are measured, and one range stands under each: equal ends, and so equal levels.
  const scales = () => panes.getByRole('img', { name: /^Mean .*scale from/ }).evaluateAll((bars) => bars.map((bar) => bar.getAttribute('aria-label')));
  await expect(async () => {
    const found = await scales();
    expect(found).toHaveLength(4);
    expect(new Set(found).size).toBe(1);
    expect(found[0]).toMatch(/log(arithmic)? scale from \d/);
  }).toPass({ timeout: 180_000 });

  await tab(page, 'Analyse');
  await page.getByText('Trace of the Hessian', { exact: true }).click();
  await expect(page.locator(`[data-hessian-size="${19_074 ** 2 * 4}"]`)).toContainText(/19,074 parameters.* 1\.46 GB.*matrix of at most [\d,]+ parameters/);
  expect(errors).toEqual([]);
});

test('[S23] somebody adds a run to a slice of two, and both see three paths, whose they are, and how far off every checkpoint lies', async ({ browser, baseURL }) => {
  // Small windows: two of them draw in software.
  const small = { baseURL: baseURL!, reducedMotion: 'reduce', viewport: { width: 1000, height: 620 } } as const;
  const [ann, ben] = [await openWindow(browser, small), await openWindow(browser, small)];
  await ann.page.goto('/');
  await ann.page.getByRole('button', { name: 'Explore' }).click();
  await expect(ann.page).toHaveURL(/key=/);
  await ben.page.goto(ann.page.url());
  await placeRuns(ann.page, ['Two spirals, seed 8']);
  await expect(ben.page.getByRole('heading', { name: 'Plane along PC1 of 2 runs' })).toBeVisible();
  await placeRuns(ben.page, ['Two spirals, seed 8', 'Two spirals, seed 9']);
  await ann.page.getByText('Plane along PC1 of 3 runs').first().click();
  for (const { page } of [ann, ben]) {
    const signs = page.getByRole('list', { name: 'Signs in the picture' }).getByRole('listitem').filter({ hasText: 'added by' });
    await expect(signs).toHaveCount(3);
    const names = (await signs.allTextContents()).map((text) => text.split(', added by ')[1]);
    expect(names[0]).toBe(names[1]);
    expect(names[2]).not.toBe(names[0]);
    // 21, 12 and 12 checkpoints, each with its distance.
    await expect(page.getByRole('img', { name: /outside this slice; .* of its squared distance is captured/ })).toHaveCount(45);
    await expect(page.getByText(/^\d random walks from the same starts/)).toContainText('3 random walks');
  }
  expect([...ann.errors, ...ben.errors]).toEqual([]);
});

async function placeRuns(page: Page, titles: readonly string[]): Promise<void> {
  await page.getByRole('button', { name: 'Place a slice', exact: true }).first().click();
  const form = page.getByRole('region', { name: 'Place a slice' });
  await form.getByLabel('Network').selectOption({ label: 'Two spirals' });
  await form.getByLabel('Kind').selectOption({ label: 'Plane of the principal axes' });
  await form.getByText('And of other runs').click();
  for (const title of titles) await form.getByLabel(title, { exact: true }).check();
  await expect(form.getByText(/^Together .* of the spread/)).toContainText(`${titles.length + 1} random walks`);
  for (const field of await form.getByLabel('Points', { exact: true }).all()) await field.fill('5');
  await form.getByRole('button', { name: 'Place it' }).click();
}
