/** A long analysis in two windows: priced, asked for by one, seen by the other, kept over a reload and a pause. */
import { expect, type Page } from '@playwright/test';
import { denseMatrix, eigenvaluesOf } from '#lib/analysis/denseMatrix.ts';
import { solve } from '#lib/analysis/productMethod.ts';
import { hessianAt } from '#lib/network/derivatives/derivatives.ts';
import { layoutOf } from '#lib/network/layout.ts';
import { checkpointIndex, firstOf } from '#lib/network/subject.ts';
import { builtin } from '#tests/support/builtins.ts';
import { expectComplete, lend, openWindow, PICTURE, placeSlice, tab, test } from './support/people.ts';

const card = (page: Page, title: string) => page.locator('details').filter({ has: page.locator('summary', { hasText: title }) });

/** Few, so that a busy machine is done in time. */
const SAMPLES = 32;

/** Both ends of the spectrum of the trained spirals, from the Hessian written out in float64. */
function exactEnds(): { readonly least: number; readonly largest: number } {
  const { manifest, checkpoints, buffers, sets } = builtin('spirals-tiny');
  const row = checkpointIndex(manifest, 'trained');
  const { size } = layoutOf(manifest.network);
  const job = { network: manifest.network, loss: manifest.loss, buffers: buffers[row]!, samples: firstOf(sets.train, SAMPLES) };
  const all = eigenvaluesOf(solve(denseMatrix(size), hessianAt(job, Float64Array.from(checkpoints[row]!))), size);
  return { least: all[0]!, largest: all.at(-1)! };
}

/** The first number in the words of a page, whose minus is a real one. */
const numberIn = (words: string): number => Number(/−?\d[\d.]*/.exec(words)![0].replace('−', '-'));

async function openCard(page: Page, title: string) {
  await tab(page, 'Analyse');
  await card(page, title).locator('summary').click();
  return card(page, title);
}

test('[U21] one window asks for an analysis after its price, the other sees it run and pauses it, both keep the result', async ({ browser, baseURL }) => {
  const made = (await (await fetch(`${baseURL}/api/v1/sessions`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' })).json()) as { editLink: string };
  const ann = await openWindow(browser);
  await ann.page.goto(made.editLink);
  await placeSlice(ann.page, { network: /spiral/i, count: 9 });
  const ben = await openWindow(browser);
  await ben.page.goto(made.editLink);

  const losses = 'Checkpoints and this slice';
  const [mine, theirs] = [await openCard(ann.page, losses), await openCard(ben.page, losses)];
  await expect(mine.getByText(/^About .* on this device/)).toBeVisible();
  await mine.getByRole('button', { name: 'Compute here' }).click();
  for (const each of [mine, theirs]) await expect(each.getByText(/Computed by .*Verified: the server computed it again in float64/)).toBeVisible();
  // Its own loss is the last number but one: the slice shows nothing of a checkpoint outside the picture.
  await expect(theirs.getByRole('row', { name: /^Initial .* 0\.7\d* \S+$/ })).toBeVisible();

  const curve = 'Curve between two networks';
  const [from, at] = [await openCard(ann.page, curve), await openCard(ben.page, curve)];
  // Long enough that nobody's machine is done before the pause.
  for (const each of [from, at]) {
    await each.getByLabel('Steps').fill('20000');
    await each.getByLabel('Batch').fill('256');
  }
  await from.getByRole('button', { name: 'Compute here' }).click();
  await expect(at.getByText(/computed by/)).toBeVisible();
  await at.getByRole('button', { name: 'Pause', exact: true }).click();
  await expect(from.getByText('Paused. What is done is kept.')).toBeVisible({ timeout: 2000 });
  await expect(at.getByRole('progressbar')).not.toHaveAttribute('value', '0');

  await ann.page.reload();
  await expect((await openCard(ann.page, losses)).getByText(/Verified: the server/)).toBeVisible();
  expect([...ann.errors, ...ben.errors]).toEqual([]);
});

test('[Q7] [C13] [U21] what one window asks of the Hessian the other sees: both ends of the spectrum, how far UMAP can be trusted, and a convexity map whose centre has the same ends', async ({ browser, baseURL }) => {
  const { least, largest } = exactEnds();
  const ann = await openWindow(browser, { baseURL: baseURL!, reducedMotion: 'reduce' });
  await ann.page.goto('/');
  await ann.page.getByRole('button', { name: 'Explore' }).click();
  await placeSlice(ann.page, { network: /spiral/i, kind: 'Random line', count: 9, trainSamples: SAMPLES });
  await lend(ann.page, 'wasm');
  await expectComplete(ann.page, 9);
  const ben = await openWindow(browser, { reducedMotion: 'reduce' });
  await ben.page.goto(ann.page.url());

  const [mine, theirs] = [await openCard(ann.page, 'Extreme eigenvalues'), await openCard(ben.page, 'Extreme eigenvalues')];
  await mine.getByRole('button', { name: 'Compute here' }).click();
  for (const each of [mine, theirs]) {
    const ends = each.getByRole('row', { name: /^1 / }).getByRole('cell');
    await expect(ends.first()).toContainText('±', { timeout: 60_000 });
    // Four digits are shown.
    expect(numberIn((await ends.nth(0).textContent())!) / largest).toBeCloseTo(1, 3);
    expect(numberIn((await ends.nth(1).textContent())!) / least).toBeCloseTo(1, 3);
  }
  await mine.locator('summary').first().click();

  const [umap, seen] = [await openCard(ann.page, 'UMAP of checkpoints'), await openCard(ben.page, 'UMAP of checkpoints')];
  await umap.getByRole('button', { name: 'Compute here' }).click();
  for (const name of ['trustworthiness', 'continuity']) {
    const numbers = async (card: typeof umap) => {
      const row = card.getByRole('row', { name: new RegExp(`^${name} [01]\\.\\d{4} [01]\\.\\d{4}$`) });
      await expect(row).toBeVisible({ timeout: 60_000 });
      return row.textContent();
    };
    expect(await numbers(seen)).toBe(await numbers(umap));
  }
  await umap.locator('summary').first().click();

  const map = await openCard(ann.page, 'Convexity map');
  await expect(map.getByText(/^11 points, at most 60 products each/)).toBeVisible();
  await map.getByRole('button', { name: 'Place the convexity map' }).click();
  await expectComplete(ann.page, 11);
  await ben.page.getByText('Convexity of random line').click();
  const picture = ben.page.locator(PICTURE).first();
  await picture.focus();
  // From nowhere, the first step goes to the centre.
  await ben.page.keyboard.press('ArrowRight');
  const shown = async (name: string) => numberIn((await ben.page.getByText(new RegExp(`^${name} `)).first().textContent())!.slice(name.length));
  // The map stops where both ends are sure to a thousandth of the larger.
  expect((await shown('λmax')) / largest).toBeCloseTo(1, 2);
  expect(Math.abs((await shown('λmin')) - least)).toBeLessThan(2e-3 * largest);
  expect([...ann.errors, ...ben.errors]).toEqual([]);
});

test('[U20] an ε-sharpness is computed again by the server at the place that was shared; a volume lies along both eigenvectors and that way', async ({ browser, baseURL }) => {
  test.setTimeout(240_000);
  const { page, errors } = await openWindow(browser, { baseURL: baseURL!, reducedMotion: 'reduce' });
  await page.goto('/');
  await page.getByRole('button', { name: 'Explore' }).click();
  await placeSlice(page, { network: /spiral/i, kind: 'Random line', count: 9, trainSamples: SAMPLES });
  await lend(page, 'wasm');
  await expectComplete(page, 9);

  const sharp = await openCard(page, 'ε-sharpness');
  await sharp.getByRole('button', { name: 'Compute here' }).first().click();
  await expect(sharp.getByText(/^3 of 3, 10 steps each$/)).toBeVisible({ timeout: 90_000 });
  await expect(sharp.getByText(/Verified: the server computed the loss here and at the highest place again/)).toBeVisible({ timeout: 60_000 });
  const spectrum = await openCard(page, 'Extreme eigenvalues');
  await spectrum.getByRole('button', { name: 'Compute here' }).first().click();
  await expect(spectrum.getByRole('row', { name: /^1 / }).getByRole('cell').first()).toContainText('±', { timeout: 90_000 });

  await page.getByRole('button', { name: 'Place a slice', exact: true }).first().click();
  const form = page.getByRole('region', { name: 'Place a slice' });
  await form.getByLabel('Kind').selectOption({ label: 'Volume of any three vectors' });
  const selects = form.getByLabel('Along', { exact: true });
  for (const [index, title] of [/^eigenvector of λ = [^−]/, /^eigenvector of λ = −/, /^steepest way/].entries()) {
    const label = await selects.nth(index).locator('option').filter({ hasText: title }).first().textContent();
    await selects.nth(index).selectOption({ label: label!.trim() });
  }
  for (const field of await form.getByLabel('Points', { exact: true }).all()) await field.fill('3');
  await form.getByLabel(/^Training samples/).fill(String(SAMPLES));
  await form.getByRole('button', { name: 'Place it' }).click();
  await expectComplete(page, 27);
  expect(errors).toEqual([]);
});
