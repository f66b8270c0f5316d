/**
 * The WASM binary: which of the two this machine takes, and what it exports.
 *
 * It knows neither networks nor slices. Rule I1 in docs/SPEC.md.
 */

/** All pointers, shifts and sizes are in bytes unless a name says otherwise. */
export type Kernels = {
  readonly memory: WebAssembly.Memory;
  heapBase(): number;
  product(layer: number, rows: number, inputShift: number, outputShift: number, addendShift: number): void;
  winograd(layer: number, tiles: number, inputShift: number, outputShift: number, addendShift: number): void;
  depthwise(layer: number, rows: number, inputShift: number, outputShift: number, addendShift: number): void;
  combine(out: number, origin: number, u: number, v: number, k: number, outputs: number, groups: number, factors: number, alpha: number, beta: number): void;
  combineFilters(out: number, origin: number, u: number, v: number, channels: number, panels: number, factors: number, alpha: number, beta: number): void;
  combineRows(out: number, origin: number, u: number, v: number, rows: number, floats: number, factors: number, alpha: number, beta: number): void;
  sumOfThree(out: number, first: number, second: number, third: number, rows: number, floats: number, scale: number, shift: number, isRelu: number, alpha: number, beta: number): void;
  finish(layer: number, count: number, inputShift: number, outputShift: number, addendShift: number): void;
  pool(layer: number, count: number, inputShift: number, outputShift: number): void;
  globalPool(layer: number, count: number, inputShift: number, outputShift: number): void;
  layerNorm(layer: number, count: number, inputShift: number, outputShift: number): void;
  attention(layer: number, count: number): void;
  copyImage(layer: number, count: number, inputShift: number, outputShift: number): void;
  copyChannels(layer: number, count: number, inputShift: number, outputShift: number): void;
  lookUp(input: number, inputSample: number, inputPixel: number, table: number, floats: number, output: number, outputSample: number, pixels: number, count: number): void;
  addTable(input: number, table: number, output: number, floats: number, count: number): void;
  losses(loss: number, outputs: number, rowBytes: number, rows: number, width: number, targets: number, out: number, correct: number, constant: number): number;
  total(values: number, correct: number, rows: number, sums: number): void;
};

/** The two binaries, by file name. */
export type KernelFile = 'tiles-relaxed.wasm' | 'tiles.wasm';

export type KernelModule = { readonly module: WebAssembly.Module; readonly isRelaxed: boolean };

/** The binary with fused multiply-adds where the machine takes it, else the plain one. @throws where there is no WASM SIMD at all */
export async function compileKernels(load: (file: KernelFile) => Promise<BufferSource>): Promise<KernelModule> {
  if (WebAssembly.validate(RELAXED_PROBE)) return { module: await WebAssembly.compile(await load('tiles-relaxed.wasm')), isRelaxed: true };
  return { module: await WebAssembly.compile(await load('tiles.wasm')), isRelaxed: false };
}

export const instantiate = (module: WebAssembly.Module): Kernels => new WebAssembly.Instance(module, { env: { abort } }).exports as unknown as Kernels;

const abort = (): never => {
  throw new Error('a kernel of the tile engine stopped');
};

/** (module (func (result v128) (f32x4.relaxed_madd …))): asks for what the relaxed binary needs, without fetching it. */
const RELAXED_PROBE = Uint8Array.of(
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 19, 1, 17, 0, 65, 0, 253, 17, 65, 0, 253, 17, 65, 0, 253, 17, 253, 133, 2, 11,
);
