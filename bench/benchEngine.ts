/**
 * What is timed, behind one face, in a thread of Node or in a page: the engine that a session would take, our own tile engine,
 * TensorFlow.js's operators as Tarn drives them, or a plain TensorFlow.js loop.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Backend } from '#lib/wire/workerMessages.ts';
import { openBackend } from '#workers/backend.ts';
import type { EngineFiles } from '#workers/engineSources.ts';
import type { Coordinates, Engine, EvaluationJob, Held, PreparedSlice } from '#workers/evaluator.ts';
import { createMemory } from '#workers/memory.ts';
import { openEvaluator } from '#workers/openEvaluator.ts';
import { createOperatorsEngine } from '#workers/operators/operatorsEngine.ts';
import { createPace } from '#workers/pace.ts';
import { createWasmEngine } from '#workers/wasm/wasmEngine.ts';
import { createWgslEngine } from '#workers/wgsl/wgslEngine.ts';
import { plainLoop, type PlainLoop } from './plainTensorFlow.ts';

/** `session`: whatever a session takes. `tile`: our own. `operators`: TensorFlow.js driven by us. `plain`: TensorFlow.js as anybody drives it. */
export const ENGINE_KINDS = ['session', 'tile', 'operators', 'plain'] as const;
export type EngineKind = (typeof ENGINE_KINDS)[number];

export type BenchEngine = {
  /** What it is, in words, once something is prepared. */
  readonly title: () => string;
  /** Lets go of the job before. */
  readonly prepare: (job: EvaluationJob) => Promise<void>;
  /** Sums of losses of the first set, point by point. */
  readonly run: (points: readonly Coordinates[]) => Promise<readonly number[]>;
  readonly held: () => Held;
};

export async function openBenchEngine(kind: EngineKind, backend: Exclude<Backend, 'cpu'>, files: EngineFiles): Promise<BenchEngine> {
  if (kind === 'plain') return openPlain(backend, files.wasmPath);
  const engine = await OPENERS[kind](backend, files);
  let slice: PreparedSlice | null = null;
  return {
    title: () => slice?.title ?? 'nothing prepared',
    held: () => engine.held(),
    async prepare(job) {
      slice?.dispose();
      slice = await engine.prepare(job);
    },
    run: async (points) => Array.from((await prepared(slice).evaluate(points)).sets[0]!.lossSum),
  };
}

type Opened = Pick<Engine, 'prepare' | 'held'>;

const OPENERS: Readonly<Record<Exclude<EngineKind, 'plain'>, (backend: Exclude<Backend, 'cpu'>, files: EngineFiles) => Promise<Opened>>> = {
  async session(backend, files) {
    const evaluator = await openEvaluator({ wish: backend, ...files });
    if (evaluator.report.backend !== backend) throw new Error(`${backend} was asked for, and this is ${evaluator.report.why}`);
    return evaluator;
  },
  async tile(backend, { loadKernels }) {
    if (backend === 'wasm') return createWasmEngine({ load: loadKernels });
    return createWgslEngine(await openBackend(backend, backend, 1), createPace());
  },
  async operators(backend, { wasmPath }) {
    return createOperatorsEngine(await openBackend(backend, backend, 1), { wasmPath, pace: createPace(), memory: createMemory() });
  },
};

async function openPlain(backend: 'webgpu' | 'wasm', wasmPath: string): Promise<BenchEngine> {
  if (backend === 'webgpu') await import('@tensorflow/tfjs-backend-webgpu');
  else {
    const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
    // Its threads are for a worker each to itself; here every core has a worker of its own.
    tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
    setWasmPaths(wasmPath);
  }
  tf.enableProdMode();
  if (!(await tf.setBackend(backend))) throw new Error(`TensorFlow.js has no ${backend} here`);
  let loop: PlainLoop | null = null;
  return {
    title: () => `plain TensorFlow.js (${backend})`,
    held: () => ({ tensors: tf.memory().numTensors, bytes: tf.memory().numBytes }),
    async prepare(job) {
      loop?.dispose();
      loop = plainLoop(job);
    },
    run: (points) => prepared(loop).run(points),
  };
}

function prepared<T>(value: T | null): T {
  if (value === null) throw new Error('points came before a job');
  return value;
}
