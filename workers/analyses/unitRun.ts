/** How a kind of analysis computes one unit: a generator of steps that ends in the unit's result. Each kind has its own file beside this. */
import type { KindName, RequestOf, UnitOf } from '#lib/analysis/requests/requests.ts';
import type { Subject } from '#lib/network/subject.ts';
import type { Vectors } from '#lib/slice/direction.ts';
import type { Evaluator } from '#workers/evaluator.ts';

export type Step = {
  /** Done of this unit, in [0, 1]. */
  readonly share: number;
  /** Numbers worth showing meanwhile, such as the losses of a training so far; at most 240. */
  readonly live?: readonly number[] | undefined;
  /** A file from which the unit can be gone on with, made only when it is needed; null where there is nothing worth one yet. */
  readonly state?: (() => Uint8Array<ArrayBuffer> | null) | undefined;
};

export type UnitJob<Name extends KindName> = {
  readonly request: RequestOf<Name>;
  readonly unit: number;
  readonly subject: Subject;
  /** What an earlier run left; null for a new beginning. */
  readonly kept: Uint8Array | null;
  /** The vectors in the files that the request names. */
  readonly vectors: Vectors;
  /** What computes here, for a unit that asks for it: a graphics device, WASM or the processor. Opened once, when first wanted. */
  readonly device: () => Promise<Evaluator>;
};

export type UnitOutcome<Name extends KindName> = { readonly unit: UnitOf<Name>; readonly files?: readonly Uint8Array<ArrayBuffer>[] | undefined; /** Where it turned out only now. */ readonly engine?: string | undefined };

/** Yields often: between two steps the worker hears that it should stop, and rests. @throws KnownError with words for the person */
export type UnitRun<Name extends KindName> = {
  /** What computes, in words, for the card. */
  readonly engine: string;
  readonly run: (job: UnitJob<Name>) => Generator<Step, UnitOutcome<Name>, void> | AsyncGenerator<Step, UnitOutcome<Name>, void>;
};
