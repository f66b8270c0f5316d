/**
 * What a page asks its inspector, a worker that looks closer at a few points of a slice in float64, and what it answers.
 *
 * One question to a worker: to cancel it, the worker is ended. Nothing of it is shared or lent.
 */
import type { EvaluationMode } from '#lib/network/forward.ts';
import type { LossName } from '#lib/network/loss.ts';
import type { Network } from '#lib/network/program.ts';
import type { Samples, SetName } from '#lib/network/subject.ts';
import type { Spread } from '#lib/analysis/sampleSpread.ts';
import type { Frame } from '#lib/slice/frame.ts';

export type Spot = { readonly a: number; readonly b: number };

export type Inspected = {
  readonly network: Network;
  readonly loss: LossName;
  readonly mode: EvaluationMode;
  readonly frame: Frame;
  readonly sets: readonly { readonly set: SetName; readonly samples: Samples }[];
  readonly spots: readonly Spot[];
};

export type InspectQuestion = Inspected & {
  /** `values`: the loss and its spread at every spot. `gradients`: the gradient of the first set at every spot, with stored statistics and dropout off. `largest`: the largest eigenvalue of its Hessian, likewise. */
  readonly ask: 'values' | 'gradients' | 'largest';
};

export type SpotValue = {
  readonly set: SetName;
  readonly level: Spread;
  /** Of the difference to the first spot, over the same samples. */
  readonly change: Spread;
  readonly accuracy: number;
};

export type InspectAnswer =
  | { readonly ask: 'values'; readonly values: readonly (readonly SpotValue[])[] }
  /** Each with a bound on its error. */
  | { readonly ask: 'largest'; readonly eigenvalues: readonly { readonly max: number; readonly maxError: number }[] }
  | { readonly ask: 'gradients'; readonly gradients: readonly { readonly loss: number; readonly gradient: Float64Array<ArrayBuffer> }[] };

export type FromInspector =
  | { readonly kind: 'progress'; readonly done: number; readonly of: number }
  /** `ms`: of computing alone. */
  | { readonly kind: 'answer'; readonly answer: InspectAnswer; readonly ms: number }
  | { readonly kind: 'failed'; readonly message: string };
