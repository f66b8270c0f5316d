/** Where Node finds the binaries of the engines: in the packages and in public/engine, from the sources as from the build. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { EngineFiles } from '#workers/engineSources.ts';

export const NODE_FILES: EngineFiles = {
  wasmPath: `${dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm'))}${sep}`,
  loadKernels: (file) => readFile(join(publicFolder(), 'engine', file)),
};

/** The folder public of the project that this file, or the bundle that it is in, is part of. */
export function publicFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (;;) {
    const found = join(folder, 'public');
    if (existsSync(join(found, 'engine', 'tiles.wasm'))) return found;
    if (dirname(folder) === folder) throw new Error('public/engine is not there: run node scripts/buildKernels.mjs');
    folder = dirname(folder);
  }
}
