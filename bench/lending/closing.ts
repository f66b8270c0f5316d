/**
 * A tab that is closed in the middle of a tile: seconds until each tile it held is lent to another browser, and whether the picture comes out whole.
 *
 * What a page holds, and when another is lent it, is read off the pages' own messages.
 */
import { loadBuiltin } from '#client/subjects.ts';
import { sleep, startBuiltServer } from '#bench/builtServer.ts';
import type { Figure } from '#bench/figures.ts';
import { launchBrowser, openLender, type LenderPage } from './lenderPage.ts';
import { benchPlane, tileCount, watchSession } from './watcher.ts';

/** A tile of it takes some hundred milliseconds on one worker. */
const NETWORK = 'seed-cnn';
const SIDE = 17;
const TIMES = 3;
/** A share of the slice that is measured before the tab is closed. */
const BEFORE = 1 / 4;
const LIMIT_MS = 240_000;

export async function benchClosing(): Promise<readonly Figure[]> {
  const server = await startBuiltServer();
  const browser = await launchBrowser();
  try {
    const subject = await loadBuiltin(NETWORK, server.url);
    const session = await server.createSession();
    const watcher = await watchSession(server.url, session);
    const stays = await openLender(browser, server.url, session.code, 1);
    const waits: number[] = [];
    let [held, missing] = [0, 0];
    for (let time = 0; time < TIMES; time++) {
      const closes = await openLender(browser, server.url, session.code, 1);
      const recipe = benchPlane(subject, time + 1, SIDE);
      const tiles = tileCount(recipe, subject);
      const sliceId = await server.place(session, recipe);
      const limit = performance.now() + LIMIT_MS;
      // Also under way on the page that will close, not only waiting there.
      while (watcher.countOf(sliceId) < BEFORE * tiles || closes.held().length === 0) {
        if (performance.now() > limit) throw new Error('the page that is to close was lent nothing');
        await sleep(5);
      }
      const closed = performance.now();
      await closes.close();
      const lost = closes.held().filter((tile) => !watcher.tiles.has(tile));
      held += lost.length;
      await watcher.complete(sliceId, tiles, LIMIT_MS);
      waits.push(...lost.map((tile) => lentAgain(stays, tile, closed)));
      const { points, measured } = await server.progress(session, sliceId);
      missing += points - measured;
    }
    watcher.close();
    return [
      {
        title: 'a tab closed in the middle of a tile: until its work is lent again, the slowest',
        measured: waits.length > 0 ? Math.max(...waits) / 1000 : null,
        pass: 5,
        kind: 'seconds',
        detail: `${held} tiles held by ${TIMES} tabs that closed; mean ${(waits.reduce((sum, each) => sum + each, 0) / Math.max(1, waits.length) / 1000).toFixed(2)} s`,
      },
      { title: 'the same: points lost', measured: missing, pass: 0, kind: 'growth', detail: `${TIMES} slices of ${SIDE} × ${SIDE}, ${watcher.twice()} tiles came twice` },
    ];
  } finally {
    await browser.close();
    await server.end();
  }
}

/** Milliseconds. @throws where the page that stayed was never lent the tile */
function lentAgain(stays: LenderPage, tile: string, closed: number): number {
  const at = stays.lentAt(tile as Parameters<LenderPage['lentAt']>[0]);
  if (at === null) throw new Error(`tile ${tile} is whole, and was not lent to the page that stayed`);
  return Math.max(0, at - closed);
}
