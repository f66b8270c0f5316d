/** A long analysis in two windows: priced, asked for by one, seen by the other, kept over a reload and a pause. */
import { expect, test, type Page } from '@playwright/test';
import { openWindow, placeSlice, tab } from './support/people.ts';

const card = (page: Page, title: string) => page.locator('details').filter({ has: page.locator('summary', { hasText: title }) });

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
