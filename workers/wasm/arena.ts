/**
 * Memory of one prepared slice inside a kernel instance: given out from the bottom, never taken back one by one.
 *
 * The WASM memory grows only here, while a slice is prepared. It knows no layers.
 */
import type { Kernels } from './kernels.ts';

const PAGE = 65_536;
/** Vectors are read whole, so the last of them may reach past the end of what was asked for. */
const SLACK = 64;
/** One slice has no more, however much the machine has. */
export const MOST_WASM_BYTES = 2 ** 31;

export class Arena {
  private readonly memory: WebAssembly.Memory;
  private next: number;

  constructor({ memory, heapBase }: Kernels) {
    this.memory = memory;
    this.next = heapBase();
  }

  /** `bytes` zeros on a 64-byte line. @throws RangeError where the machine has no such memory */
  take(bytes: number): number {
    const at = (this.next + 63) & ~63;
    const end = at + bytes + SLACK;
    if (end > MOST_WASM_BYTES) throw new RangeError(`${Math.round(end / 2 ** 20)} MiB are more than one slice may have`);
    const missing = end - this.memory.buffer.byteLength;
    if (missing > 0) this.memory.grow(Math.ceil(missing / PAGE));
    new Uint8Array(this.memory.buffer, at, bytes + SLACK).fill(0);
    this.next = at + bytes;
    return at;
  }

  floats(at: number, length: number): Float32Array {
    return new Float32Array(this.memory.buffer, at, length);
  }

  doubles(at: number, length: number): Float64Array {
    return new Float64Array(this.memory.buffer, at, length);
  }

  whole(at: number, length: number): Int32Array {
    return new Int32Array(this.memory.buffer, at, length);
  }
}
