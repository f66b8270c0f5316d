/**
 * Brings up one TensorFlow.js backend, and says in words why a backend cannot be had.
 *
 * Each is imported only when it is wanted, so that a browser downloads one. It does not judge whether the numbers are
 * right: openEvaluator.ts does, and it chooses.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Backend, BackendWish } from '#lib/wire/workerMessages.ts';
import { createGpuGuard, type GpuGuard } from './gpuGuard.ts';

export type OpenBackend = {
  readonly backend: Backend;
  /** In words: "WebGPU (nvidia ampere)". */
  readonly title: string;
  readonly isSoftwareAdapter: boolean;
  /** Floats that the largest activation of one block of samples may have. */
  readonly activationFloats: number;
  /** Null where errors are thrown when they happen. */
  readonly guard: GpuGuard | null;
  /** Resolves with the reason if the device is lost; never, otherwise. */
  readonly lost: Promise<string>;
  close(): void;
};

/** This backend cannot be had here; the message completes "because". */
export class BackendUnavailable extends Error {
  override readonly name = 'BackendUnavailable';
}

const NEVER = new Promise<string>(() => {});

/**
 * @param wasmPath where the three .wasm files are: a URL path or, under Node, a folder; ends with a slash
 * @throws BackendUnavailable
 */
export async function openBackend(backend: Backend, wish: BackendWish, wasmPath: string): Promise<OpenBackend> {
  // Without this the CPU backend prints advice on every start under Node.
  tf.enableProdMode();
  switch (backend) {
    case 'webgpu':
      return openWebGpu(wish === 'webgpu');
    case 'wasm':
      return openWasm(wasmPath);
    case 'cpu':
      await import('@tensorflow/tfjs-backend-cpu');
      await activate('cpu', 'the CPU backend did not start');
      return { ...PLAIN, backend: 'cpu', title: 'CPU', activationFloats: 2 ** 20, close: () => {} };
  }
}

/** Makes `backend` the one that operations run on; TensorFlow.js has one at a time. */
export async function activate(backend: Backend, otherwise: string): Promise<void> {
  if (tf.getBackend() === backend) return;
  if (!(await tf.setBackend(backend))) throw new BackendUnavailable(otherwise);
}

const PLAIN = { isSoftwareAdapter: false, guard: null, lost: NEVER } as const;

async function openWasm(wasmPath: string): Promise<OpenBackend> {
  if (typeof WebAssembly === 'undefined') throw new BackendUnavailable('there is no WebAssembly here');
  const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
  if (!tf.findBackend('wasm')) {
    // Threads break under any minifier, and one worker per core is faster.
    tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
    setWasmPaths(wasmPath);
  }
  await activate('wasm', 'the WebAssembly files did not load');
  const hasSimd = await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT');
  return { ...PLAIN, backend: 'wasm', title: hasSimd ? 'WASM with SIMD' : 'WASM without SIMD', activationFloats: 2 ** 20, close: () => {} };
}

async function openWebGpu(takesSoftware: boolean): Promise<OpenBackend> {
  const gpu = (globalThis.navigator as Navigator | undefined)?.gpu;
  if (!gpu) throw new BackendUnavailable(globalThis.isSecureContext === false ? 'WebGPU needs HTTPS or localhost' : 'there is no WebGPU here');
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) throw new BackendUnavailable('WebGPU found no graphics adapter');
  const name = [adapter.info.vendor, adapter.info.architecture].filter((part) => part !== '').join(' ') || 'unnamed adapter';
  const isSoftwareAdapter = isSoftware(adapter.info);
  if (isSoftwareAdapter && !takesSoftware) throw new BackendUnavailable(`WebGPU has only a software adapter here (${name})`);
  const { limits } = adapter;
  const device = await adapter.requestDevice({
    requiredLimits: {
      maxStorageBufferBindingSize: limits.maxStorageBufferBindingSize,
      maxBufferSize: limits.maxBufferSize,
      maxComputeWorkgroupStorageSize: limits.maxComputeWorkgroupStorageSize,
      maxComputeWorkgroupSizeX: limits.maxComputeWorkgroupSizeX,
      maxComputeInvocationsPerWorkgroup: limits.maxComputeInvocationsPerWorkgroup,
      maxComputeWorkgroupsPerDimension: limits.maxComputeWorkgroupsPerDimension,
    },
  });
  const { WebGPUBackend } = await import('@tensorflow/tfjs-backend-webgpu');
  // The import registers a backend that makes its own device, without these limits and out of our sight.
  if (tf.findBackendFactory('webgpu')) tf.removeBackend('webgpu');
  tf.registerBackend('webgpu', () => new WebGPUBackend(device, adapter.info), 3);
  await activate('webgpu', 'the WebGPU backend did not start');
  if (isSoftwareAdapter) (await import('./softwareKernels.ts')).useDirectKernels();
  let isClosed = false;
  return {
    backend: 'webgpu',
    title: `WebGPU (${name}${isSoftwareAdapter ? ', a software adapter' : ''})`,
    isSoftwareAdapter,
    // Three activations of a block within a quarter of the largest binding; small blocks where a core does the work.
    activationFloats: isSoftwareAdapter ? 2 ** 19 : Math.min(2 ** 25, Math.floor(limits.maxStorageBufferBindingSize / (4 * 4 * 3))),
    guard: createGpuGuard(device),
    lost: device.lost.then(({ message, reason }) => (isClosed ? NEVER : message === '' ? reason : message)),
    close() {
      isClosed = true;
      device.destroy();
    },
  };
}

function isSoftware(info: GPUAdapterInfo): boolean {
  const words = `${info.vendor} ${info.architecture} ${info.device} ${info.description}`.toLowerCase();
  return info.isFallbackAdapter || /swiftshader|llvmpipe|lavapipe|softpipe|basic render/.test(words);
}
