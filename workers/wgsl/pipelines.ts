/** Compiled shaders of one device, each kept as long as the engine. Group 0 binds what a shader reads and its result; group 1 points, block and batch. */
import { DeviceFault } from '#workers/gpuGuard.ts';

export type Pipelines = {
  /** @throws DeviceFault with the compiler's words */
  readonly compile: (code: string, reads: number) => Promise<GPUComputePipeline>;
  /** Group 0. */
  readonly bind: (buffers: readonly GPUBufferBinding[]) => GPUBindGroup;
  /** Group 1; `batches` holds one record each 256 bytes. */
  readonly bindPlace: (points: GPUBuffer, block: GPUBuffer, batches: GPUBuffer) => GPUBindGroup;
};

/** Bytes from one record of a uniform buffer to the next. */
export const BATCH_STRIDE = 256;
export const BATCH_BYTES = 16;

export function createPipelines(device: GPUDevice): Pipelines {
  const compiled = new Map<string, Promise<GPUComputePipeline>>();
  const groups = new Map<number, GPUBindGroupLayout>();
  const layouts = new Map<number, GPUPipelineLayout>();
  const place = device.createBindGroupLayout({
    entries: [
      { binding: 0, visibility: GPUShaderStage.COMPUTE, buffer: { type: 'read-only-storage' } },
      { binding: 1, visibility: GPUShaderStage.COMPUTE, buffer: { type: 'uniform' } },
      { binding: 2, visibility: GPUShaderStage.COMPUTE, buffer: { type: 'uniform', hasDynamicOffset: true } },
    ],
  });

  const groupOf = (reads: number): GPUBindGroupLayout =>
    kept(groups, reads, () =>
      device.createBindGroupLayout({
        entries: Array.from({ length: reads + 1 }, (_, binding) => ({
          binding,
          visibility: GPUShaderStage.COMPUTE,
          buffer: { type: binding < reads ? ('read-only-storage' as const) : ('storage' as const) },
        })),
      }),
    );

  return {
    compile: (code, reads) =>
      kept(compiled, code, async () => {
        const layout = kept(layouts, reads, () => device.createPipelineLayout({ bindGroupLayouts: [groupOf(reads), place] }));
        try {
          return await device.createComputePipelineAsync({ layout, compute: { module: device.createShaderModule({ code }), entryPoint: 'main' } });
        } catch (error) {
          compiled.delete(code);
          throw new DeviceFault(`a shader was refused: ${String(error instanceof Error ? error.message : error).slice(0, 400)}`);
        }
      }),
    bind: (buffers) =>
      device.createBindGroup({ layout: groupOf(buffers.length - 1), entries: buffers.map((resource, binding) => ({ binding, resource })) }),
    bindPlace: (points, block, batches) =>
      device.createBindGroup({
        layout: place,
        entries: [
          { binding: 0, resource: { buffer: points } },
          { binding: 1, resource: { buffer: block } },
          { binding: 2, resource: { buffer: batches, size: BATCH_BYTES } },
        ],
      }),
  };
}

function kept<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const found = map.get(key);
  if (found !== undefined) return found;
  const made = make();
  map.set(key, made);
  return made;
}
