/** The conformance page: every check runs in the browser's own compute worker, and the page is usable by everyone. */
import AxeBuilder from '@axe-core/playwright';
import { expect } from '@playwright/test';
import { CHECKS } from '#lib/conformance/conformance.ts';
import { openWindow, test } from './support/people.ts';

const LOOKS = [
  { name: 'light', options: { colorScheme: 'light' } },
  { name: 'dark', options: { colorScheme: 'dark' } },
  { name: 'small', options: { colorScheme: 'light', viewport: { width: 320, height: 700 } } },
] as const;

for (const { name, options } of LOOKS) {
  test(`[J3] every check holds in the browser, and axe finds nothing, ${name}`, async ({ browser, baseURL }) => {
    const { page, errors } = await openWindow(browser, { baseURL: baseURL!, reducedMotion: 'reduce', ...options });
    await page.goto('/conformance');
    await expect(page.getByRole('status')).toHaveText(`${CHECKS.length} of ${CHECKS.length} hold on this device`, { timeout: 90_000 });
    for (const check of CHECKS) {
      const row = page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: check.name, exact: true }) });
      await expect(row).toHaveAttribute('data-outcome', 'holds');
      await expect(row.getByText(check.who, { exact: true })).toBeVisible();
    }
    expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0);
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 120)}`)).toEqual([]);
    await page.screenshot({ path: `test-results/screens/conformance-${name}.png` });
    expect(errors).toEqual([]);
  });
}

test('[J3] the first page leads to the checks, which run on the device that one wishes for', async ({ browser, baseURL }) => {
  const { page, errors } = await openWindow(browser, { baseURL: baseURL! });
  await page.goto('/');
  await page.getByRole('contentinfo').getByRole('link', { name: /known to go wrong/ }).click();
  await expect(page).toHaveURL(/\/conformance$/);
  const overall = page.getByRole('status');
  await expect(overall).toContainText('hold on this device', { timeout: 90_000 });
  await page.getByLabel('Compute with').focus();
  await page.getByLabel('Compute with').selectOption('cpu');
  await expect(overall).toContainText('checked');
  await expect(overall).toHaveText(`${CHECKS.length} of ${CHECKS.length} hold on this device`, { timeout: 90_000 });
  await expect(page.getByText('CPU, as chosen')).toBeVisible();
  await page.getByRole('button', { name: 'Run again' }).focus();
  await page.keyboard.press('Enter');
  await expect(overall).toContainText('checked');
  await expect(overall).toContainText('hold on this device', { timeout: 90_000 });
  expect(errors).toEqual([]);
});
