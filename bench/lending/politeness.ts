/**
 * Whether a page that lends leaves the device to its person: how long pieces of work take that nothing can interrupt, and the longest task of the page's own
 * thread, in a real session with its picture: by the clock, and by what it takes of the processor.
 *
 * A piece is a submission to the graphics device, or a stretch of WASM between two turns of the worker. On a software adapter the times say
 * little about a real one.
 */
import type { Page } from 'playwright';
import { loadBuiltin } from '#client/subjects.ts';
import type { Dispatches, FromWorker } from '#lib/wire/workerMessages.ts';
import { sleep, startBuiltServer } from '#bench/builtServer.ts';
import type { Figure } from '#bench/figures.ts';
import { launchBrowser } from './lenderPage.ts';
import { watchTasks } from './pageTasks.ts';
import { benchPlane } from './watcher.ts';

const NETWORK = 'seed-cnn';
const SIDE = 65;
const SECONDS = 20;
const START_MS = 120_000;
/** What the browser calls a long task, and does not tell of below. */
const LONG_TASK_MS = 50;

export async function benchPoliteness(): Promise<readonly Figure[]> {
  const server = await startBuiltServer();
  const browser = await launchBrowser();
  try {
    const subject = await loadBuiltin(NETWORK, server.url);
    const figures: Figure[] = [];
    for (const [index, wish] of (['wasm', 'webgpu'] as const).entries()) {
      const session = await server.createSession();
      const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
      page.setDefaultTimeout(START_MS);
      await page.addInitScript(listen);
      await page.goto(session.editLink.replace(/^https?:\/\/[^/]+/, server.url));
      await server.place(session, benchPlane(subject, index + 1, SIDE));
      await page.getByRole('tab', { name: /^Compute/ }).click();
      await page.getByLabel('Compute with').selectOption(wish);
      await page.getByRole('button', { name: 'Start lending' }).click();
      await page.getByText(/^Helping —/).waitFor();
      // A worker tells with its tiles what it counted.
      await page.waitForFunction(() => window.tarnPolite!().dispatches.count > 0);
      const endOfWatch = await watchTasks(page);
      await sleep(SECONDS * 1000);
      figures.push(...(await figuresOf(page, wish, await endOfWatch())));
      await page.close();
    }
    return figures;
  } finally {
    await browser.close();
    await server.end();
  }
}

async function figuresOf(page: Page, wish: 'wasm' | 'webgpu', processor: readonly number[]): Promise<readonly Figure[]> {
  const { dispatches, tasks, engine } = await page.evaluate(() => window.tarnPolite!());
  const title = wish === 'wasm' ? 'WASM' : 'WebGPU (software adapter)';
  const { count, long, longestMs } = dispatches;
  return [
    { title: `${title}: share of dispatches of at most 100 ms`, measured: count > 0 ? 1 - long / count : null, pass: 0.999, kind: 'share', detail: `${count - long} of ${count.toLocaleString('en-GB')} in ${SECONDS} s; ${engine}` },
    { title: `${title}: the longest dispatch`, measured: count > 0 ? longestMs : null, pass: 500, kind: 'milliseconds', detail: engine },
    {
      title: `${title}: the longest task of the page’s thread while lending`,
      measured: Math.max(LONG_TASK_MS, ...tasks),
      pass: 100,
      kind: 'milliseconds',
      detail: tasks.length === 0 ? `none of ${LONG_TASK_MS} ms or more` : `${tasks.length} of ${LONG_TASK_MS} ms or more`,
    },
    {
      title: `${title}: the most that a task of the page’s thread takes of the processor`,
      measured: Math.max(...processor),
      pass: 100,
      kind: 'milliseconds',
      detail: `what it only waits for left out, as for a renderer that is a program; ${processor.filter((ms) => ms >= LONG_TASK_MS).length} of ${LONG_TASK_MS} ms or more among ${processor.length.toLocaleString('en-GB')}`,
    },
  ];
}

/** In the page, before anything of ours runs: hears what the workers tell, and what the browser calls long tasks since the first worker. */
function listen(): void {
  const told = new Map<Worker, Dispatches>();
  const tasks: { readonly at: number; readonly ms: number }[] = [];
  let engine = '';
  let since = Infinity;
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) tasks.push({ at: startTime, ms: duration });
  }).observe({ type: 'longtask', buffered: true });
  const Stock = window.Worker;
  window.Worker = class extends Stock {
    constructor(url: string | URL, options?: WorkerOptions) {
      super(url, options);
      since = Math.min(since, performance.now());
      this.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => {
        if (data?.kind !== 'evaluated') return;
        told.set(this, data.dispatches);
        engine = data.engine;
      });
    }
  };
  window.tarnPolite = () => ({
    dispatches: [...told.values()].reduce((sum, each) => ({ count: sum.count + each.count, long: sum.long + each.long, longestMs: Math.max(sum.longestMs, each.longestMs) }), { count: 0, long: 0, longestMs: 0 }),
    tasks: tasks.filter(({ at }) => at >= since).map(({ ms }) => ms),
    engine,
  });
}

declare global {
  interface Window {
    tarnPolite?: () => { readonly dispatches: Dispatches; readonly tasks: readonly number[]; readonly engine: string };
  }
}
