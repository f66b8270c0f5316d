/** How samples and points are cut so that memory stays bounded and no dispatch is long. It knows no device. */

import { SUMMED } from './pointShaders.ts';

export type Limits = {
  /** Floats that the largest table of one block may have, over all points of a batch. */
  readonly tableFloats: number;
  /** Floats of one binding. */
  readonly bindingFloats: number;
  /** Multiply-adds of the longest dispatch. */
  readonly dispatchCost: number;
};

export type Load = {
  /** Rows of the largest table, and of the inputs. */
  readonly rows: number;
  readonly inputRows: number;
  /** Floats of θ that every point has. */
  readonly theta: number;
  /** Multiply-adds of the costliest operation, for one sample. */
  readonly cost: number;
};

export type Cut = { readonly samples: number; readonly points: number };

/** Points whose losses may be under way at once: more gain nothing where a dispatch is a few thousand invocations already. */
const MOST_POINTS = 64;
/** Fewer samples than this in a block leave most of a device idle. */
const FEW_SAMPLES = 32;

/** The largest block of samples that fits, then as many points as fit beside it. */
export function cutOf(samples: number, { rows, inputRows, theta, cost }: Load, { tableFloats, bindingFloats, dispatchCost }: Limits): Cut {
  const byMemory = Math.floor(Math.min(tableFloats / rows, bindingFloats / Math.max(rows, inputRows)));
  const byTime = Math.max(FEW_SAMPLES, Math.floor(dispatchCost / cost));
  const most = Math.max(1, Math.min(byMemory, byTime));
  const block = evenly(samples, most);
  const fitting = Math.floor(Math.min(tableFloats / (rows * block), bindingFloats / 4 / Math.max(theta, 1), dispatchCost / (cost * block)));
  return { samples: block, points: Math.max(1, Math.min(MOST_POINTS, fitting)) };
}

/**
 * The size that cuts `samples` into as few blocks as `most` allows, of nearly one size: a multiple of 64, so that sums of 64 are over
 * the same samples whatever the cut, or of four where blocks are smaller or there is only one.
 */
function evenly(samples: number, most: number): number {
  const unit = most >= SUMMED ? SUMMED : 4;
  const blocks = Math.ceil(samples / most);
  if (blocks === 1) return 4 * Math.ceil(samples / 4);
  return Math.min(Math.max(4, Math.floor(most / unit) * unit), unit * Math.ceil(samples / blocks / unit));
}

/** Blocks of `size` samples; the last may be smaller. */
export const blocksOf = (samples: number, size: number): readonly { readonly start: number; readonly count: number }[] =>
  Array.from({ length: Math.ceil(samples / size) }, (_, block) => ({ start: block * size, count: Math.min(size, samples - block * size) }));
