/** Curvature in windows: eigenvalues computed and shared, the plane of the two eigenvectors, a trace, a density and a convexity map. */
import { expect, test, type Page } from '@playwright/test';
import { expectComplete, lend, openWindow, placeSlice, tab } from './support/people.ts';

const card = (page: Page, title: string) => page.getByRole('button', { name: title, exact: true });

/** Opens a card of the Analyse tab and has it computed here. */
async function compute(page: Page, title: string): Promise<void> {
  await card(page, title).click();
  await page.getByRole('button', { name: 'Compute here' }).click();
}

test('[Q7] one window computes eigenvalues, another sees them and places the plane of the two; a convexity map is lent like any slice', async ({ browser }) => {
  test.setTimeout(150_000);
  const { page, errors } = await openWindow(browser);
  await page.goto('/');
  await page.getByRole('button', { name: 'Start a class' }).click();
  await expect(page).toHaveURL(/\/s\/[\w-]+/);
  await page.keyboard.press('Escape');
  await placeSlice(page, { network: /spiral/i, count: 9 });
  await lend(page, 'wasm');
  await expectComplete(page, 81);

  await tab(page, 'Analyse');
  await compute(page, 'Extreme eigenvalues');
  const place = page.getByRole('button', { name: 'Place the plane of these two' });
  await expect(place).toBeVisible({ timeout: 60_000 });
  await expect(page.getByText(/TensorFlow\.js operators on WASM/)).toBeVisible();
  await page.screenshot({ path: `${process.env.SHOTS ?? 'test-results'}/spectrum.png` });

  const other = await openWindow(browser);
  await other.page.goto(page.url());
  await tab(other.page, 'Analyse');
  await card(other.page, 'Extreme eigenvalues').click();
  await other.page.getByRole('button', { name: 'Place the plane of these two' }).click();
  await expectComplete(other.page, 1681);
  await other.page.screenshot({ path: `${process.env.SHOTS ?? 'test-results'}/hessian-plane.png` });

  await tab(page, 'Analyse');
  await card(page, 'Extreme eigenvalues').click();
  await compute(page, 'Trace of the Hessian');
  await expect(page.getByText('mean eigenvalue')).toBeVisible({ timeout: 60_000 });
  await card(page, 'Trace of the Hessian').click();
  await compute(page, 'Spectral density');
  await expect(page.getByRole('img', { name: /^Density of eigenvalues/ })).toBeVisible({ timeout: 60_000 });
  await page.screenshot({ path: `${process.env.SHOTS ?? 'test-results'}/density.png` });
  await card(page, 'Spectral density').click();
  await card(page, 'Convexity map').click();
  await expect(page.getByText(/121 points, at most 60 products each: .* here at most/)).toBeVisible({ timeout: 30_000 });
  await page.getByRole('button', { name: 'Place the convexity map' }).click();
  await expectComplete(page, 121);
  await expect(page.getByText(/−λmin\/λmax of the full Hessian, all parameters, train/)).toBeVisible();
  await page.screenshot({ path: `${process.env.SHOTS ?? 'test-results'}/convexity.png` });
  expect([...errors, ...other.errors]).toEqual([]);
});
