/** The tests in real browser windows, against the built server with a fresh data directory. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from '@playwright/test';
import { CHROMIUM_FLAGS, findBrowser } from './scripts/browser.mjs';

const port = Number(process.env.TEST_PORT ?? 3999);
// Kept in the environment, because Playwright reads this file again in every worker.
process.env.TEST_DATA_DIR ??= mkdtempSync(join(tmpdir(), 'tarn-pages-'));

export default defineConfig({
  testDir: 'tests/pages',
  outputDir: 'test-results',
  snapshotPathTemplate: 'tests/pages/screenshots/{arg}{ext}',
  workers: 1,
  timeout: 120_000,
  expect: { timeout: 20_000 },
  reporter: [['list']],
  use: {
    baseURL: `http://127.0.0.1:${port}`,
    viewport: { width: 1280, height: 800 },
    // A trace with pictures draws every frame twice, which is most of the work where the graphics card is software.
    trace: { mode: 'retain-on-failure', screenshots: false, snapshots: false },
    screenshot: 'only-on-failure',
    launchOptions: { executablePath: await findBrowser(), args: [...CHROMIUM_FLAGS] },
  },
  webServer: {
    command: 'node dist/main.mjs',
    url: `http://127.0.0.1:${port}/healthz`,
    env: { NODE_ENV: 'production', PORT: String(port), HOST: '127.0.0.1', DATA_DIR: process.env.TEST_DATA_DIR, NEXT_TELEMETRY_DISABLED: '1' },
    reuseExistingServer: false,
    gracefulShutdown: { signal: 'SIGTERM', timeout: 3000 },
  },
});
