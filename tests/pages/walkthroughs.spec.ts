/** The walk-throughs in a real window: the numbers of a known matrix, an image at a rank, and pictures that come from a worker. */
import AxeBuilder from '@axe-core/playwright';
import { expect } from '@playwright/test';
import { openWindow, test } from './support/people.ts';

const LOOKS = [
  { name: 'dark', options: { colorScheme: 'dark' } },
  { name: 'small', options: { colorScheme: 'light', viewport: { width: 420, height: 800 } } },
] as const;

for (const { name, options } of LOOKS) {
  test(`[R12] the walk-throughs compute what they show, by keyboard, and axe finds nothing, ${name}`, async ({ browser, baseURL }) => {
    const { page, errors } = await openWindow(browser, { baseURL: baseURL!, reducedMotion: 'reduce', ...options });
    const check = async () => {
      expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0);
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 160)}`)).toEqual([]);
    };
    await page.goto('/walkthroughs');
    const sigma = page.locator('[data-walk="sigma"]');
    await expect(sigma).toHaveText('6.70820393, 2.23606798');
    await expect(page.getByText('λ² − 50λ + 225 = 0')).toBeVisible();
    await page.getByLabel('Row 1, column 1').fill('x');
    await expect(page.getByRole('alert').filter({ hasText: 'one number' })).toBeVisible();
    await page.getByLabel('Row 1, column 1').fill('0');
    await expect(sigma).toHaveText(/^6\.40312424, /);
    await check();

    await page.getByRole('tab', { name: 'SVD' }).focus();
    await page.keyboard.press('ArrowRight');
    const slider = page.getByRole('slider');
    const lost = page.locator('[data-walk="frobenius"]');
    const before = Number(await lost.textContent());
    await slider.focus();
    await page.keyboard.press('ArrowRight');
    await expect(page.getByRole('heading', { name: 'Rank 9 of 64' })).toBeVisible();
    expect(Number(await lost.textContent())).toBeLessThan(before);
    await check();

    await page.getByRole('tab', { name: 'Where PCA' }).click();
    await page.getByLabel('Auto-encoder: epochs').fill('60');
    await page.getByLabel('How many').fill('120');
    await page.getByRole('button', { name: 'Make the pictures' }).click();
    await expect(page.getByRole('status')).toHaveText('Done.', { timeout: 60_000 });
    const numbers = (method: string) => page.getByRole('region', { name: method, exact: true }).locator('dd');
    const flat = (await numbers('Two components (PCA)').first().textContent())!;
    expect(Number(await numbers('UMAP').first().textContent())).toBeGreaterThan(Number(flat));
    await page.getByRole('slider', { name: /neighbours/ }).press('ArrowRight');
    await expect(numbers('Two components (PCA)').first()).not.toHaveText(flat);
    await check();

    await page.getByLabel('Auto-encoder: epochs').fill('20000');
    await page.getByRole('button', { name: 'Make the pictures' }).click();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await expect(page.getByRole('status')).toContainText('Cancelled');
    expect(errors).toEqual([]);
  });
}
