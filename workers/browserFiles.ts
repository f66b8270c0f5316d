/** Where a browser finds the binaries of the engines: beside the pages, from our own server. */
import type { EngineFiles } from './engineSources.ts';

export const BROWSER_FILES: EngineFiles = {
  wasmPath: '/tfjs-wasm/',
  async loadKernels(file) {
    const answer = await fetch(`/engine/${file}`);
    if (!answer.ok) throw new Error(`${file} could not be fetched: ${answer.status}`);
    return answer.arrayBuffer();
  },
};
