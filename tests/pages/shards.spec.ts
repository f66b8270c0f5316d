/** A large dataset, shard by shard, in two windows: one computes, both see samples come in and the standard error fall; who fetches what. */
import { expect, type Page } from '@playwright/test';
import { expectComplete, expectVerified, lend, openWindow, placeSlice, tab, test } from './support/people.ts';

const POINTS = 9 * 9;
const WHOLE = '10,000 of 10,000 train samples';

type Level = { readonly samples: number; readonly error: number };
type Dataset = { readonly parts: Readonly<Record<'train' | 'test', readonly { readonly digest: string }[]>> };

/** What the strip at the bottom says, each time that it changes. */
const watch = (page: Page) =>
  page.evaluate(() => {
    const seen: { samples: number; error: number }[] = [];
    const look = () => {
      const samples = Number(document.querySelector<HTMLElement>('[data-samples]')?.dataset['samples']);
      const error = Number(document.querySelector<HTMLElement>('[data-standard-error]')?.dataset['standardError']);
      if (samples > 0 && error > 0 && samples !== seen.at(-1)?.samples) seen.push({ samples, error });
    };
    new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
    Object.assign(window, { seenLevels: seen });
  });

const seenBy = (page: Page) => page.evaluate(() => (window as unknown as { seenLevels: Level[] }).seenLevels);

/** Files of the built-in networks that a window asks for from now on, by their digests. */
function watchFiles(page: Page): string[] {
  const asked: string[] = [];
  page.on('request', (request) => {
    const digest = /\/builtins\/([0-9a-f]{64})\.safetensors$/.exec(request.url())?.[1];
    if (digest) asked.push(digest);
  });
  return asked;
}

/** Bytes that came over the network for each file, asked for once more: none for what the browser has kept. */
const fetchedAgain = (page: Page, digests: readonly string[]) =>
  page.evaluate(async (wanted) => {
    const sizes: number[] = [];
    for (const digest of wanted) {
      const address = new URL(`/builtins/${digest}.safetensors`, location.href).href;
      performance.clearResourceTimings();
      await (await fetch(address)).arrayBuffer();
      for (const entry of performance.getEntriesByName(address)) sizes.push((entry as PerformanceResourceTiming).transferSize);
    }
    return sizes;
  }, digests);

test('[F9] [J6] [L21] a slice of 10,000 samples is whole on the first thousand, then gets surer in both windows; who helps fetches the samples, and who looks none', async ({ browser, baseURL, request }) => {
  test.setTimeout(240_000);
  const { dataset } = (await (await request.get('/builtins/sine-10k.json')).json()) as { readonly dataset: Dataset };
  const [train, testSet] = [dataset.parts.train.map(({ digest }) => digest), dataset.parts.test.map(({ digest }) => digest)];
  const ann = await openWindow(browser, { baseURL: baseURL! });
  const byAnn = watchFiles(ann.page);
  const { editLink } = (await (await request.post('/api/v1/sessions', { data: {} })).json()) as { readonly editLink: string };
  await ann.page.goto(editLink);
  await expect(ann.page.getByText('Live', { exact: true })).toBeVisible();
  await placeSlice(ann.page, { network: /sine boundary/i, count: 9, trainSamples: 10_000 });
  await expect(ann.page).toHaveURL(/slice=/);
  const ben = await openWindow(browser, { baseURL: baseURL! });
  const byBen = watchFiles(ben.page);
  await ben.page.goto(ann.page.url());
  await expect(ben.page.getByText('Live', { exact: true })).toBeVisible();
  for (const { page } of [ann, ben]) await watch(page);

  await lend(ann.page, 'wasm');
  for (const { page } of [ann, ben]) {
    await expect(page.getByText(WHOLE).first()).toBeVisible({ timeout: 120_000 });
    await expectComplete(page, POINTS);
    await expectVerified(page, POINTS, 90_000);
    const seen = await seenBy(page);
    // A window may be drawn after two shards came at once, but not before the first alone.
    expect(seen.length).toBeGreaterThan(2);
    expect(seen.at(-1)!.samples).toBe(10_000);
    expect(seen.map(({ samples }) => samples)).toEqual(seen.map(({ samples }) => samples).toSorted((one, other) => one - other));
    // As 1/√n, but for what the samples that came later are like.
    const [first, last] = [seen[0]!, seen.at(-1)!];
    expect((last.error / first.error) * Math.sqrt(last.samples / first.samples)).toBeGreaterThan(0.8);
    expect((last.error / first.error) * Math.sqrt(last.samples / first.samples)).toBeLessThan(1.25);
    expect(last.error).toBeLessThan(first.error);
  }
  const whole = (await seenBy(ann.page)).at(-1);
  expect((await seenBy(ben.page)).at(-1)).toEqual(whole);

  // Who helps has fetched each part of the training set once, and nobody a part of the test set.
  expect(byAnn.filter((digest) => train.includes(digest)).toSorted()).toEqual(train.toSorted());
  expect(byBen.filter((digest) => train.includes(digest))).toEqual([]);
  expect([...byAnn, ...byBen].filter((digest) => testSet.includes(digest))).toEqual([]);

  for (const { page } of [ann, ben]) await page.reload();
  for (const { page } of [ann, ben]) {
    await expect(page.getByText(WHOLE).first()).toBeVisible({ timeout: 60_000 });
    expect(await page.locator('[data-standard-error]').getAttribute('data-standard-error')).toBe(String(whole!.error));
    await tab(page, 'Slice');
    await expect(page.getByText(/ ± .* at the centre \(standard error over 10,000 samples\)/)).toBeVisible();
  }
  expect(await fetchedAgain(ann.page, train)).toEqual(train.map(() => 0));
  expect([...ann.errors, ...ben.errors]).toEqual([]);
});
