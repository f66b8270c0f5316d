/**
 * Our own tile engine in WASM SIMD: what most browsers compute with.
 *
 * One instance and one memory per slice, so a slice that was large leaves nothing behind; the smallest is kept for the next. One
 * core: workers are how there are more. It knows no backends and no messages. Rules I1–I3 in docs/SPEC.md.
 */
import { isClassification } from '#lib/network/loss.ts';
import { lower, type Lowered } from '#lib/network/lowered.ts';
import { layoutOf, tensorNamed } from '#lib/network/layout.ts';
import { sizeOf } from '#lib/network/shapes.ts';
import type { Engine, EvaluationJob } from '#workers/evaluator.ts';
import { createPace, type Pace } from '#workers/pace.ts';
import { compileKernels, instantiate, type KernelFile, type Kernels } from './kernels.ts';
import { checkTargets, WasmSlice } from './wasmSlice.ts';

export type WasmEngineOptions = {
  /** The bytes of one of the binaries in public/engine: by URL in a browser, from a folder under Node. */
  readonly load: (file: KernelFile) => Promise<BufferSource>;
  readonly pace?: Pace | undefined;
  /** Bytes of samples that a slice may keep in memory; for tests. */
  readonly mostSampleBytes?: number | undefined;
};

/** Memory that an idle instance may keep for the next slice. */
const KEPT_BYTES = 2 ** 24;

/** @throws where the machine has no WASM SIMD, or the binary cannot be had */
export async function createWasmEngine({ load, pace = createPace(), mostSampleBytes }: WasmEngineOptions): Promise<Engine> {
  const { module, isRelaxed } = await compileKernels(load);
  const title = isRelaxed ? 'WASM tile engine with relaxed SIMD' : 'WASM tile engine with SIMD';
  const inUse = new Set<Kernels>();
  let idle: Kernels | null = null;

  function release(kernels: Kernels): void {
    inUse.delete(kernels);
    if (kernels.memory.buffer.byteLength <= KEPT_BYTES) idle ??= kernels;
  }

  return {
    kind: 'tile',
    title,
    refuses: refusalOf,
    async prepare(job) {
      const refusal = refusalOf(job);
      if (refusal !== null) throw new Error(`the ${title} cannot compute this because ${refusal}`);
      check(job);
      const kernels = idle ?? instantiate(module);
      idle = null;
      inUse.add(kernels);
      try {
        const slice = new WasmSlice({ kernels, job, title, pace, release: () => release(kernels), mostBytes: mostSampleBytes });
        pace.begin();
        await slice.load();
        return slice;
      } catch (error) {
        release(kernels);
        throw error;
      }
    },
    held() {
      const bytes = [...inUse, ...(idle ? [idle] : [])].reduce((sum, { memory }) => sum + memory.buffer.byteLength, 0);
      return { tensors: 0, bytes };
    },
    async dispose() {
      inUse.clear();
      idle = null;
    },
  };
}

/** Completing "because". */
function refusalOf({ network, mode, directions }: EvaluationJob): string | null {
  if (mode && mode.batchNorm.policy !== 'stored') return 'batch norm is to use statistics measured at every point';
  if (mode?.dropout) return 'dropout is on';
  if (directions.length < 1 || directions.length > 2) return `it has ${directions.length} directions`;
  const { nodes } = lower(network);
  if (nodes.length === 0) return 'the network has no layers';
  if (nodes.some(({ kernel, inputs }) => kernel.op === 'embedding' && inputs[0] !== 0)) return 'a table is looked up by numbers that the network computes';
  return null;
}

function check(job: EvaluationJob): void {
  const lowered = lower(job.network);
  if (isClassification(job.loss)) checkTargets(job, sizeOf(lowered.shapes[lowered.output]!));
  checkRows(job, lowered);
}

/** As the float64 reference says it. */
function checkRows({ network, sets }: EvaluationJob, { nodes }: Lowered): void {
  for (const { kernel } of nodes) {
    if (kernel.op !== 'embedding') continue;
    const rows = tensorNamed(layoutOf(network).tensors, kernel.weight).shape[0]!;
    for (const { samples } of sets) {
      const wrong = samples.inputs.find((value) => !(Number.isInteger(value) && value >= 0 && value < rows));
      if (wrong !== undefined) throw new Error(`embedding: ${kernel.weight} has rows 0 to ${rows - 1}, and no row ${wrong}`);
    }
  }
}
