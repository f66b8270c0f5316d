/** Every screen, light, dark and small: axe finds nothing, the picture is drawn, and it works without a pointer. */
import AxeBuilder from '@axe-core/playwright';
import { expect, type Browser, type Page } from '@playwright/test';
import { expectComplete, lend, noteAtCrosshair, openWindow, PICTURE, placeSlice, tab, test } from './support/people.ts';

/** Each is opened once and looked at in its schemes of colours. */
const SIZES = [
  { name: 'large', options: {}, schemes: ['light', 'dark'] },
  { name: 'small', options: { viewport: { width: 420, height: 800 } }, schemes: ['light'] },
] as const;

/** A session with a plane and a line that are computed, and a note, made once for all screens. */
let sessionUrl = '';
let lineUrl = '';

test.beforeAll(async ({ browser, baseURL }) => {
  test.setTimeout(120_000);
  const { page } = await openWindow(browser, { baseURL: baseURL! });
  await page.goto('/');
  await page.getByRole('button', { name: 'Explore' }).click();
  await placeSlice(page, { network: /spiral/i, count: 17 });
  await lend(page, 'auto');
  await expectComplete(page, 289);
  await noteAtCrosshair(page, 'A quiet place');
  await page.waitForTimeout(1200);
  sessionUrl = page.url();
  await placeSlice(page, { network: /spiral/i, kind: 'Line towards a checkpoint', count: 33 });
  await expectComplete(page, 33);
  await page.waitForTimeout(1200);
  lineUrl = page.url();
});

const SCREENS: readonly { readonly name: string; readonly open: (page: Page) => Promise<void> }[] = [
  { name: 'home', open: async (page) => void (await page.goto('/').then(() => page.locator('[data-demo=done]').waitFor({ timeout: 60_000 }))) },
  { name: 'join', open: async (page) => void (await page.goto('/j')) },
  { name: 'plane', open: (page) => openSession(page, sessionUrl) },
  { name: 'line', open: (page) => openSession(page, lineUrl) },
  { name: 'view-only', open: (page) => openSession(page, sessionUrl.replace(/key=[^&]*&?/, '')) },
  { name: 'nowhere', open: async (page) => void (await page.goto('/nowhere')) },
];

async function openSession(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await expect(page.locator(PICTURE).first()).toBeVisible({ timeout: 30_000 });
  await expect(page.getByText(/All \d+ points measured/)).toBeVisible();
  await page.waitForTimeout(800);
}

/** Changes the scheme of colours, and waits until the page is drawn in it: the checks would else see both. */
async function showIn(page: Page, scheme: 'light' | 'dark'): Promise<void> {
  await page.emulateMedia({ colorScheme: scheme });
  await page.waitForFunction((wanted) => matchMedia(`(prefers-color-scheme: ${wanted})`).matches, scheme);
  await page.evaluate(async () => {
    for (let frame = 0; frame < 3; frame++) await new Promise((resolve) => requestAnimationFrame(resolve));
    await Promise.allSettled(document.getAnimations().filter((each) => each instanceof CSSTransition).map(({ finished }) => finished));
  });
}

for (const { name, open } of SCREENS) {
  for (const size of SIZES) {
    test(`[P7] axe finds nothing on ${name}, ${size.name}`, async ({ browser, baseURL }) => {
      const { page, errors } = await openWindow(browser, { baseURL: baseURL!, reducedMotion: 'reduce', colorScheme: 'light', ...size.options });
      await open(page);
      for (const scheme of size.schemes) {
        await showIn(page, scheme);
        const { violations } = await new AxeBuilder({ page }).analyze();
        expect(violations.map(({ id, nodes }) => `${scheme}: ${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`)).toEqual([]);
        await page.screenshot({ path: `test-results/screens/${name}-${size.name}-${scheme}.png` });
      }
      expect(errors).toEqual([]);
    });
  }
}

test('[P7] axe finds nothing while a slice is placed, nor on any panel', async ({ browser, baseURL }) => {
  const { page } = await openWindow(browser, { baseURL: baseURL! });
  await openSession(page, sessionUrl);
  const check = async (where: string) => {
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => `${where}: ${id}: ${nodes[0]?.html.slice(0, 160)}`)).toEqual([]);
  };
  for (const name of ['Slice', 'Analyse', 'Look', 'Pins', 'Compute'] as const) {
    await tab(page, name);
    if (name === 'Analyse') await page.getByText('Can you trust this?').click();
    expect(await pushedWide(page), name).toEqual([]);
    await check(name);
  }
  await page.getByRole('button', { name: 'Share' }).click();
  await check('Share');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Place a slice', exact: true }).first().click();
  await check('Place a slice');
  const form = page.getByRole('region', { name: 'Place a slice' });
  await form.getByLabel('Network').selectOption({ label: 'Glyph reader' });
  await form.locator('summary').focus();
  await page.keyboard.press('Enter');
  await form.getByText('On', { exact: true }).click();
  await expect(form.getByLabel('Seed of the mask')).toBeVisible();
  await check('How it is evaluated');
  await page.screenshot({ path: 'test-results/screens/placing.png' });
});

test('[P7] on a phone the key of a curve stands above it, and an open sheet leaves the curve room', async ({ browser, baseURL }) => {
  const { page } = await openWindow(browser, { baseURL: baseURL!, viewport: { width: 420, height: 860 }, reducedMotion: 'reduce' });
  await openSession(page, lineUrl);
  const chart = page.locator('[data-stage] [data-picture]');
  const places = () =>
    chart.evaluate((element) => {
      const key = element.querySelector('ul')!.getBoundingClientRect();
      const frame = [...element.querySelectorAll('svg rect')].map((rect) => rect.getBoundingClientRect()).find(({ width }) => width > 200)!;
      return { keyEnds: key.bottom, frameBegins: frame.top, frameHeight: frame.height };
    });
  const closed = await places();
  expect(closed.keyEnds).toBeLessThanOrEqual(closed.frameBegins);
  await tab(page, 'Look');
  await expect.poll(async () => (await places()).frameHeight).toBeLessThan(closed.frameHeight);
  const open = await places();
  expect(open.keyEnds).toBeLessThanOrEqual(open.frameBegins);
  expect(open.frameHeight).toBeGreaterThan(60);
});

test('[P7] the landscape is drawn: its pixels differ, and dragging changes them', async ({ browser, baseURL }) => {
  const { page } = await openWindow(browser, { baseURL: baseURL! });
  await openSession(page, sessionUrl);
  const picture = page.locator(PICTURE).first();
  const colours = await coloursIn(page, await picture.screenshot());
  expect(colours).toBeGreaterThan(200);
  const before = new URL(page.url()).hash;
  const box = (await picture.boundingBox())!;
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 3);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width / 2 + 120, box.y + box.height / 3 + 20, { steps: 6 });
  await page.mouse.up();
  await expect.poll(() => new URL(page.url()).hash, { timeout: 10_000 }).not.toBe(before);
});

test('[P7] a session can be used by keyboard alone', async ({ browser, baseURL }) => {
  const { page } = await openWindow(browser, { baseURL: baseURL! });
  await openSession(page, sessionUrl);
  await page.locator(PICTURE).first().focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowUp');
  await expect(page.getByText(/measured, 256 samples/).first()).toBeVisible();
  await noteAtCrosshair(page, 'Written without a mouse');
  await tab(page, 'Pins');
  await expect(page.getByText('Written without a mouse').first()).toBeVisible();
  await page.locator(PICTURE).first().focus();
  await page.keyboard.press('Control+z');
  await expect(page.getByText('Written without a mouse')).toHaveCount(0);
  await page.keyboard.press('Control+Shift+z');
  await expect(page.getByText('Written without a mouse').first()).toBeVisible();
  await page.locator(PICTURE).first().focus();
  await page.keyboard.press('l');
  // A session that begins with Explore is coloured by ratio.
  await expect(page.getByText('linear', { exact: true }).first()).toBeVisible();
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog').first()).toBeVisible();
});

/** What in the open panel is wider than its place and does not scroll. */
function pushedWide(page: Page): Promise<readonly string[]> {
  return page.getByRole('tabpanel').evaluate((panel) =>
    [...panel.querySelectorAll<HTMLElement>('div, section, details, ul, li, p, dl, dd')]
      .filter((each) => each.clientWidth > 1 && each.scrollWidth > each.clientWidth + 1 && getComputedStyle(each).overflowX === 'visible')
      .map((each) => `${each.tagName} ${each.textContent.slice(0, 60)}`),
  );
}

/** Different colours in a PNG, counted in the browser. */
async function coloursIn(page: Page, png: Buffer): Promise<number> {
  const blank = await (page.context().browser() as Browser).newPage();
  const count = await blank.evaluate(async (base64) => {
    const image = new Image();
    image.src = `data:image/png;base64,${base64}`;
    await image.decode();
    const canvas = new OffscreenCanvas(image.width, image.height);
    const context = canvas.getContext('2d')!;
    context.drawImage(image, 0, 0);
    const { data } = context.getImageData(0, 0, image.width, image.height);
    return new Set(new Uint32Array(data.buffer)).size;
  }, png.toString('base64'));
  await blank.close();
  return count;
}
