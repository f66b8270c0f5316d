/**
 * What the tile engine's WASM binary exports: kernels over memory that its caller lays out.
 *
 * AssemblyScript, compiled by scripts/buildKernels.mjs, once with relaxed SIMD and once without. It allocates nothing and
 * keeps no state between calls: every pointer comes from the plan in workers/wasm.
 */
export { product } from './product';
export { winograd } from './winograd';
export { depthwise } from './depthwise';
export { combine, combineFilters, combineRows, sumOfThree } from './combine';
export { finish } from './finish';
export { pool, globalPool } from './pools';
export { layerNorm } from './layerNorm';
export { attention } from './attention';
export { copyImage, copyChannels, lookUp, addTable } from './copies';
export { losses, total } from './losses';

/** Where memory is free for the caller. */
export function heapBase(): usize {
  return __heap_base;
}
