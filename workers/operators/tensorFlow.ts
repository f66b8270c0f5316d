/**
 * Starts TensorFlow.js on a backend that is open already, and makes that backend the one that operations run on.
 *
 * Each backend is imported only when it is wanted, so that a browser downloads one, and none where a tile engine serves. It does not
 * judge whether the numbers are right.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import type { Backend } from '#lib/wire/workerMessages.ts';
import { BackendUnavailable, type OpenBackend } from '#workers/backend.ts';
import { DeviceFault } from '#workers/gpuGuard.ts';

const started = new WeakMap<OpenBackend, Promise<void>>();

/**
 * Once for a backend that is open: asked again, it is as it was left.
 *
 * @param wasmPath where TensorFlow.js's .wasm files are: a URL path or, under Node, a folder; ends with a slash
 * @throws BackendUnavailable
 */
export async function startTensorFlow(open: OpenBackend, wasmPath: string): Promise<void> {
  const starting = started.get(open) ?? start(open, wasmPath);
  started.set(open, starting);
  try {
    await starting;
  } catch (error) {
    started.delete(open);
    throw error;
  }
  await activateBackend(open.backend);
}

async function start({ backend, device, isSoftwareAdapter }: OpenBackend, wasmPath: string): Promise<void> {
  // Without this the CPU backend prints advice on every start under Node.
  tf.enableProdMode();
  switch (backend) {
    case 'webgpu': {
      const { WebGPUBackend } = await import('@tensorflow/tfjs-backend-webgpu');
      // The import registers a backend that makes its own device, without our limits and out of our sight; a lost one goes, too.
      if (tf.findBackendFactory('webgpu')) tf.removeBackend('webgpu');
      tf.registerBackend('webgpu', () => new WebGPUBackend(device!, device!.adapterInfo), 3);
      await activateBackend('webgpu', 'the WebGPU backend of TensorFlow.js did not start');
      (await import('./steadyKernels.ts')).useSteadyKernels();
      if (isSoftwareAdapter) (await import('./softwareKernels.ts')).useDirectKernels();
      return;
    }
    case 'wasm': {
      const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
      if (!tf.findBackend('wasm')) {
        // Threads break under any minifier, and one worker per core is faster.
        tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
        setWasmPaths(wasmPath);
      }
      return activateBackend('wasm', 'the WebAssembly files of TensorFlow.js did not load');
    }
    case 'cpu':
      await import('@tensorflow/tfjs-backend-cpu');
      return activateBackend('cpu', 'the CPU backend did not start');
  }
}

/** Makes `backend` the one that operations run on; TensorFlow.js has one at a time. @throws BackendUnavailable */
export async function activateBackend(backend: Backend, otherwise = `the ${backend} backend went away`): Promise<void> {
  if (tf.getBackend() === backend) return;
  if (!(await tf.setBackend(backend))) throw new BackendUnavailable(otherwise);
}

const COMPILE_ONLY = 'WEBGPU_ENGINE_COMPILE_ONLY';

/**
 * Compiles what `work` runs, and runs nothing of it: what it computes has no meaning. Otherwise WebGPU compiles in the middle of the work, and
 * a device that does is nobody else's for seconds. `work` may wait for nothing but itself. Nothing to do on other backends.
 *
 * @throws DeviceFault with the compiler's words
 */
export async function compileFirst(backend: Backend, work: () => Promise<void>): Promise<void> {
  if (backend !== 'webgpu') return;
  tf.env().set(COMPILE_ONLY, true);
  try {
    await work();
  } finally {
    tf.env().set(COMPILE_ONLY, false);
    await compilation();
  }
}

/** Resolves when everything asked for is compiled. */
async function compilation(): Promise<void> {
  try {
    await (tf.backend() as WebGPUBackend).checkCompileCompletionAsync();
  } catch (error) {
    throw new DeviceFault(`a shader was refused: ${String(error instanceof Error ? error.message : error).slice(0, 400)}`);
  }
}
