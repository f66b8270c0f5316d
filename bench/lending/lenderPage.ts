/** A real browser page that lends, for the benchmark: opened by its code, told to start and to pause by its buttons, its messages read along. */
import { chromium, type Browser, type Page } from 'playwright';
import { CHROMIUM_FLAGS, findBrowser } from '#scripts/browser.mjs';
import type { TileKey } from '#lib/work/tile.ts';

export type LenderPage = {
  readonly page: Page;
  readonly pause: () => Promise<void>;
  readonly goOn: () => Promise<void>;
  /** Tiles that it was lent and has neither returned nor left. */
  readonly held: () => readonly TileKey[];
  /** When it was last lent a tile. */
  readonly lentAt: (tile: TileKey) => number | null;
  /** Closes the tab as a person does: nothing is said beforehand. */
  readonly close: () => Promise<void>;
};

const START_MS = 90_000;
/** A page begins by polling, and is on a WebSocket soon after. */
const UPGRADE_MS = 1500;

export const launchBrowser = async (): Promise<Browser> => chromium.launch({ executablePath: await findBrowser(), args: [...CHROMIUM_FLAGS] });

/** Opens the lend-only page with as many workers as asked for, and lends all of its time. Its storage is its own, as another device's. */
export async function openLender(browser: Browser, url: string, code: string, workers: number): Promise<LenderPage> {
  const context = await browser.newContext({ viewport: { width: 800, height: 700 } });
  // A page leaves one core to itself.
  await context.addInitScript({ content: `Object.defineProperty(navigator, 'hardwareConcurrency', { value: ${workers + 1} })` });
  const page = await context.newPage();
  page.setDefaultTimeout(START_MS);
  const lent = new Map<TileKey, number>();
  const held = new Set<TileKey>();
  page.on('websocket', (socket) => {
    socket.on('framereceived', ({ payload }) => {
      const text = String(payload);
      for (const [, tile] of text.matchAll(/"tile":"([^"]+)","predictedMs"/g)) {
        lent.set(tile as TileKey, performance.now());
        held.add(tile as TileKey);
      }
      if (text.includes('["withdrawWork"')) for (const tile of keysIn(text)) held.delete(tile);
    });
    socket.on('framesent', ({ payload }) => {
      const text = String(payload);
      if (text.includes('["returnTile"') || text.includes('["handBack"')) for (const tile of keysIn(text)) held.delete(tile);
    });
  });
  await page.goto(`${url}/v/${code}`);
  const start = page.getByRole('button', { name: 'Start lending' });
  await start.waitFor();
  await page.waitForTimeout(UPGRADE_MS);
  await page.getByText('Full', { exact: true }).click();
  await start.click();
  await page.getByText(/^(Helping —|Ready to help)/).waitFor();
  await page.getByText('Side by side').waitFor();
  const hired = page.workers().length;
  if (hired !== workers) throw new Error(`the page lends with ${hired} workers, not ${workers}`);
  return {
    page,
    pause: () => page.getByRole('button', { name: 'Pause', exact: true }).click(),
    goOn: () => page.getByRole('button', { name: 'Go on', exact: true }).click(),
    held: () => [...held],
    lentAt: (tile) => lent.get(tile) ?? null,
    close: async () => {
      await page.close();
      await context.close();
    },
  };
}

const keysIn = (text: string): readonly TileKey[] => (text.match(/[0-9a-f]{32}(\/\d+){3,4}/g) ?? []) as TileKey[];
