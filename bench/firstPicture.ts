/**
 * From a warm server to the first picture: first pixels, interactive 3-D, the first live tile, the whole surface.
 *
 *     npm run first-picture [-- --json]
 *
 * A real browser opens the first page five times, each in a window that has nothing cached; medians are printed.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser } from 'playwright';
import { CHROMIUM_FLAGS, findBrowser } from '#scripts/browser.mjs';

const PORT = 3973;
const URL = `http://127.0.0.1:${PORT}/`;
const RUNS = 5;

type Times = { readonly pixels: number; readonly tile: number; readonly relief: number; readonly whole: number };

async function main(): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'tarn-bench-'));
  const server = spawn('node', ['dist/main.mjs'], {
    env: { ...process.env, NODE_ENV: 'production', PORT: String(PORT), HOST: '127.0.0.1', DATA_DIR: dataDir },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  try {
    await untilWarm();
    const browser = await chromium.launch({ executablePath: await findBrowser(), args: [...CHROMIUM_FLAGS] });
    try {
      const isDrawnWithoutScripts = await drawsWithoutScripts(browser);
      const runs: Times[] = [];
      for (let run = 0; run < RUNS; run++) runs.push(await open(browser));
      print(runs, isDrawnWithoutScripts);
    } finally {
      await browser.close();
    }
  } finally {
    server.kill('SIGTERM');
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function untilWarm(): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt++) {
    const answer = await fetch(URL).catch(() => null);
    if (answer?.ok) {
      await answer.text();
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('the server did not answer within 30 s');
}

async function open(browser: Browser): Promise<Times> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  const start = Date.now();
  await page.goto(URL, { waitUntil: 'commit' });
  const since = () => Date.now() - start;
  await page.locator('main svg path').first().waitFor({ state: 'visible' });
  const pixels = since();
  const [tile, relief, whole] = await Promise.all([
    page.locator('[data-demo]').waitFor().then(since),
    page.locator('[aria-roledescription="loss landscape"] canvas').waitFor().then(since),
    page.locator('[data-demo="done"]').waitFor({ timeout: 60_000 }).then(since),
  ]);
  await context.close();
  return { pixels, tile, relief, whole };
}

async function drawsWithoutScripts(browser: Browser): Promise<boolean> {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(URL);
  const box = await page.locator('main svg').first().boundingBox();
  await context.close();
  return box !== null && box.width > 100 && box.height > 100;
}

function print(runs: readonly Times[], isDrawnWithoutScripts: boolean): void {
  const median = (name: keyof Times) => runs.map((run) => run[name]).sort((a, b) => a - b)[Math.floor(runs.length / 2)]!;
  const medians = { pixels: median('pixels'), tile: median('tile'), relief: median('relief'), whole: median('whole') };
  if (process.argv.includes('--json')) return console.log(JSON.stringify({ medians, runs, isDrawnWithoutScripts }, null, 2));
  console.log(`First page, ${RUNS} windows with nothing cached, milliseconds since the address was entered (medians):`);
  console.log(`  first landscape pixels      ${medians.pixels}`);
  console.log(`  first live tile             ${medians.tile}`);
  console.log(`  interactive 3-D             ${medians.relief}`);
  console.log(`  the whole surface measured  ${medians.whole}`);
  console.log(`  drawn with scripts off      ${isDrawnWithoutScripts ? 'yes' : 'no'}`);
}

await main();
