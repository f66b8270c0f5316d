/**
 * What a stage of the float64 reference is: one step of a layer program made ready to run on a block of samples.
 *
 * A stage never writes to its input, so branches may share it. It knows no particular step.
 */
import type { Layout } from '#lib/network/layout.ts';
import type { Shape } from '#lib/network/shapes.ts';
import type { Scratch } from './scratch.ts';

/** Everything that one run of a block depends on besides its inputs. */
export type Pass = {
  readonly parameters: Float64Array;
  readonly buffers: Float64Array;
  /** Null: batch norm uses the buffers. Otherwise the block's own statistics, which are added to the sums where there are some. */
  readonly batchStatistics: Statistics | 'unnoted' | null;
  /** Null for off; `first` is the index of the block's first sample in its set. */
  readonly dropout: { readonly seed: number; readonly set: 0 | 1; readonly first: number } | null;
};

/** Sums over batches in buffer order, each batch weighted by its samples, and the weight that every sum has. */
export type Statistics = { readonly sums: Float64Array; readonly weights: Float64Array };

/** Returns [count, ...output shape] at the start of an array from the scratch memory, or its input where it changes nothing. */
export type Stage = (input: Float64Array, count: number, pass: Pass) => Float64Array;

export type Context = { readonly layout: Layout; readonly scratch: Scratch };

/** What a stage is made from. */
export type StageMaker<S> = (step: S, input: Shape, output: Shape, context: Context) => Stage;
