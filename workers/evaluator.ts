/**
 * What evaluators and the engines inside them promise: prepare a slice, evaluate points of it, let go.
 *
 * An evaluator is given vectors, not recipes, so the same one serves a session and the reference cases. It leaves the arrays it
 * was given as they were. An engine is one way to compute on a backend: our own tile engine, or TensorFlow.js's operators.
 */
import type { Differentiable } from '#lib/network/derivatives/derivatives.ts';
import type { EvaluationMode } from '#lib/network/forward.ts';
import type { LossName } from '#lib/network/loss.ts';
import type { Network } from '#lib/network/program.ts';
import type { Samples, SetName } from '#lib/network/subject.ts';
import type { TileResult } from '#lib/work/tileResult.ts';
import type { BackendReport } from '#lib/wire/workerMessages.ts';
import type { DeviceCurvature } from './curvature/deviceCurvature.ts';

/** Everything a slice's losses depend on: θ(α, β) = origin + α·directions[0] + β·directions[1]. */
export type EvaluationJob = {
  readonly network: Network;
  readonly loss: LossName;
  readonly origin: Float32Array;
  /** One for a line, two for a plane; each as long as θ. */
  readonly directions: readonly Float32Array[];
  /** Batch-norm statistics in buffer order; empty for a network without. */
  readonly buffers: Float32Array;
  /** How the statistics move along each axis; absent where they stand still. */
  readonly bufferDirections?: readonly Float32Array[];
  readonly sets: readonly { readonly set: SetName; readonly samples: Samples }[];
  /** Stored statistics and no dropout where absent. */
  readonly mode?: EvaluationMode | undefined;
};

export type Coordinates = { readonly a: number; readonly b: number };

export type PreparedSlice = {
  /** The engine that computes it, in words: stands beside every tile. */
  readonly title: string;
  /** Sums over every set at each point, in order. Rejects with an `AbortError` once `signal` is aborted. */
  evaluate(points: readonly Coordinates[], signal?: AbortSignal): Promise<TileResult>;
  /** What the network answers at one point: per set [samples × outputs], row by row. */
  outputs(point: Coordinates): Promise<readonly Float32Array[]>;
  dispose(): void;
};

/** What is held now, to show that nothing leaks: tensors or GPU buffers alive, and bytes on the device or in the WASM memory. */
export type Held = { readonly tensors: number; readonly bytes: number };

export type Engine = {
  readonly kind: 'tile' | 'operators';
  /** In words: "WASM tile engine with relaxed SIMD". */
  readonly title: string;
  /** Why this engine cannot compute the job, completing "because"; null where it can. */
  refuses(job: EvaluationJob): string | null;
  /** Does not check its own numbers against float64: the evaluator does, for every engine. */
  prepare(job: EvaluationJob): Promise<PreparedSlice>;
  held(): Held;
  dispose(): Promise<void>;
};

export type Evaluator = {
  readonly report: BackendReport;
  /** @throws WrongNumbers where no engine gives the centre's float64 loss */
  prepare(job: EvaluationJob): Promise<PreparedSlice>;
  /** Gradient and products with the Hessian at θ. @throws NoEngine where no backend here gets them right */
  differentiate(subject: Differentiable, parameters: ArrayLike<number>, signal?: AbortSignal): Promise<DeviceCurvature>;
  held(): Held;
  dispose(): Promise<void>;
};
