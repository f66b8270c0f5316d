/** The WASM tile engine for tests, on each of its two binaries. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import type { Engine } from '#workers/evaluator.ts';
import { createWasmEngine, type WasmEngineOptions } from '#workers/wasm/wasmEngine.ts';

const FOLDER = new URL('../../public/engine/', import.meta.url);

export const KERNELS = ['relaxed SIMD', 'plain SIMD'] as const;

/** An engine on exactly this binary; throws where another was chosen. */
export async function wasmEngineWith(kernels: (typeof KERNELS)[number], options: Partial<WasmEngineOptions> = {}): Promise<Engine> {
  // Node 20 has relaxed SIMD behind a flag, later ones have it always.
  setFlagsFromString(`--${kernels === 'relaxed SIMD' ? '' : 'no-'}experimental-wasm-relaxed-simd`);
  const engine = await createWasmEngine({ load: (file) => readFile(fileURLToPath(new URL(file, FOLDER))), ...options });
  if (engine.title.includes('relaxed') !== (kernels === 'relaxed SIMD')) throw new Error(`${engine.title} was chosen for ${kernels}`);
  return engine;
}
