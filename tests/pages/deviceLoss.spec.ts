/** A graphics device that is taken away while it computes for a session: what the person reads, and that nothing is lost. */
import { expect, type Page } from '@playwright/test';
import { expectComplete, expectVerified, lend, openWindow, placeSlice, tab, test } from './support/people.ts';

/** The device is destroyed, by itself, at the next work that it is given: from the worker's own scope, so that the product has no hook for it. */
async function destroyAtNextWork(page: Page): Promise<void> {
  for (const worker of page.workers()) {
    await worker.evaluate(() => {
      const original = GPUDevice.prototype.createCommandEncoder;
      GPUDevice.prototype.createCommandEncoder = function (...given) {
        GPUDevice.prototype.createCommandEncoder = original;
        const encoder = original.apply(this, given);
        this.destroy();
        return encoder;
      };
    });
  }
}

test('[C12] a lost device is told in words and opened again, then left alone; every point of both slices is measured', async ({ browser, baseURL }) => {
  test.setTimeout(400_000);
  const ann = await openWindow(browser, { baseURL: baseURL! });
  await ann.page.goto('/');
  await ann.page.getByRole('button', { name: 'Start a class' }).click();
  await expect(ann.page).toHaveURL(/\/s\/[\w-]+/);
  // The dialog with the code opens by itself, and is in the way.
  await expect(ann.page.locator('output, [role="status"]').filter({ hasText: /^[A-Z2-9]{3}-[A-Z2-9]{3}$/ }).first()).toBeVisible();
  await ann.page.keyboard.press('Escape');
  await lend(ann.page, 'webgpu');
  await expect(ann.page.getByText(/software adapter/).first()).toBeVisible();

  await destroyAtNextWork(ann.page);
  await placeSlice(ann.page, { network: /spiral/i, count: 17 });
  await tab(ann.page, 'Compute');
  await expect(ann.page.getByText('The graphics device was reset. Nothing is lost — restarting in 2 s.').first()).toBeVisible();
  await expectComplete(ann.page, 17 * 17, 120_000);
  await expectVerified(ann.page, 17 * 17);
  await expect(ann.page.getByText(/with smaller blocks after the graphics device was lost/i).first()).toBeVisible();
  await expect(ann.page.getByText('The graphics device was reset.')).toHaveCount(0);

  await destroyAtNextWork(ann.page);
  await placeSlice(ann.page, { network: /spiral/i, count: 33 });
  await tab(ann.page, 'Compute');
  await expect(ann.page.getByText('The graphics device keeps resetting. Switched to CPU mode. Try closing other heavy tabs.').first()).toBeVisible();
  await expectComplete(ann.page, 33 * 33, 120_000);
  await expectVerified(ann.page, 33 * 33);
  await expect(ann.page.getByText(/WASM/).first()).toBeVisible();
  expect(ann.errors).toEqual([]);
});
