/** Volumes and vectors in windows: a plane that one moves and the other sees, notes on their layers, and a plane along the gradient. */
import { expect } from '@playwright/test';
import { expectComplete, lend, noteAtCrosshair, openWindow, PICTURE, placeSlice, tab, test } from './support/people.ts';

test.setTimeout(900_000);

test('[W11] [J14] an oblique plane that one person moves is seen moving by another, and notes stand on their layer', async ({ browser, baseURL }) => {
  const { page, errors } = await openWindow(browser, { baseURL: baseURL!, reducedMotion: 'reduce' });
  await page.goto('/');
  await page.getByRole('button', { name: 'Explore' }).click();
  await placeSlice(page, { network: /spiral/i, kind: 'Random volume', count: 5 });
  await lend(page, 'auto');
  await expectComplete(page, 125, 120_000);
  const other = await openWindow(browser, { baseURL: baseURL!, reducedMotion: 'reduce' });
  await other.page.goto(page.url());
  await expect(other.page.locator(PICTURE).first()).toBeVisible({ timeout: 60_000 });

  // A note on the middle layer: there in full, faint beside it, gone two layers on.
  await noteAtCrosshair(page, 'on the middle layer');
  const pin = other.page.getByRole('button', { name: /on the middle layer/ });
  await expect(pin).not.toHaveAttribute('data-beside', '');
  await other.page.getByRole('button', { name: 'One layer up' }).click();
  await expect(pin).toHaveAttribute('data-beside', '');
  await expect(pin).toHaveAccessibleName(/On the next layer/);
  await other.page.getByRole('button', { name: 'One layer up' }).click();
  await expect(pin).toHaveCount(0);

  for (const each of [page, other.page]) await each.getByText('Box and plane').click();
  const theirs = other.page.locator('[data-person-plane]');
  await expect(theirs).toHaveCount(1);
  // The name stands at the end of the plane's own axis: where that is on the screen moves with the plane.
  const place = () => theirs.evaluate((element) => element.style.transform);
  await expect.poll(place).not.toBe('');
  const before = await place();
  await page.getByRole('application', { name: /The volume, and the plane/ }).focus();
  for (let press = 0; press < 3; press++) await page.keyboard.press('Shift+ArrowUp');
  await expect(page.getByRole('textbox', { name: 'Tilt °' })).toHaveValue('45');
  await expect.poll(place).not.toBe(before);
  const tilted = await place();
  await page.keyboard.press('0');
  await expect.poll(place).not.toBe(tilted);

  // Whoever leaves the box moves no plane any more; placed, it is a slice that both have.
  await page.keyboard.press('Shift+ArrowUp');
  await page.getByRole('button', { name: 'Place this plane' }).click();
  await expect(theirs).toHaveCount(0);
  await expect(other.page.getByText('Oblique plane').first()).toBeVisible();
  expect([...errors, ...other.errors]).toEqual([]);
});

test('[S21] [B4] a plane along the gradient is placed and measured, and a file that does not fit says why', async ({ browser, baseURL }) => {
  const { page, errors } = await openWindow(browser, { baseURL: baseURL!, reducedMotion: 'reduce' });
  await page.goto('/');
  await page.getByRole('button', { name: 'Explore' }).click();
  await page.getByRole('button', { name: 'Place a slice', exact: true }).first().click();
  const form = page.getByRole('region', { name: 'Place a slice' });
  await form.getByLabel('Kind').selectOption({ label: 'Plane of the gradient and another' });
  const made = form.getByText(/^Gradient over 256 train/);
  const ask = form.getByRole('button', { name: 'Compute the gradient' });
  // On a busy machine it is not done unasked.
  await expect(made.or(ask)).toBeVisible({ timeout: 60_000 });
  if (await ask.isVisible()) await ask.click();
  await expect(made).toBeVisible({ timeout: 60_000 });

  await form.getByText('Import a vector').click();
  await form.getByLabel('Vector file').setInputFiles({ name: 'short.safetensors', mimeType: 'application/octet-stream', buffer: flatFile(3) });
  await expect(form.getByRole('alert')).toContainText('one vector of 3 numbers, Two spirals has 354 parameters');
  await form.getByLabel('Vector file').setInputFiles({ name: 'mine.safetensors', mimeType: 'application/octet-stream', buffer: flatFile(354) });
  await expect(form.getByLabel('Along')).toHaveValue(/^[0-9a-f]{64}$/);
  await expect(form.getByRole('alert')).toHaveCount(0);
  for (const field of await form.getByLabel('Points', { exact: true }).all()) await field.fill('9');
  await form.getByRole('button', { name: 'Place it' }).click();
  await lend(page, 'auto');
  await expectComplete(page, 81, 120_000);
  await tab(page, 'Slice');
  await expect(page.getByText(/along gradient at Trained, scaled model-wise/).filter({ visible: true }).first()).toBeVisible();
  await expect(page.getByText(/along mine, scaled model-wise/).filter({ visible: true }).first()).toBeVisible();
  expect(errors).toEqual([]);
});

/** A safetensors file of one flat float32 tensor: 1, 2, 3 … */
function flatFile(count: number): Buffer {
  const header = Buffer.from(JSON.stringify({ v: { dtype: 'F32', shape: [count], data_offsets: [0, 4 * count] } }));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header, Buffer.from(Float32Array.from({ length: count }, (_, index) => index + 1).buffer)]);
}
