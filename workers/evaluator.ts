/**
 * What every evaluator promises: prepare a slice, evaluate points of it, let go.
 *
 * An evaluator is given vectors, not recipes, so the same one serves a session and the reference cases.
 * It owns every tensor that it makes, and leaves the arrays it was given as they were.
 */
import type { LossName } from '#lib/network/loss.ts';
import type { Network } from '#lib/network/program.ts';
import type { Samples, SetName } from '#lib/network/subject.ts';
import type { TileResult } from '#lib/work/tileResult.ts';
import type { BackendReport } from '#lib/wire/workerMessages.ts';

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
};

export type PreparedSlice = {
  /** Sums over every set at each point, in order. Rejects with an `AbortError` once `signal` is aborted. */
  evaluate(points: readonly { readonly a: number; readonly b: number }[], signal?: AbortSignal): Promise<TileResult>;
  dispose(): void;
};

export type Evaluator = {
  readonly report: BackendReport;
  prepare(job: EvaluationJob): Promise<PreparedSlice>;
  /** Tensors alive now. */
  tensors(): number;
  dispose(): Promise<void>;
};
