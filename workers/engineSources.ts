/** Which engines a backend has, in the order in which they are tried; each is loaded when it is first wanted. */
import { BackendUnavailable, type OpenBackend } from './backend.ts';
import type { CurvatureSource, EngineSource } from './chosenEvaluator.ts';
import type { Engine } from './evaluator.ts';
import type { Memory } from './memory.ts';
import type { Pace } from './pace.ts';
import type { KernelFile } from './wasm/kernels.ts';

/** Where the engines find their binaries. */
export type EngineFiles = {
  /** Where TensorFlow.js's .wasm files are: a URL path or, under Node, a folder; ends with a slash. */
  readonly wasmPath: string;
  /** The bytes of a binary of our own WASM tile engine, from public/engine. */
  readonly loadKernels: (file: KernelFile) => Promise<BufferSource>;
};

export function engineSources(open: OpenBackend, { wasmPath, loadKernels }: EngineFiles, pace: Pace, memory: Memory): readonly EngineSource[] {
  const operators: EngineSource = {
    kind: 'operators',
    open: async () => (await import('./operators/operatorsEngine.ts')).createOperatorsEngine(open, { wasmPath, pace, memory }),
  };
  switch (open.backend) {
    case 'webgpu':
      return [tile(async () => (await import('./wgsl/wgslEngine.ts')).createWgslEngine(open, pace)), operators];
    case 'wasm':
      return [tile(async () => (await import('./wasm/wasmEngine.ts')).createWasmEngine({ load: loadKernels, pace })), operators];
    case 'cpu':
      return [operators];
  }
}

/** Gradient and products with the Hessian by TensorFlow.js, on the device that is open. */
export const curvatureSource =
  (open: OpenBackend, { wasmPath }: EngineFiles, pace: Pace): CurvatureSource =>
  async (...subject) => {
    const [{ checkedCurvature }, { startTensorFlow }] = await Promise.all([import('./curvature/checkedCurvature.ts'), import('./operators/tensorFlow.ts')]);
    await startTensorFlow(open, wasmPath);
    return checkedCurvature(open, pace, ...subject);
  };

const tile = (open: () => Promise<Engine>): EngineSource => ({
  kind: 'tile',
  async open() {
    try {
      return await open();
    } catch (error) {
      throw new BackendUnavailable(`the tile engine did not start (${error instanceof Error ? error.message : String(error)})`);
    }
  },
});
