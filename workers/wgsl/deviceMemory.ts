/** The GPU buffers of the tile engine, counted, so that it can be shown that none is left behind. It knows no contents. */
import type { Held } from '#workers/evaluator.ts';

export class DeviceMemory {
  readonly device: GPUDevice;
  private readonly alive = new Set<GPUBuffer>();

  constructor(device: GPUDevice) {
    this.device = device;
  }

  take(bytes: number, usage: GPUBufferUsageFlags, label: string, mappedAtCreation = false): GPUBuffer {
    const buffer = this.device.createBuffer({ size: Math.max(16, 4 * Math.ceil(bytes / 4)), usage, label, mappedAtCreation });
    this.alive.add(buffer);
    return buffer;
  }

  filled(values: Float32Array | Uint32Array, usage: GPUBufferUsageFlags, label: string): GPUBuffer {
    const buffer = this.take(values.byteLength, usage | GPUBufferUsage.COPY_DST, label);
    this.device.queue.writeBuffer(buffer, 0, values as Float32Array<ArrayBuffer>);
    return buffer;
  }

  give(buffer: GPUBuffer): void {
    this.alive.delete(buffer);
    buffer.destroy();
  }

  held(): Held {
    return { tensors: this.alive.size, bytes: [...this.alive].reduce((sum, { size }) => sum + size, 0) };
  }
}
