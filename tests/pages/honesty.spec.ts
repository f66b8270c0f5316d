/** What a picture says of itself, in a window and in the files that leave; and a link that gives another window the same view, comparison and all. */
import { readFile } from 'node:fs/promises';
import AxeBuilder from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';
import { readManifest } from '#lib/wire/manifest.ts';
import { expectComplete, expectVerified, lend, openWindow, PICTURE, placeSlice, tab, test } from './support/people.ts';

async function expectNoViolations(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 160)}`)).toEqual([]);
}

/** One that nobody places anything in but the test. */
async function emptySession(baseURL: string): Promise<string> {
  const made = await fetch(`${baseURL}/api/v1/sessions`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' });
  return ((await made.json()) as { editLink: string }).editLink;
}

async function saved(page: Page, button: string): Promise<Buffer> {
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: button }).click()]);
  return readFile(await download.path());
}

test('[J8] [J13] [R14] panel, values, manifest and picture of a slice say the same, and the table of checkpoints sorts', async ({ browser, baseURL }) => {
  const { page, errors } = await openWindow(browser, { baseURL: baseURL!, reducedMotion: 'reduce' });
  await page.goto(await emptySession(baseURL!));
  await placeSlice(page, { network: /spiral/i, count: 9, samples: 'Both' });
  await lend(page, 'auto');
  await expectComplete(page, 81);
  // What is verified stands in the facts, so they are still only then.
  await expectVerified(page, 81);
  await tab(page, 'Slice');
  const panel = page.locator('details').filter({ hasText: 'What this picture can and cannot tell you' });
  await expect(panel.getByText(/± .* at the centre \(standard error over 256 samples\)/)).toBeVisible();
  const facts = await panel.locator('dd').allInnerTexts();
  expect(facts.some((fact) => /from the angles between the axes/.test(fact))).toBe(true);
  expect(facts.some((fact) => /A random walk of \d+ points in 354 dimensions/.test(fact))).toBe(true);

  const plain = (text: string) => text.replaceAll(/\s+/g, ' ').trim();
  const csv = (await saved(page, 'Values (CSV)')).toString();
  const notes = plain(csv.split('\r\n').filter((line) => line.startsWith('#')).map((line) => line.slice(2)).join(' '));
  const manifest = readManifest(JSON.parse((await saved(page, 'Manifest')).toString()));
  const told = plain(manifest.ok ? manifest.value.honesty!.map(({ text }) => text).join(' ') : '');
  for (const fact of facts) {
    const [text] = fact.split('\n');
    expect(notes).toContain(plain(text!));
    expect(told).toContain(plain(text!));
  }
  expect(csv.split('\r\n').filter((line) => /^-?[\d.]+,/.test(line))).toHaveLength(2 * 81);

  // The relief is in the picture: many colours, not one, and above the caption.
  const png = await saved(page, 'Picture (PNG)');
  const colours = await page.evaluate(async (base64) => {
    const bitmap = await createImageBitmap(new Blob([Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))]));
    const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d')!;
    context.drawImage(bitmap, 0, 0);
    const { data } = context.getImageData(bitmap.width / 4, bitmap.height / 8, bitmap.width / 2, bitmap.height / 4);
    const found = new Set<number>();
    for (let at = 0; at < data.length; at += 4) found.add(data[at]! * 65536 + data[at + 1]! * 256 + data[at + 2]!);
    return found.size;
  }, png.toString('base64'));
  expect(colours).toBeGreaterThan(200);

  await expect(page.locator('[data-whisker]').first()).toBeVisible();
  await tab(page, 'Analyse');
  await page.getByText('Checkpoints and this slice', { exact: true }).click();
  const table = page.getByRole('region', { name: 'Checkpoints on this slice' });
  await table.getByRole('button', { name: 'off the slice' }).click();
  await expect(table.getByRole('columnheader', { name: 'off the slice' })).toHaveAttribute('aria-sort', 'ascending');
  await expect(table.getByRole('row').nth(1)).toContainText('on it');
  await table.getByRole('button', { name: 'off the slice' }).click();
  await expect(table.getByRole('columnheader', { name: 'off the slice' })).toHaveAttribute('aria-sort', 'descending');
  await expect(table.getByRole('row').nth(1)).not.toContainText('on it');
  await expectNoViolations(page);
  expect(errors).toEqual([]);
});

test('[P2] [P6] who opens the link sees the same comparison and overlays, and is told what of a link cannot be read', async ({ browser, baseURL }) => {
  const { page, errors } = await openWindow(browser, { baseURL: baseURL!, reducedMotion: 'reduce' });
  await page.goto(await emptySession(baseURL!));
  await placeSlice(page, { network: /spiral/i, count: 9, samples: 'Both' });
  await lend(page, 'auto');
  await expectComplete(page, 81);
  await tab(page, 'Analyse');
  await page.locator(PICTURE).first().focus();
  await page.keyboard.press('m');
  await page.getByText('Compare with other slices').click();
  await page.getByRole('checkbox', { name: /test samples/ }).first().check();
  await page.getByRole('switch', { name: /Difference/ }).click();
  await expect(page.getByText('A − B.')).toBeVisible();
  await expect(page).toHaveURL(/compare=.*/);
  await expect(page).toHaveURL(/overlays=.*/);

  const other = await openWindow(browser, { baseURL: baseURL!, reducedMotion: 'reduce' });
  await other.page.goto(page.url());
  await expect(other.page.getByText('A − B.')).toBeVisible();
  await expect(other.page.locator('figure').filter({ hasText: /^B\./ })).toContainText('test samples');
  await expectNoViolations(other.page);

  const [address, hash] = page.url().split('#') as [string, string];
  const fields = new URLSearchParams(hash);
  fields.set('look', '{"colourMap":"rainbow"}');
  fields.set('slice', '0'.repeat(32));
  fields.delete('compare');
  const third = await openWindow(browser, { baseURL: baseURL! });
  await third.page.goto(`${address}#${fields.toString()}`);
  await expect(third.page.getByRole('alert').filter({ hasText: 'look.colourMap' })).toBeVisible();
  await expect(third.page.getByRole('alert').filter({ hasText: 'not in this session' })).toBeVisible();
  expect([...errors, ...other.errors, ...third.errors]).toEqual([]);
});
