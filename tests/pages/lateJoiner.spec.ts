/** Somebody comes to a picture that is computed already: it is fetched, and said to be, though devices that would compute stand by. */
import { expect } from '@playwright/test';
import { expectComplete, lend, openWindow, placeSlice, test } from './support/people.ts';

/** A tile takes so long to reach the window that comes late. */
const ON_THE_WAY_MS = 1500;
const POINTS = 65 * 65;

test('[L19] who comes late reads how much is on its way, and nothing of a speed or a time that computing would take', async ({ browser, baseURL }) => {
  const ann = await openWindow(browser, { baseURL: baseURL! });
  await ann.page.goto('/');
  await ann.page.getByRole('button', { name: 'Start a class' }).click();
  await ann.page.waitForURL(/\/s\//);
  await ann.page.getByRole('button', { name: 'Close' }).first().click().catch(() => {});
  await placeSlice(ann.page, { network: /spiral/i, kind: 'Random plane', count: 65 });
  await lend(ann.page, 'wasm');
  await expectComplete(ann.page, POINTS);

  const ben = await openWindow(browser, { baseURL: baseURL! });
  await ben.page.route('**/api/v1/tiles/*', async (route) => {
    await new Promise((resolve) => setTimeout(resolve, ON_THE_WAY_MS));
    await route.continue().catch(() => {});
  });
  await ben.page.goto(ann.page.url());
  const strip = ben.page.getByRole('contentinfo', { name: 'Computing' });
  await expect(strip.getByText(/^Fetching [\d,]+ points that are computed already$/)).toBeVisible();
  const said: string[] = [];
  await expect
    .poll(async () => {
      said.push((await strip.textContent())!);
      return said.at(-1)!.includes('Fetching');
    }, { timeout: 90_000, intervals: [500] })
    .toBe(false);
  expect(said.filter((words) => /Longer|left|not known|per second/.test(words))).toEqual([]);
  const onTheirWay = said.slice(0, -1).map((words) => Number(/Fetching ([\d,]+) points/.exec(words)![1]!.replaceAll(',', '')));
  expect(onTheirWay).toEqual(onTheirWay.toSorted((one, other) => other - one));
  expect(new Set(onTheirWay).size).toBeGreaterThan(3);
  await expectComplete(ben.page, POINTS);
  expect([...ann.errors, ...ben.errors]).toEqual([]);
});
