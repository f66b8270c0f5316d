/**
 * Compiles the WASM tile engine's kernels (AssemblyScript) into public/engine: with relaxed SIMD, and without.
 *
 * They are build output, not source: git ignores the folder. Costs nothing while neither sources nor compiler have changed. Run
 * alone, by the build, and before the tests as Vitest's global set-up.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const SOURCES = join(ROOT, 'workers', 'wasm', 'assembly');
const OUT = join(ROOT, 'public', 'engine');
const STAMP = join(ROOT, '.ensure', 'kernels');

const BINARIES = { 'tiles.wasm': ['simd'], 'tiles-relaxed.wasm': ['simd', 'relaxed-simd'] };

/** Throws, with the compiler's words, when a source does not compile. */
export async function buildKernels() {
  const hash = hashOfSources();
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === hash && Object.keys(BINARIES).every((name) => existsSync(join(OUT, name)))) return;
  const { default: compiler } = await import('assemblyscript/asc');
  mkdirSync(OUT, { recursive: true });
  for (const [name, features] of Object.entries(BINARIES)) {
    const { error, stderr } = await compiler.main([
      join(SOURCES, 'index.ts'),
      '--outFile',
      join(OUT, `${name}.${process.pid}`),
      '-O3',
      '--noAssert',
      '--runtime',
      'stub',
      // Pointers are 32 bits wide here and nowhere else.
      '--disableWarning',
      '201',
      ...features.flatMap((feature) => ['--enable', feature]),
    ]);
    if (error) throw new Error(`the kernels do not compile: ${error.message}\n${stderr.toString()}`);
    // Whole or not at all: two processes may build at once.
    renameSync(join(OUT, `${name}.${process.pid}`), join(OUT, name));
  }
  mkdirSync(dirname(STAMP), { recursive: true });
  writeFileSync(STAMP, hash);
}

/** What Vitest calls before the first test. */
export async function setup() {
  await buildKernels();
}

function hashOfSources() {
  const hash = createHash('sha256');
  const { version } = createRequire(import.meta.url)('assemblyscript/package.json');
  hash.update(version).update(readFileSync(fileURLToPath(import.meta.url)));
  for (const name of readdirSync(SOURCES).sort()) hash.update(name).update(readFileSync(join(SOURCES, name)));
  return hash.digest('hex');
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) await buildKernels();
