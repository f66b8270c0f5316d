/**
 * Runs our browser code in a real headless browser, without a server of ours: bundles an entry, serves it, opens it.
 *
 * Served beside it: the compute worker, the WASM binaries and public/, cross-origin isolated as in production.
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, dirname, extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { chromium, type Page } from 'playwright';
import { CHROMIUM_FLAGS, findBrowser } from './browser.mjs';
import { wasmFolder } from './copyWasm.mjs';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const WORKER = 'workers/evaluate.worker.ts';
const TYPES: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript', '.json': 'application/json', '.wasm': 'application/wasm' };

/**
 * @param entry the module to open, from the root of the project: `scripts/browserEvaluate.ts`
 * @param use what to do with the page once the module has run; the browser is closed afterwards
 */
export async function runInBrowser<T>(entry: string, use: (page: Page) => Promise<T>): Promise<T> {
  const server = await serve(await bundled(entry), entry);
  try {
    const browser = await chromium.launch({ executablePath: await findBrowser(), args: CHROMIUM_FLAGS });
    try {
      const page = await browser.newPage();
      const broken = new Promise<never>((_, reject) => {
        page.on('pageerror', reject);
        page.on('crash', () => reject(new Error('the page crashed')));
      });
      // It is waited for only below; a page may break while it loads.
      broken.catch(() => {});
      await page.goto(`http://localhost:${(server.address() as AddressInfo).port}/`, { waitUntil: 'load' });
      return await Promise.race([use(page), broken]);
    } finally {
      await browser.close();
    }
  } finally {
    server.close();
  }
}

/** Of this process: the sources do not change under it. */
const bundles = new Map<string, Promise<ReadonlyMap<string, Uint8Array>>>();

function bundled(entry: string): Promise<ReadonlyMap<string, Uint8Array>> {
  const known = bundles.get(entry) ?? bundle(entry);
  bundles.set(entry, known);
  return known;
}

async function bundle(entry: string): Promise<ReadonlyMap<string, Uint8Array>> {
  const { outputFiles } = await build({
    absWorkingDir: ROOT,
    entryPoints: [entry, WORKER],
    outbase: '.',
    outdir: '/',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    write: false,
    logLevel: 'error',
  });
  return new Map(outputFiles.map(({ path, contents }) => [path, contents]));
}

async function serve(files: ReadonlyMap<string, Uint8Array>, entry: string): Promise<Server> {
  const page = Buffer.from(`<!doctype html><meta charset="utf-8"><title>Tarn</title><script type="module" src="/${entry.replace(/\.ts$/, '.js')}"></script>`);
  const server = createServer((request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname));
    const found = path === '/' ? { name: 'page.html', bytes: page } : contentOf(path, files);
    response.writeHead(found ? 200 : 404, {
      'Content-Type': TYPES[extname(found?.name ?? '')] ?? 'application/octet-stream',
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Cross-Origin-Embedder-Policy': 'require-corp',
      'Cross-Origin-Resource-Policy': 'same-origin',
    });
    response.end(found?.bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  return server;
}

function contentOf(path: string, files: ReadonlyMap<string, Uint8Array>): { name: string; bytes: Uint8Array } | null {
  // The worker is named by its source, relative to whichever bundle asks for it.
  const script = files.get(path.endsWith(WORKER) ? `/${WORKER.replace(/\.ts$/, '.js')}` : path);
  if (script) return { name: 'bundle.js', bytes: script };
  const file = path.startsWith('/tfjs-wasm/') ? join(wasmFolder(), basename(path)) : join(ROOT, 'public', path);
  return existsSync(file) && statSync(file).isFile() ? { name: file, bytes: readFileSync(file) } : null;
}
