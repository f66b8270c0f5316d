/**
 * Opens one backend, and says in words why a backend cannot be had.
 *
 * It finds the graphics device and what it allows; engines are built on what it opens. It loads no engine, and does not judge
 * whether the numbers are right: openEvaluator.ts does, and it chooses.
 */
import type { Capacity } from '#lib/work/capacity.ts';
import type { Backend, BackendWish } from '#lib/wire/workerMessages.ts';
import { MOST_WASM_BYTES } from './wasm/arena.ts';
import { createGpuGuard, type GpuGuard } from './gpuGuard.ts';

export type OpenBackend = {
  readonly backend: Backend;
  /** In words: "WebGPU (nvidia ampere)". */
  readonly title: string;
  readonly isSoftwareAdapter: boolean;
  /** The WebGPU device that TensorFlow.js and the tile engine share; null on other backends. */
  readonly device: GPUDevice | null;
  /** What can be held by the device's own limits; absent where it has none of its own. */
  readonly holds?: Capacity | undefined;
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

/** Floats of an activation on a CPU, which stay near its caches. */
const CPU_FLOATS = 2 ** 20;
/** Where a core does a graphics device's work. */
const SOFTWARE_FLOATS = 2 ** 19;
const MOST_FLOATS = 2 ** 25;

/** Asked for where the adapter has them; whoever uses one looks first whether the device does. */
const OPTIONAL_FEATURES: readonly GPUFeatureName[] = ['subgroups', 'shader-f16'];

/**
 * @param share of the usual block of samples, below 1 after the device failed
 * @throws BackendUnavailable
 */
export async function openBackend(backend: Backend, wish: BackendWish, share = 1): Promise<OpenBackend> {
  const plain = { isSoftwareAdapter: false, device: null, guard: null, lost: new Promise<string>(() => {}), activationFloats: CPU_FLOATS * share, close: () => {} } as const;
  switch (backend) {
    case 'webgpu':
      return openWebGpu(wish === 'webgpu', share);
    case 'wasm':
      if (typeof WebAssembly === 'undefined') throw new BackendUnavailable('there is no WebAssembly here');
      return { ...plain, backend, title: WebAssembly.validate(SIMD) ? 'WASM with SIMD' : 'WASM without SIMD', holds: { piece: MOST_WASM_BYTES, all: MOST_WASM_BYTES } };
    case 'cpu':
      return { ...plain, backend, title: 'CPU' };
  }
}

/** A module of one function that returns i8x16.popcnt of a splat: valid only where there is SIMD. */
const SIMD = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11);

async function openWebGpu(takesSoftware: boolean, share: number): Promise<OpenBackend> {
  const gpu = (globalThis.navigator as Navigator | undefined)?.gpu;
  if (!gpu) throw new BackendUnavailable(globalThis.isSecureContext === false ? 'WebGPU needs HTTPS or localhost' : 'there is no WebGPU here');
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) throw new BackendUnavailable('WebGPU found no graphics adapter');
  const name = [adapter.info.vendor, adapter.info.architecture].filter((part) => part !== '').join(' ') || 'unnamed adapter';
  const isSoftwareAdapter = isSoftware(adapter.info);
  if (isSoftwareAdapter && !takesSoftware) throw new BackendUnavailable(`WebGPU has only a software adapter here (${name})`);
  const { limits } = adapter;
  const device = await adapter.requestDevice({
    requiredFeatures: OPTIONAL_FEATURES.filter((feature) => adapter.features.has(feature)),
    requiredLimits: {
      maxStorageBufferBindingSize: limits.maxStorageBufferBindingSize,
      maxBufferSize: limits.maxBufferSize,
      maxStorageBuffersPerShaderStage: limits.maxStorageBuffersPerShaderStage,
      maxComputeWorkgroupStorageSize: limits.maxComputeWorkgroupStorageSize,
      maxComputeWorkgroupSizeX: limits.maxComputeWorkgroupSizeX,
      maxComputeInvocationsPerWorkgroup: limits.maxComputeInvocationsPerWorkgroup,
      maxComputeWorkgroupsPerDimension: limits.maxComputeWorkgroupsPerDimension,
    },
  });
  let isClosed = false;
  // Three activations of a block within a quarter of the largest binding; small blocks where a core does the work.
  const floats = isSoftwareAdapter ? SOFTWARE_FLOATS : Math.min(MOST_FLOATS, Math.floor(limits.maxStorageBufferBindingSize / (4 * 4 * 3)));
  return {
    backend: 'webgpu',
    title: `WebGPU (${name}${isSoftwareAdapter ? ', a software adapter' : ''})`,
    isSoftwareAdapter,
    device,
    // Half of what a binding may have: others draw with the same memory.
    holds: { piece: Math.floor(Math.min(limits.maxStorageBufferBindingSize, limits.maxBufferSize) / 2), all: Infinity },
    activationFloats: floats * share,
    guard: createGpuGuard(device),
    lost: device.lost.then(({ message, reason }) => (isClosed ? new Promise<string>(() => {}) : message === '' ? reason : message)),
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
