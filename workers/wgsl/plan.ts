/**
 * What the tile engine computes, as a list of operations on rows: decided once per network, before any device is touched.
 *
 * A value is a table of rows (its numbers, in the program's own order) by samples, so that every layer, whatever its shape, reads and
 * writes four neighbouring samples at a time, and a flatten costs nothing. It knows shapes and where weights stand, not their values.
 */
import type { Layout } from '#lib/network/layout.ts';
import type { ActivationStep } from '#lib/network/program.ts';
import type { Shape } from '#lib/network/shapes.ts';

/** Where a table stands: samples of one block, the first layer's products with them, or scratch memory of every point. */
export type Source = { readonly kind: 'inputs' } | { readonly kind: 'products' } | { readonly kind: 'slot'; readonly slot: number };

export type Table = { readonly source: Source; readonly shape: Shape; readonly rows: number };

/** From one channel (or feature) to the next, and from one pixel (or position) to the next, in rows. */
export type Grid = {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly channelStep: number;
  readonly pixelStep: number;
};

/** What is done to a number before it is written: a channel's scale and shift, the number of another table, the activation. */
export type Finish = {
  /** Place of the first channel's scale and shift, or null. */
  readonly affine: number | null;
  readonly addend: Table | null;
  readonly activation: ActivationStep | null;
};

export type Product = {
  readonly kind: 'product';
  readonly from: Table;
  readonly to: Table;
  /** Place of the weights [group][kernel row][kernel column][input channel][output channel, padded] in the packed θ. */
  readonly weights: number;
  readonly groups: number;
  /** Per group. */
  readonly inputs: number;
  readonly outputs: number;
  readonly paddedOutputs: number;
  readonly kernel: readonly [number, number];
  readonly stride: number;
  readonly padding: number;
  readonly input: Grid;
  readonly output: Grid;
  readonly finish: Finish;
};

export type Operation =
  | Product
  /** S₀ + αS₁ + βS₂ of the first layer's products. */
  | { readonly kind: 'combine'; readonly from: Table; readonly to: Table; readonly finish: Finish }
  | {
      readonly kind: 'pool';
      readonly of: 'max' | 'average';
      readonly from: Table;
      readonly to: Table;
      readonly size: readonly [number, number];
      readonly stride: number;
      readonly input: Grid;
      readonly output: Grid;
      readonly finish: Finish;
    }
  /** Over `span` rows that follow each other; weight and bias are one number per row of a span, at these places of the packed θ. */
  | { readonly kind: 'layernorm'; readonly from: Table; readonly to: Table; readonly span: number; readonly eps: number; readonly weight: number; readonly bias: number; readonly finish: Finish }
  /** Row (c, q) of `from` to row c·channelStep + q·pixelStep + at of `to`; `addsWeights` is the place of one number per row of `from`. */
  | {
      readonly kind: 'copy';
      readonly from: Table;
      readonly to: Table;
      readonly input: Grid;
      readonly channelStep: number;
      readonly pixelStep: number;
      readonly at: number;
      readonly addsWeights: number | null;
      readonly finish: Finish;
    }
  /** Row `position` of `from` holds which row of the weights each sample has there. */
  | { readonly kind: 'embedding'; readonly from: Table; readonly to: Table; readonly weights: number; readonly features: number; readonly finish: Finish };

/** One channel's scale and shift: (x − mean) / √(variance + eps) · weight + shift, and the bias of the layer before it. Places in θ or the buffers. */
export type ChannelSource = {
  readonly bias: number | null;
  readonly norm: { readonly weight: number; readonly shift: number; readonly mean: number; readonly variance: number; readonly eps: number } | null;
};

export type Plan = {
  readonly layout: Layout;
  /** Computed once per slice, with S₀, S₁, S₂ as their points; null where the first layer is not linear in θ alone. */
  readonly setup: { readonly product: Product; readonly packed: Int32Array } | null;
  readonly operations: readonly Operation[];
  readonly output: Table;
  readonly inputRows: number;
  /** Rows that an embedding of the inputs has, or null. */
  readonly vocabulary: number | null;
  /** Rows of each slot. */
  readonly slots: readonly number[];
  /** Element k of the packed θ is element packed[k] of θ; −1 for padding with zero. */
  readonly packed: Int32Array;
  readonly channels: readonly ChannelSource[];
  /** Multiply-adds of one sample at one point, and of the costliest operation. */
  readonly cost: number;
  readonly largestCost: number;
};

export const gridOf = (shape: Shape): Grid => {
  if (shape.length === 3) return { channels: shape[0]!, height: shape[1]!, width: shape[2]!, channelStep: shape[1]! * shape[2]!, pixelStep: 1 };
  if (shape.length === 2) return { channels: shape[1]!, height: 1, width: shape[0]!, channelStep: 1, pixelStep: shape[1]! };
  return { channels: shape[0]!, height: 1, width: 1, channelStep: 1, pixelStep: 1 };
};

/** Multiply-adds of one sample at one point; what only moves numbers counts by the rows that it touches. */
export function costOf(operation: Operation): number {
  switch (operation.kind) {
    case 'product': {
      const { output, outputs, groups, inputs, kernel } = operation;
      return output.height * output.width * outputs * groups * inputs * kernel[0] * kernel[1];
    }
    case 'combine':
      return 4 * operation.to.rows;
    case 'pool':
      return operation.to.rows * operation.size[0] * operation.size[1];
    case 'layernorm':
      return 8 * operation.to.rows;
    case 'copy':
    case 'embedding':
      return 4 * operation.from.rows;
  }
}
