/** What is read off a picture in a window: low points, cross-sections placed as slices, comparisons; by keyboard where there is a key. */
import AxeBuilder from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';
import { expectComplete, lend, openWindow, PICTURE, placeSlice, tab, test } from './support/people.ts';

async function expectNoViolations(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 160)}`)).toEqual([]);
}

test('[P7] [J9] [J10] [J11] a plane is read, cut and compared, and another window sees the cut as a slice', async ({ browser, baseURL }) => {
  const { page, errors } = await openWindow(browser, { baseURL: baseURL!, reducedMotion: 'reduce' });
  await page.goto('/');
  await page.getByRole('button', { name: 'Explore' }).click();
  await placeSlice(page, { network: /spiral/i, count: 17, samples: 'Both' });
  await lend(page, 'auto');
  await expectComplete(page, 289);

  await tab(page, 'Slice');
  await expect(page.getByText(/± .* at the centre \(standard error over 256 samples\)/)).toBeVisible();

  await tab(page, 'Analyse');
  await page.locator(PICTURE).first().focus();
  await page.keyboard.press('m');
  await expect(page.getByRole('button', { name: /^Low point: M1/ }).first()).toBeVisible();
  await page.getByText('Low points', { exact: true }).click();
  await page.getByRole('button', { name: 'Check in full space' }).first().click();
  await expect(page.getByText(/Flat here|Not a minimum|still falls/).first()).toBeVisible({ timeout: 60_000 });
  await page.getByText('Low points', { exact: true }).click();

  await page.getByText('Compare with other slices').click();
  await page.getByRole('checkbox', { name: /test samples/ }).check();
  await page.getByRole('switch', { name: /Difference/ }).click();
  await expect(page.getByText('A − B.')).toBeVisible();
  await expectNoViolations(page);
  await page.getByRole('button', { name: /End the comparison/ }).click();

  const other = await openWindow(browser, { baseURL: baseURL! });
  await other.page.goto(page.url());
  await page.getByText('Cross-section', { exact: true }).click();
  await page.getByRole('button', { name: 'Cut here' }).click();
  await page.getByRole('button', { name: /Evaluate at 101/ }).click();
  await expect(page.getByText(/^(Not convex along this line|No violation found)/)).toBeVisible();
  await page.getByRole('button', { name: 'Place as a line slice' }).click();
  await expectComplete(page, 101);
  await expect(other.page.getByText('Line towards B')).toBeVisible();
  expect(errors).toEqual([]);
});
