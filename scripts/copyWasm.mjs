/**
 * Puts the three WASM binaries of TensorFlow.js where the browser asks for them: public/tfjs-wasm.
 *
 * They are build output, not source: git ignores the folder. Run alone or imported by the build.
 */
import { copyFileSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

const FILES = ['tfjs-backend-wasm.wasm', 'tfjs-backend-wasm-simd.wasm', 'tfjs-backend-wasm-threaded-simd.wasm'];

/** The folder of the package that holds the binaries. */
export const wasmFolder = () => dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm'));

/** Throws when a binary is missing from the package. */
export function copyWasm() {
  const to = join(ROOT, 'public', 'tfjs-wasm');
  mkdirSync(to, { recursive: true });
  for (const file of FILES) copyFileSync(join(wasmFolder(), file), join(to, file));
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) copyWasm();
