/**
 * The tile engine on WebGPU in a page, where a test can reach the device: run jobs, cancel them, break what the device does.
 *
 * `window.tarnWgsl`; jobs come as the text of `textOf` in wgslText.ts.
 */
import type { EvaluationJob, Engine, PreparedSlice, Coordinates } from '#workers/evaluator.ts';
import { openBackend, type OpenBackend } from '#workers/backend.ts';
import { createPace } from '#workers/pace.ts';
import { createWgslEngine } from '#workers/wgsl/wgslEngine.ts';
import { TILES } from '#workers/wgsl/tileProbe.ts';
import { fromText } from './wgslText.ts';

export type PageResult = {
  readonly sets: readonly { readonly lossSum: readonly (number | string)[]; readonly lossSquares: readonly (number | string)[]; readonly correct: readonly number[] }[];
};

let open: OpenBackend;
let engine: Engine;
let slice: PreparedSlice | null = null;

/** What a broken device does with a dispatch: reports it, leaves it out, leaves out every other, or those of the third shader that it meets. */
type Fault = 'reported' | 'left out' | 'every other' | 'one shader';

const page = {
  /** @param family of the first shape of product shaders, or null for the probe's choice */
  async open(family: 'register' | 'shared' | null, activationFloats?: number): Promise<string> {
    const opened = await openBackend('webgpu', 'webgpu');
    open = { ...opened, activationFloats: activationFloats ?? opened.activationFloats };
    engine = await createWgslEngine(open, createPace(), family ? { tile: TILES[family][0] } : {});
    return engine.title;
  },
  refuses: (text: string): string | null => engine.refuses(fromText(text) as EvaluationJob),
  async prepare(text: string): Promise<void> {
    slice?.dispose();
    slice = null;
    slice = await engine.prepare(fromText(text) as EvaluationJob);
  },
  async evaluate(points: readonly Coordinates[]): Promise<PageResult> {
    const { sets } = await slice!.evaluate(points);
    // JSON has no NaN and no infinity.
    const sayable = (values: Float64Array | undefined) => [...(values ?? [])].map((each) => (Number.isFinite(each) ? each : String(each)));
    return { sets: sets.map(({ lossSum, lossSquares, correct }) => ({ lossSum: sayable(lossSum), lossSquares: sayable(lossSquares), correct: [...correct] })) };
  },
  async outputs(point: Coordinates): Promise<readonly (readonly number[])[]> {
    return (await slice!.outputs(point)).map((values) => [...values]);
  },
  /** Evaluates and aborts after `ms`, or never; how that ended, and what was dispatched meanwhile. */
  async cancel(points: readonly Coordinates[], ms: number | null): Promise<{ readonly name: string; readonly dispatches: number }> {
    const controller = new AbortController();
    const dispatch = GPUComputePassEncoder.prototype.dispatchWorkgroups;
    let dispatches = 0;
    GPUComputePassEncoder.prototype.dispatchWorkgroups = function (...args) {
      dispatches++;
      dispatch.apply(this, args);
    };
    if (ms !== null) setTimeout(() => controller.abort(), ms);
    try {
      await slice!.evaluate(points, controller.signal);
      return { name: 'finished', dispatches };
    } catch (error) {
      return { name: error instanceof Error ? error.name : String(error), dispatches };
    } finally {
      GPUComputePassEncoder.prototype.dispatchWorkgroups = dispatch;
    }
  },
  dispose(): void {
    slice?.dispose();
    slice = null;
  },
  held: (): Engine['held'] extends () => infer H ? H : never => engine.held(),
  /** From now on the device does not do what it is told. */
  breakDispatches(fault: Fault): void {
    const dispatch = GPUComputePassEncoder.prototype.dispatchWorkgroups;
    const set = GPUComputePassEncoder.prototype.setPipeline;
    const met = new Set<GPUComputePipeline>();
    let current: GPUComputePipeline | null = null;
    let count = 0;
    GPUComputePassEncoder.prototype.setPipeline = function (pipeline) {
      met.add(pipeline);
      current = pipeline;
      set.call(this, pipeline);
    };
    GPUComputePassEncoder.prototype.dispatchWorkgroups = function (...args) {
      if (fault === 'one shader' && current === [...met][2]) return;
      if (fault === 'reported') open.device!.createBuffer({ size: 4, usage: 0 });
      else if (fault === 'left out' || (fault === 'every other' && count++ % 2 === 0)) return;
      dispatch.apply(this, args);
    };
  },
  /** From now on the compiler is given shaders with a mistake. */
  breakShaders(): void {
    const create = GPUDevice.prototype.createShaderModule;
    GPUDevice.prototype.createShaderModule = function (descriptor) {
      return create.call(this, { ...descriptor, code: `${descriptor.code}\nfn broken() { let x: f32 = 1u; }` });
    };
  },
  /** As on a device that takes few workgroups at a time. To be called before `open`. */
  limitWorkgroups(most: number): void {
    Object.defineProperty(GPUSupportedLimits.prototype, 'maxComputeWorkgroupsPerDimension', { get: () => most });
    const dispatch = GPUComputePassEncoder.prototype.dispatchWorkgroups;
    GPUComputePassEncoder.prototype.dispatchWorkgroups = function (x, y = 1, z = 1) {
      if (Math.max(x, y) > most) throw new Error(`${x} × ${y} workgroups`);
      dispatch.call(this, x, y, z);
    };
  },
};

declare global {
  interface Window {
    tarnWgsl?: typeof page;
  }
}

window.tarnWgsl = page;
